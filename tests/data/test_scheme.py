import json

import pytest

from convscope.data.scheme import Scheme, pairs_by_name


def test_partners_swap_and_the_others_stay():
    assert Scheme(pairs=((0, 3), (2, 4))).partners(6) == [3, 1, 4, 0, 2, 5]
    assert Scheme(pairs=()).partners(3) == [0, 1, 2]
    assert Scheme().partners(3) is None


def test_the_unit_is_told_in_words():
    names = ["nose", "left_hip", "right_hip"]
    assert Scheme(measure=(1, 2)).unit(names) == "the distance from left_hip to right_hip"
    assert Scheme(measure=(1, 2), unit_name="the hips' width").unit(names) == "the hips' width"
    assert Scheme().unit(names) == "the diagonal of the box around the points"
    assert Scheme().unit(["nose"]) == "the image's side"


@pytest.mark.parametrize("scheme", [
    Scheme(), Scheme(pairs=(), measure=(1, 0)), Scheme(pairs=((1, 2), (0, 5)), unit_name="a unit"),
])  # fmt: skip
def test_a_scheme_survives_json(scheme):
    assert Scheme.from_json(json.loads(json.dumps(scheme.to_json()))) == scheme


@pytest.mark.parametrize(("names", "pairs"), [
    (["left_eye", "nose", "right_eye"], ((0, 2),)),
    (["R-knee", "L-knee", "l-hip", "r-hip"], ((1, 0), (2, 3))),
    (["eye left outer", "eye right outer"], ((0, 1),)),
    (["nose", "chin"], None),
    (["left_eye", "right_ear"], None),
    (["left_eye", "right_eye", "right_ear"], None),
    (["leftover", "rightover"], None),
    (["1", "2"], None),
])  # fmt: skip
def test_names_tell_pairs_only_where_each_has_its_partner(names, pairs):
    assert pairs_by_name(names) == pairs
