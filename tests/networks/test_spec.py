from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from torch import nn
from torch.testing import assert_close

from convscope.errors import BadNetwork, BadValue
from convscope.networks.residual import Residual
from convscope.networks.spec import build_spec, is_spec, to_spec
from tests.networks.specs import SHAPE, SPECS

CHANNELS, *SIZE = SHAPE
GIVEN = {"num_classes": 7, "in_channels": CHANNELS, "input_size": tuple(SIZE)}


def block() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(5, 7, 3, stride=2, padding=1), nn.ReLU())


WRITTEN_BY_HAND: dict[str, Callable[[], nn.Sequential]] = {
    "conv 10 3; maxpool 2; conv 20 5 padding 2; maxpool 2; flatten; linear 10": lambda: (
        nn.Sequential(
            nn.Conv2d(3, 10, 3),
            nn.MaxPool2d(2),
            nn.Conv2d(10, 20, 5, padding=2),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(20 * 2 * 3, 10),
        )
    ),
    "conv 8 1x3 stride 2x1 bias no\nbatch-norm\nrelu\navgpool 3 stride 2 padding 1\n"
    "dropout 0.25\nglobal-avgpool\nflatten\nlinear classes": lambda: nn.Sequential(
        nn.Conv2d(3, 8, (1, 3), stride=(2, 1), bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.AvgPool2d(3, 2, 1),
        nn.Dropout(0.25),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 7),
    ),
    "conv 5 3 padding same dilation 2; residual [conv 7 3 stride 2 padding 1; relu] "
    "shortcut [conv 7 1 stride 2]; residual [group-norm 7; gelu]; conv classes 1; "
    "global-maxpool; flatten": lambda: nn.Sequential(
        nn.Conv2d(3, 5, 3, padding="same", dilation=2),
        Residual(block(), nn.Sequential(nn.Conv2d(5, 7, 1, stride=2))),
        Residual(nn.Sequential(nn.GroupNorm(7, 7), nn.GELU())),
        nn.Conv2d(7, 7, 1),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
    ),
    "conv 6 3 groups 3; tanh; upsample 2 mode bilinear; transposed-conv 4 3 stride 2 "
    "output-padding 1; local-response-norm 3 k 2; adaptive-avgpool 2x3; flatten; linear 11; "
    "batch-norm; leaky-relu; linear classes bias no": lambda: nn.Sequential(
        nn.Conv2d(3, 6, 3, groups=3),
        nn.Tanh(),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.ConvTranspose2d(6, 4, 3, stride=2, output_padding=1),
        nn.LocalResponseNorm(3, k=2.0),
        nn.AdaptiveAvgPool2d((2, 3)),
        nn.Flatten(),
        nn.Linear(24, 11),
        nn.BatchNorm1d(11),
        nn.LeakyReLU(),
        nn.Linear(11, 7, bias=False),
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN_BY_HAND)
def test_a_spec_is_the_net_that_a_person_would_write(text):
    torch.manual_seed(5)
    net = build_spec(text, **GIVEN)
    torch.manual_seed(5)
    by_hand = WRITTEN_BY_HAND[text]()
    found, expected = net.state_dict(), by_hand.state_dict()
    assert list(found) == list(expected)
    assert all(torch.equal(found[key], expected[key]) for key in expected)  # drawn alike
    assert repr(net) == repr(by_hand)
    assert net.training
    images = torch.randn(2, *SHAPE)
    assert_close(net.eval()(images), by_hand.eval()(images), rtol=0, atol=0)


def test_sequences_have_words_of_their_own():
    net = build_spec(
        "conv1d 5 3 padding 1; batch-norm; maxpool1d 2; transposed-conv1d 4 3 output-padding 0; "
        "avgpool1d 3 stride 1; global-avgpool; flatten; linear classes",
        7, 2, (23,),
    )  # fmt: skip
    kinds = [nn.Conv1d, nn.BatchNorm1d, nn.MaxPool1d, nn.ConvTranspose1d, nn.AvgPool1d]
    assert [type(module) for module in net][:5] == kinds
    assert net(torch.randn(3, 2, 23)).shape == (3, 7)


def test_a_fixed_number_of_features_is_kept_whatever_the_classes_are():
    assert build_spec("flatten; linear 10", 3, 1, (5, 7))[1].out_features == 10


def test_the_courses_network_ends_at_twenty_maps_of_sixteen():
    net = build_spec("conv 10 3; maxpool 4; conv 20 5 padding 2; maxpool 2", 10, 3, (130, 130))
    sizes = []
    for module in net:
        module.register_forward_hook(lambda *seen: sizes.append(tuple(seen[2].shape[1:])))
    net(torch.zeros(1, 3, 130, 130))
    assert sizes == [(10, 128, 128), (10, 32, 32), (20, 32, 32), (20, 16, 16)]
    assert [sum(p.numel() for p in module.parameters()) for module in net] == [280, 0, 5020, 0]


@given(SPECS)
def test_a_net_written_as_a_spec_is_built_again(text):
    net = build_spec(text, **GIVEN)
    spec = to_spec(net)
    again = build_spec(spec, **GIVEN)
    assert repr(again) == repr(net)
    assert to_spec(again) == spec
    again.load_state_dict(net.state_dict())
    images = torch.randn(2, *SHAPE)
    assert_close(again.eval()(images), net.eval()(images), rtol=0, atol=0, equal_nan=True)


def test_a_sequential_inside_is_written_out():
    net = nn.Sequential(
        nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU()), nn.Flatten(), Residual(nn.Tanh())
    )
    assert to_spec(net) == "conv 5 3; relu; flatten; residual [tanh]"


def test_a_residual_of_single_modules_is_written_too():
    net = nn.Sequential(Residual(nn.Conv2d(3, 5, 1), nn.Conv2d(3, 5, 1)))
    assert to_spec(net) == "residual [conv 5 1] shortcut [conv 5 1]"


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (nn.Linear(3, 5), "a Linear has no spec: only an nn.Sequential has one"),
        (nn.Sequential(nn.ReLU(), nn.Sequential(nn.PReLU())), "module 1.0 (PReLU): a spec has no"),
        (nn.Sequential(Residual(nn.Sequential(nn.LSTM(3, 5)))), "module 0.main.0 (LSTM): a spec"),
        (nn.Sequential(Residual(nn.ReLU(), nn.PReLU())), "module 0.shortcut (PReLU): a spec has"),
    ],
)
def test_a_module_without_a_word_is_named(net, said):
    with pytest.raises(BadNetwork) as refusal:
        to_spec(net)
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("conv 10 3\nconv 20 5 pading 2",
         'line 2, word 4: "pading" is no option of conv: did you mean padding?'),
        ("conv 9 3; maxpool 4; conv 9 5",
         'line 3, "conv 9 5": kernel_size 5 does not fit 9 maps of 2x3 with padding 0: pad by at '
         "least 2, or use kernel_size <= 2, or give it larger images"),
        ("maxpool 20", 'line 1, "maxpool 20": kernel_size 20 does not fit 3 maps of 13x17'),
        ("maxpool 3 padding 2", 'line 1, "maxpool 3 padding 2": pad should be at most half of'),
        ("conv 8 3; linear 10", 'line 2, "linear 10": linear takes values in a row, but it '
         "gets 8 maps of 11x15: put flatten before it"),
        ("flatten; batch-norm; conv 8 3", 'line 3, "conv 8 3": conv takes maps (c, h, w), but it '
         "gets 663 values in a row: put it before flatten"),
        ("conv 8 3 groups 2", 'line 1, "conv 8 3 groups 2": in_channels must be divisible by'),
        ("conv 8 3 padding same stride 2", "line 1, \"conv 8 3 padding same stride 2\": padding="),
        ("transposed-conv 8 1 padding 9", 'line 1, "transposed-conv 8 1 padding 9": Given input'),
        ("upsample 2 mode linear", 'line 1, "upsample 2 mode linear": Got 4D input, but linear'),
        ("residual [conv 8 3 stride 2 padding 1]", 'line 1, "residual [...]": 8 maps of 7x9 and '
         "3 maps of 13x17 cannot be added: write shortcut [conv 8 1 stride 2]"),
        ("residual [conv 1 1]", 'line 1, "residual [...]": 1 map of 13x17 and 3 maps of 13x17'),
        ("relu; residual", 'line 2, "residual": it is written residual [...], or residual [...]'),
        ("residual [relu] shortcat [relu]", 'line 1, "residual [...] shortcat [...]": it is'),
        ("residual [relu] shortcut", 'line 1, "residual [...] shortcut": it is written residual'),
        ("shortcut [relu]", 'line 1, word 1: "shortcut" is no layer'),
        ("residual [relu; con 3 3]", 'line 2, word 1: "con" is no layer: did you mean conv'),
        ("; ;", "the spec is empty: write a layer on each line, such as linear classes"),
        ("flatten; linear 900000000", "the network would have 597,600,000,000 parameters"),
        ("linear 3 3", 'line 1, word 3: "3" is too much: linear is written linear FEATURES'),
    ],
)  # fmt: skip
def test_what_cannot_be_built_is_pointed_at(text, said):
    with pytest.raises(BadNetwork) as refusal:
        build_spec(text, **GIVEN)
    assert str(refusal.value).startswith(said)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("classes", "channels", "size"),
    [(0, 3, (5, 7)), (3, 0, (5, 7)), (3, 3, (5, 7, 11)), (3, 3, ())],
)
def test_images_of_no_size_are_refused(classes, channels, size):
    with pytest.raises(BadValue, match=r"input_size is \(h, w\) or \(l,\)"):
        build_spec("relu", classes, channels, size)


def test_what_is_meant_as_a_spec():
    specs = ["conv 3 3", "relu", "flatten;", "residual [relu]", "con 3 3", "conv\n3", "residual"]
    others = ["cnn", "resnet18", "", ";", "vgg16_bn", "no-layer"]
    assert all(is_spec(text) for text in specs)
    assert not any(is_spec(text) for text in others)
