import json

import pytest
from PIL import Image as Picture


def test_a_layer_three_ways(convscope):
    told = convscope("network", "three-ways", "--out", "ways.png").out
    for formula in ("5760 x 784 + 5760 = 4,521,600", "149,760", "10 x (5x5x1) + 10 = 260"):
        assert formula in told
    with Picture.open("ways.png") as picture:
        assert min(picture.size) > 300
    words = ("--input", "3,11,13", "--filters", "5", "--kernel", "3", "--json")
    shown = json.loads(convscope("network", "three-ways", *words).out)
    assert [way["parameters"] for way in shown.values()] == [212_850, 13_860, 140]


def test_more_filters_or_larger_ones(convscope):
    told = convscope("network", "filter-sizes", "--dark", "--out", "sizes.svg").out
    assert "16 filters of 3x3, twice: one value sees 5x5 pixels" in told
    assert "picture: sizes.svg" in told
    shown = json.loads(convscope("network", "filter-sizes", "--json").out)
    assert shown["larger filters"]["formulas"]["parameters"] == "16 x (5x5x16) + 16 = 6,416"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("three-ways", "--input", "3,7"), "--input: these layers take maps"),
        (("three-ways", "--input", "1,3,5"), "kernel_size 5 does not fit an image of 3x5"),
        (("filter-sizes", "--out", "a.pdf"), "--out a.pdf: give a name that ends in .svg or .png"),
        (("filter-sizes", "--filters", "0"), "Invalid value for '--filters'"),
    ],
)
def test_what_does_not_fit_is_one_sentence(convscope, words, said):
    outcome = convscope("network", *words)
    assert outcome.code == 2
    assert said in outcome.err
