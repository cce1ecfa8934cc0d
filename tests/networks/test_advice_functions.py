import pytest
import torch
from torch import nn

from convscope.networks.advice import advise


class Skip(nn.Module):
    """A shortcut around one convolution, which may be one of its own."""

    def __init__(self, maps: int, stride: int, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.conv = nn.Conv2d(5, maps, 3, stride, padding=1)
        self.shortcut = shortcut

    def forward(self, maps):
        return self.conv(maps) + (maps if self.shortcut is None else self.shortcut(maps))


@pytest.mark.parametrize(
    ("maps", "stride", "shortcut"),
    [
        (7, 1, nn.Conv2d(5, 7, 1)),
        (5, 2, nn.Conv2d(5, 5, 1, stride=2)),
        (7, 3, nn.Conv2d(5, 7, 1, stride=3)),
    ],
)
def test_the_convolution_that_an_addition_lacks_makes_it_work(maps, stride, shortcut):
    advice = advise(nn.Sequential(Skip(maps, stride)), (5, 11, 13))
    numbers = f"5, {maps}, 1" + (f", stride={stride}" if stride > 1 else "")
    assert advice.layer == "0.add()"
    assert advice.mends == (f"put nn.Conv2d({numbers}) on the path of the 5 maps of 11x13",)
    assert advise(nn.Sequential(Skip(maps, stride, shortcut)), (5, 11, 13)) is None


def test_an_addition_that_no_stride_mends():
    advice = advise(nn.Sequential(Skip(5, 1, nn.Conv2d(5, 5, 4))), (5, 11, 13))
    assert advice.sentence == (
        "0.add() takes two of one shape and gets 5 maps of 11x13 and 5 maps of 8x10: "
        "give both paths the same strides and paddings"
    )


class Written(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.function = function

    def forward(self, images):
        return self.function(images)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: torch.cat([x, x[:, :, ::2]], 1),
         "cat() takes maps that differ in one dimension only and gets 3 maps of 11x13 and "
         "3 maps of 6x13: give all paths the same strides and paddings"),
        (lambda x: x.view(-1, 256),
         "view(-1, 256) asks for 256 values of each image, and there are 429 (3 maps of 11x13): "
         "write flatten(1), and 429 as in_features of the linear layer behind it"),
        (lambda x: x.reshape(len(x), 5, 7),
         "reshape(n, 5, 7) asks for 35 values of each image, and there are 429 (3 maps of 11x13): "
         "write flatten(1), and 429 as in_features of the linear layer behind it"),
        (lambda x: x.view(64, -1),
         "view(64, -1) fixes what must stay free, the number of images: "
         "write flatten(1), which keeps each image in a row of its own"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_told_with_its_shapes(function, said):
    assert advise(Written(function), (3, 11, 13)).sentence == said


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (
            lambda x: x @ x,
            "matmul() gets 3 maps of 11x13 and 3 maps of 11x13 and fails with RuntimeError: "
            "Expected size for first two dimensions of batch2 tensor to be: [3n, 13] but got: [3n",
        ),
        (lambda x: x + x.flatten(2), "add() gets 3 maps of 11x13 and 3 sequences of 143 and fails"),
        (
            lambda x: torch.cat([x, x.flatten(2)]),
            "cat() gets 3 maps of 11x13 and 3 sequences of 143",
        ),
        (lambda x: x.nothing, "the Written gets 3 maps of 11x13 and fails with AttributeError"),
    ],
)
def test_what_we_have_no_words_for_has_torchs_or_pythons(function, said):
    assert advise(Written(function), (3, 11, 13)).sentence.startswith(said)
