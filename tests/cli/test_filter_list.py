import json

import pytest

from convscope.filters.catalogue import CATALOGUE


def test_every_kernel_is_listed_with_what_it_is_for_and_finds(convscope):
    lines = convscope("filter", "list").out.splitlines()
    for name, kernel in CATALOGUE.items():
        h, w = kernel.size
        place = lines.index(f"{name}: {h} x {w}, sum {kernel.sums_to}")
        assert lines[place + 1 : place + 3] == [f"    {kernel.about}", f"    finds {kernel.finds}"]


def test_json_holds_the_numbers(convscope):
    listed = json.loads(convscope("filter", "list", "--json").out)
    assert list(listed) == list(CATALOGUE)
    assert listed["sobel-x"]["values"] == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert listed["sobel-x"]["size"] == [3, 3]
    assert listed["gaussian-5"]["sum"] == pytest.approx(1)


def test_it_takes_no_other_word(convscope):
    outcome = convscope("filter", "list", "sobel-x")
    assert outcome.code == 2
    assert "unexpected extra argument" in outcome.err
