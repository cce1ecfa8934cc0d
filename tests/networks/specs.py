"""Specs of many kinds that fit images of 3x13x17, for tests that draw them."""

from hypothesis import strategies as st

SHAPE = (3, 13, 17)

LAYERS = st.one_of(
    st.builds(
        "conv {} {} stride {} padding 1x2 bias {}".format,
        st.sampled_from([2, 4, 6]),
        st.sampled_from(["1", "3", "2x3", "3x1"]),
        st.sampled_from(["1", "2", "1x2"]),
        st.sampled_from(["yes", "no"]),
    ),
    st.builds(
        "conv {} 3 padding same dilation {} groups {}".format,
        st.sampled_from([4, 8]),
        st.integers(1, 2),
        st.just(1),
    ),
    st.builds(
        "{} 3 stride {} padding 1 ceil {}".format,
        st.sampled_from(["maxpool", "avgpool"]),
        st.integers(1, 3),
        st.sampled_from(["yes", "no"]),
    ),
    st.builds("avgpool 2x3 stride 1 padding 1 count-padding {}".format, st.sampled_from(["no"])),
    st.builds(
        "transposed-conv {} 3 stride 2 padding 1 output-padding {}".format,
        st.integers(1, 5),
        st.integers(0, 1),
    ),
    st.builds("dropout {}".format, st.floats(0, 1).map(lambda p: round(p, 3))),
    st.builds("leaky-relu slope {}".format, st.floats(-1, 1).map(lambda s: round(s, 4) + 0.0)),
    st.builds("batch-norm eps {} momentum 0.2".format, st.sampled_from(["0.001", "1e-05"])),
    st.sampled_from(
        """relu; relu6; elu; gelu; silu; tanh; sigmoid; leaky-relu; batch-norm; group-norm 1
        dropout-maps 0.25; local-response-norm 5 alpha 0.001 beta 0.5 k 2; upsample 2
        upsample 1.5 mode bilinear; adaptive-avgpool 3x5; adaptive-maxpool 4""".replace(
            "\n", ";"
        ).split(";")
    ).map(str.strip),
)
SAME_SIZE = st.sampled_from(
    ["relu", "dropout 0.5", "batch-norm", "tanh", "maxpool 3 stride 1 padding 1"]
)
ENDS = st.sampled_from(
    [
        "",
        "; flatten; linear 5",
        "; global-avgpool; flatten; linear classes bias no; batch-norm; relu",
        "; conv classes 1; global-maxpool; flatten",
    ]
)


def _block(lines: list[str]) -> str:
    return f"[{'; '.join(lines)}]"


RESIDUALS = st.one_of(
    st.lists(SAME_SIZE, min_size=1, max_size=3).map(lambda lines: f"residual {_block(lines)}"),
    st.builds(
        "residual [conv {0} 3 padding 1; {1}] shortcut [conv {0} 1 bias no]".format,
        st.integers(1, 5),
        SAME_SIZE,
    ),
    st.lists(SAME_SIZE, max_size=2).map(
        lambda lines: f"residual [residual {_block(['relu', *lines])}; tanh]"
    ),
)
SPECS = st.builds(
    lambda lines, end: "; ".join(lines) + end,
    st.lists(st.one_of(LAYERS, RESIDUALS), min_size=1, max_size=6),
    ENDS,
)
