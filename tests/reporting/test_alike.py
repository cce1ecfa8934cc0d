import dataclasses

from convscope.data.near_duplicates import Alike
from convscope.reporting.album import Album
from convscope.reporting.alike import SHOWN, alike_pairs
from tests.reporting.conftest import changed


def pair(i: int, *, exact: bool = True, across: bool = False, same: bool = True) -> Alike:
    part = "test" if across else "train"
    return Alike(("train", i), (part, i + 1), exact, 1.0 if exact else 0.97, same)


def test_the_most_urgent_pairs_come_first_and_all_are_counted(evidence):
    assert evidence.inspection is not None
    pairs = (pair(0), pair(2, exact=False), pair(4, across=True), pair(6, same=False))
    inspection = dataclasses.replace(evidence.inspection, alike=pairs)
    told = alike_pairs(changed(evidence, inspection=inspection), Album(10**6))
    firsts = [shown["first"]["picture"] for shown in told["alike"]]
    assert firsts == ["train-6", "train-4", "train-0", "train-2"]
    assert told["alike_words"].startswith("4 pairs: 3 equal pixel by pixel, 1 nearly; 1 across")


def test_no_more_are_shown_than_can_be_looked_at(evidence):
    assert evidence.inspection is not None
    many = tuple(pair(i) for i in range(40))
    inspection = dataclasses.replace(evidence.inspection, alike=many)
    told = alike_pairs(changed(evidence, inspection=inspection), Album(10**6))
    assert len(told["alike"]) == SHOWN


def test_without_the_data_none_are_told(evidence):
    told = alike_pairs(changed(evidence, inspection=None), Album(10**6))
    assert told == {"alike": [], "alike_words": ""}
