import json

import pytest

from convscope.filters.catalogue import CATALOGUE
from convscope.filters.similar import similar
from convscope.prediction.folder import load_model

RUN = "bundled:mnist-cnn"


def test_the_filters_of_the_first_convolution_most_like_a_kernel(convscope):
    told = json.loads(convscope("filter", "similar", RUN, "--kernel", "sobel-x", "--json").out)
    net = load_model(RUN).net
    weight = next(p for name, p in net.named_parameters() if p.ndim == 4)
    expected = similar(weight, CATALOGUE["sobel-x"].values)
    assert [row["filter"] for row in told["filters"]] == [one.filter for one in expected]
    assert [row["cosine"] for row in told["filters"]] == [one.cosine for one in expected]
    assert told["kernel"] == "sobel-x"


def test_they_are_a_table_of_as_many_as_asked(convscope):
    said = convscope("filter", "similar", RUN, "--kernel", "[[1,-1]]", "--most", "3").out
    first, heading, *rows = said.splitlines()
    assert "most like [[1,-1]]" in first
    assert heading.split() == ["filter", "channel", "cosine", "shift", "down", "shift", "right"]
    assert len(rows) == 3


def test_another_layer_is_named(convscope):
    words = ["--kernel", "sobel-y", "--layer", "conv2", "--json"]
    told = json.loads(convscope("filter", "similar", RUN, *words).out)
    assert told["layer"] == "conv2"
    assert None in {row["channel"] for row in told["filters"]} or len(told["filters"]) == 10


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([RUN, "--kernel", "sobel-x", "--layer", "conv9"], "no convolution is called 'conv9'"),
        ([RUN, "--kernel", "[[0,0]]"], "a kernel of zeros is like nothing"),
        (["nowhere", "--kernel", "sobel-x"], "nowhere"),
        ([RUN], "Missing option '--kernel'"),
    ],
)
def test_a_mistake_is_one_sentence(convscope, words, said):
    outcome = convscope("filter", "similar", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
