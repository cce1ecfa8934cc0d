import pytest

from convscope.data.face_points import FACE_68
from convscope.data.points_pairs import find_scheme, read_pairs
from convscope.errors import BadData

NAMES = ["brow", "left_eye", "right_eye", "ear", "tail"]


def written(folder, text, name="pairs.csv"):
    (folder / name).write_text(text)
    return folder / name


def test_pairs_are_numbers_from_one_or_names(own_place):
    file = written(own_place, "2,3\n\near tail\n")
    assert read_pairs(file, NAMES) == ((1, 2), (3, 4))
    assert read_pairs(written(own_place, "1;5\n5 1\n"), NAMES) == ((0, 4),)  # said both ways
    assert read_pairs(written(own_place, "left eye\tright eye\n"), ["left eye", "right eye"]) == (
        (0, 1),
    )


@pytest.mark.parametrize(("text", "told"), [
    ("1,2,3\n", "line 1: '1,2,3' is no pair"),
    ("1,2\n3\n", "line 2: '3' is no pair"),
    ("1,6\n", "line 1: there is no point '6': points are 1 to 5"),
    ("1,0\n", "there is no point '0'"),
    ("1,nose\n", "there is no point 'nose'"),
    ("2,2\n", "each point has one partner"),
    ("1,2\n2,3\n", "line 2: '2,3': each point has one partner"),
])  # fmt: skip
def test_a_bad_line_is_named(own_place, text, told):
    with pytest.raises(BadData, match=told):
        read_pairs(written(own_place, text), NAMES)


def test_a_file_that_is_no_text_is_told(own_place):
    (own_place / "pairs.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(BadData, match="UTF-8"):
        read_pairs(own_place / "pairs.csv", NAMES)


def test_the_file_comes_before_names_and_known_schemes(own_place):
    numbers = [str(i + 1) for i in range(68)]
    assert find_scheme(own_place, numbers, []) is FACE_68
    assert find_scheme(own_place, NAMES, []).pairs == ((1, 2),)
    written(own_place, "1,2\n", "pairs.txt")
    scheme = find_scheme(own_place, numbers, [])
    assert (scheme.pairs, scheme.measure) == (((0, 1),), (36, 45))
    assert find_scheme(own_place, NAMES, []).pairs == ((0, 1),)


def test_where_nothing_is_known_that_is_said(own_place):
    notes: list[str] = []
    assert find_scheme(own_place, ["1", "2"], notes).pairs is None
    assert "pairs.csv" in notes[0]
