import pytest

from convscope.cli.points_answer import draw_located, points_table, show_known, show_points
from convscope.data.points_table import read_points_table
from convscope.prediction.points import Points
from tests.data.marked import save_spot, spots_in_memory

FOUND = {"a.png": Points(("nose", "left ear"), ((1.0, 2.555), (30.0, 4.0)), (41, 31))}


def test_a_line_for_each_picture(capfd):
    show_points(FOUND, as_csv=False)
    assert capfd.readouterr().out == "a.png: nose 1.0 2.6, left ear 30.0 4.0\n"


def test_the_table_can_be_learned_from(own_place, capfd):
    show_points(FOUND, as_csv=True)
    (own_place / "said.csv").write_text(capfd.readouterr().out)
    read = read_points_table(own_place / "said.csv")
    assert read.names == ["a.png"]
    assert read.target_names == ("nose", "left ear")
    assert read.points.flatten().tolist() == pytest.approx([1, 2.555, 30, 4], abs=0.01)


def test_points_without_names_are_numbered():
    headings, rows = points_table({"b.png": Points(("1", "2"), ((0.0, 1.0), (2.0, 3.0)), (9, 9))})
    assert headings == ["name", "x1", "y1", "x2", "y2"]
    assert rows == [["b.png", "0.00", "1.00", "2.00", "3.00"]]
    assert points_table({}) == (["name"], [])


def test_pictures_of_one_name_do_not_overwrite_each_other(own_place):
    located = {}
    for folder in ("one", "two"):
        save_spot(own_place / folder / "a.png", (5, 5), (41, 31))
        located[str(own_place / folder / "a.png")] = FOUND["a.png"]
    paths = draw_located(located, own_place / "drawn")
    assert [path.name for path in paths] == ["a-points.png", "a-2-points.png"]
    assert all(path.stat().st_size > 1000 for path in paths)


def test_points_that_are_not_always_known_are_counted(capfd):
    show_known(spots_in_memory())
    told = capfd.readouterr().out
    assert "<i>seldom</i>" in told
    assert "left_spot" not in told
    assert "2 of 3 points are known in every image" in told
