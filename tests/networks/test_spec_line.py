import pytest
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.spec_layers import LAYERS
from convscope.networks.spec_line import read_layer, usage, write_layer
from convscope.networks.spec_text import read_lines


def read(text: str, num_classes: int = 11):
    (line,) = read_lines(text)
    return read_layer(line, num_classes)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("conv 10 3", {"out_channels": 10, "kernel_size": 3}),
        (
            "conv 10 3x5 padding 1x2 stride 2 bias no dilation 3 groups 5",
            {"out_channels": 10, "kernel_size": (3, 5), "padding": (1, 2), "stride": 2,
             "bias": False, "dilation": 3, "groups": 5},
        ),
        ("conv 7 3 padding same", {"out_channels": 7, "kernel_size": 3, "padding": "same"}),
        ("linear classes", {"out_features": 11}),
        ("conv classes 1", {"out_channels": 11, "kernel_size": 1}),
        ("maxpool 3 ceil yes", {"kernel_size": 3, "ceil_mode": True}),
        ("global-avgpool", {"output_size": 1}),
        ("dropout 0.3", {"p": 0.3}),
        ("relu", {}),
    ],
)  # fmt: skip
def test_a_line_gives_torchs_arguments(text, arguments):
    layer, found = read(text)
    assert layer is LAYERS[text.split()[0]]
    assert found == arguments


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("con 3 3", 'line 1, word 1: "con" is no layer: did you mean conv or conv1d?'),
        ("batchnorm", 'line 1, word 1: "batchnorm" is no layer: did you mean batch-norm?'),
        ("conv 9 3 pading 2",
         'line 1, word 4: "pading" is no option of conv: did you mean padding?'),
        ("conv 9 3 ceil yes", 'line 1, word 4: "ceil" is no option of conv: there are bias, dil'),
        ("conv 9 3 2", 'line 1, word 4: "2" is too much: conv is written conv FILTERS KERNEL, and'
         " may go on with a value for stride, padding, dilation, groups, bias"),
        ("relu 3", 'line 1, word 2: "3" is too much: relu stands alone'),
        ("dropout 0.5 0.5", 'line 1, word 3: "0.5" is too much: dropout is written dropout SHARE'),
        ("conv 9", 'line 1, "conv 9": conv is written conv FILTERS KERNEL, and may go on with'),
        ("linear", 'line 1, "linear": linear is written linear FEATURES, and may go on with'),
        ("conv 9 3 stride", 'line 1, word 4: "stride" has no value: a whole number of 1 or more'),
        ("conv 9 3 padding 1 padding 2", 'line 1, word 6: "padding" is given twice: give it once'),
        ("conv 0 3", 'line 1, word 2: "0" does not fit conv\'s filters: a whole number of 1 or '
         "more, or classes is needed"),
        ("conv 9 3.5", 'line 1, word 3: "3.5" does not fit conv\'s kernel: a whole number'),
        ("conv 9 3 bias maybe", 'line 1, word 5: "maybe" does not fit conv\'s bias: yes or no is'),
        ("conv1d 9 3x5", 'line 1, word 3: "3x5" does not fit conv1d\'s kernel: a whole'),
        ("dropout 2", 'line 1, word 2: "2" does not fit dropout\'s share: a number from 0 to 1'),
        ("relu [tanh]", 'line 1, word 1: "[" has no place after relu: only residual takes [...]'),
    ],
)  # fmt: skip
def test_a_word_that_does_not_fit_is_pointed_at(text, said):
    with pytest.raises(BadNetwork) as refusal:
        read(text)
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        (nn.Conv2d(3, 10, 3), "conv 10 3"),
        (nn.Conv2d(3, 10, (3, 5), (2, 2), (1, 0), bias=False),
         "conv 10 3x5 stride 2 padding 1x0 bias no"),
        (nn.Conv1d(4, 6, 5, groups=2, padding="same"), "conv1d 6 5 padding same groups 2"),
        (nn.ConvTranspose2d(3, 7, 4, 2, 1, 1), "transposed-conv 7 4 stride 2 padding 1 "
         "output-padding 1"),
        (nn.MaxPool2d(2), "maxpool 2"),
        (nn.MaxPool2d((2, 2), 2), "maxpool 2"),
        (nn.MaxPool2d(3, 2, ceil_mode=True), "maxpool 3 stride 2 ceil yes"),
        (nn.AvgPool1d(3, 1, count_include_pad=False), "avgpool1d 3 stride 1 count-padding no"),
        (nn.AdaptiveAvgPool2d((1, 1)), "global-avgpool"),
        (nn.AdaptiveMaxPool1d(1), "global-maxpool"),
        (nn.AdaptiveAvgPool2d((6, 7)), "adaptive-avgpool 6x7"),
        (nn.BatchNorm1d(7, eps=1e-3), "batch-norm eps 0.001"),
        (nn.GroupNorm(2, 6), "group-norm 2"),
        (nn.LocalResponseNorm(5, k=2), "local-response-norm 5 k 2"),
        (nn.LeakyReLU(0.2, inplace=True), "leaky-relu slope 0.2"),
        (nn.Dropout(), "dropout 0.5"),
        (nn.Upsample(scale_factor=2, mode="bilinear"), "upsample 2 mode bilinear"),
        (nn.Linear(7, 11, bias=False), "linear 11 bias no"),
    ],
)  # fmt: skip
def test_a_module_is_written_as_its_line(module, line):
    assert write_layer(module, "0") == line


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (nn.Conv3d(3, 5, 3), "module 2.main.0 (Conv3d): a spec has no word for it"),
        (nn.Conv2d(3, 5, 3, padding_mode="reflect"), "(Conv2d): a spec has no word for padding_mo"),
        (nn.MaxPool2d(2, return_indices=True), "a spec has no word for return_indices=True"),
        (nn.BatchNorm2d(5, affine=False), "a spec has no word for affine=False"),
        (nn.BatchNorm2d(5, momentum=None), "a spec has no word for momentum=None"),
        (nn.Flatten(2), "a spec has no word for start_dim=2"),
        (nn.Upsample(size=7), "(Upsample): a spec has no word for"),
    ],
)
def test_what_has_no_word_is_told(module, said):
    with pytest.raises(BadNetwork) as refusal:
        write_layer(module, "2.main.0")
    assert said in str(refusal.value)
    assert "file.py:Class" in str(refusal.value)


@pytest.mark.parametrize("word", LAYERS)
def test_every_words_usage_names_all_that_it_takes(word):
    fields = (*LAYERS[word].given, *LAYERS[word].options)
    assert all(field.word in usage(word).lower() for field in fields)
