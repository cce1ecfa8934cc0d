from pathlib import Path

import pytest
from torch import nn

from convscope.cli.network_words import (
    SHAPE,
    counted,
    is_run,
    jumps,
    megabytes,
    sees,
    shape_words,
    titled,
)
from convscope.errors import BadValue
from convscope.networks.anatomy import anatomy


def test_a_shape_is_read_with_commas_or_as_it_is_written():
    assert SHAPE.convert("3,130,17", None, None) == (3, 130, 17)
    assert SHAPE.convert("3x13x17", None, None) == (3, 13, 17)
    assert SHAPE.convert("784", None, None) == (784,)


@pytest.mark.parametrize("text", ["", "3,", "3,-1,5", "a", "0,5,7", "1,2,3,4,5", "3.5,5,7"])
def test_what_is_no_shape_is_told(text):
    with pytest.raises(BadValue, match="write channels, height and width"):
        SHAPE.convert(text, None, None)


def test_what_is_trained_is_a_run_and_what_is_written_or_listed_is_not():
    Path("runs/first").mkdir(parents=True)
    Path("cnn").mkdir()
    assert [is_run(n) for n in ("bundled:mnist-cnn", "first", "runs/first")] == [True] * 3
    assert [is_run(n) for n in ("cnn", "conv 5 3", "a.py:Net", "gone")] == [False] * 4


def test_numbers_in_words():
    assert shape_words((20, 16, 16)) == "20x16x16"
    assert shape_words((0.5, 2)) == "0.5x2"
    assert [counted(n) for n in (0, 5020)] == ["", "5,020"]
    assert [megabytes(n) for n in (40, 20_480, 5_300_000)] == ["40 B", "20.5 kB", "5.3 MB"]
    assert titled("conv 5 3;\n  relu") == "conv 5 3; relu"


def test_what_a_layer_sees_in_words():
    net = nn.Sequential(
        nn.Conv2d(3, 5, 3, (2, 1)), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(120, 7)
    )
    layers = anatomy(net, (3, 17, 14)).layers
    assert [sees(layer) for layer in layers] == ["3x3", "5x4", "5x4", "all"]
    assert [jumps(layer) for layer in layers] == ["2x1", "4x2", "4x2", ""]
    assert sees(anatomy(nn.Linear(5, 7), (5,)).layers[0]) == ""
