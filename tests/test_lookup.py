import pytest

from convscope.errors import UnknownName
from convscope.lookup import few, lookup, suggestion

CATALOGUE = {"resnet18": object(), "resnet34": object(), "lenet": object()}


def test_a_known_name_gives_the_catalogues_own_entry():
    assert lookup(CATALOGUE, "lenet", "network") is CATALOGUE["lenet"]


def test_a_misspelt_name_is_answered_with_what_was_probably_meant():
    with pytest.raises(UnknownName) as refusal:
        lookup(CATALOGUE, "lennet", "network")
    assert str(refusal.value) == "no network is called 'lennet': did you mean lenet?"


def test_several_near_names_are_offered_the_nearest_first():
    assert suggestion("resnet18x", CATALOGUE) == "did you mean resnet18 or resnet34?"


def test_a_name_near_nothing_is_answered_with_all_there_is_in_order():
    with pytest.raises(UnknownName) as refusal:
        lookup(CATALOGUE, "zzz", "network")
    assert str(refusal.value) == ("no network is called 'zzz': there are lenet, resnet18, resnet34")


def test_an_empty_catalogue_is_said_to_be_empty():
    assert suggestion("anything", []) == "there are none"


def test_of_many_words_some_are_given_and_the_others_counted():
    assert few(["a", "b"]) == "a, b"
    assert few(list("abcdefghij"), 3) == "a, b, c and 7 more"
