import math

import pytest
import torch
from torch.testing import assert_close

from convscope.data.points_table import has_points_header, read_points_table
from convscope.errors import BadData

HEADER = "name,x1,y1,x2,y2\n"


def table(folder, text):
    (folder / "some.csv").write_text(text)
    return read_points_table(folder / "some.csv")


def test_a_table_is_read_as_it_is_written(own_place):
    rows = [
        "\ufeffpicture,x1,y1,group,x2,y2",
        " a.jpg ,1,2.5, ann ,3,-4e1",
        "",
        '"b,c.png",,,bob,7,8',
    ]
    read = table(own_place, "\n".join(rows))
    assert read.names == ["a.jpg", "b,c.png"]
    assert read.lines == [2, 4]
    assert read.groups == ("ann", "bob")
    assert read.target_names == ("1", "2")
    assert_close(read.points[0], torch.tensor([[1.0, 2.5], [3.0, -40.0]]))
    assert read.points[1, 0].isnan().all()
    assert read.points[1, 1].tolist() == [7, 8]


@pytest.mark.parametrize(("header", "names"), [
    ("x1,y1,x2,y2", ("1", "2")),
    ("nose_x,nose_y,left eye x,left eye y", ("nose", "left eye")),
    ("X_nose,Y_nose", ("nose",)),
    ("nose.X,nose.y,chin-x,chin-y", ("nose", "chin")),
    ("x,y", ("1",)),
    ("axilla_x,axilla_y", ("axilla",)),
])  # fmt: skip
def test_headers_name_the_points(own_place, header, names):
    cells = ",".join("1" * (2 * len(names)))
    assert table(own_place, f"name,{header}\na.jpg,{cells}\n").target_names == names
    assert has_points_header(own_place / "some.csv")


@pytest.mark.parametrize(("text", "told"), [
    ("", "is empty"),
    (HEADER, "no picture"),
    ("name\na.jpg\n", "line 1: 0 columns of coordinates"),
    ("name,x1,y1,x2\na.jpg,1,2,3\n", "line 1: 3 columns of coordinates"),
    ("name,x1,y2\na.jpg,1,2\n", "'x1' and 'y2' are not the x and the y"),
    ("name,y1,x1\na.jpg,1,2\n", "'y1' and 'x1' are not"),
    ("name,x1,y1,x1,y1\na.jpg,1,2,3,4\n", "the point '1' is there twice"),
    (HEADER + "a.jpg,1,2,3\n", "line 2: 4 cells, but the header has 5"),
    (HEADER + "a.jpg,1,2,3,4\n\nb.jpg,1,2,3,4,5\n", "line 4: 6 cells"),
    (HEADER + "a.jpg,1,2,3,4\na.jpg,1,2,3,4\n", "line 3: a.jpg is in line 2 already"),
    (HEADER + ",1,2,3,4\n", "line 2: the first cell is empty"),
    (HEADER + "a.jpg,1,two,3,4\n", "line 2, column y1: 'two' is no coordinate"),
    (HEADER + "a.jpg,1,2,inf,4\n", "line 2, column x2: 'inf' is no coordinate"),
    (HEADER + "a.jpg,1,,3,4\n", "line 2: one of x1 and y1 is empty"),
])  # fmt: skip
def test_what_is_wrong_is_named_by_line_and_column(own_place, text, told):
    with pytest.raises(BadData, match=told) as error:
        table(own_place, text)
    assert str(own_place / "some.csv") in str(error.value)


def test_what_is_no_text_is_told(own_place):
    (own_place / "some.csv").write_bytes(b"name,x1,y1\n\xff\x81,1,2\n")
    with pytest.raises(BadData, match="no text in UTF-8"):
        read_points_table(own_place / "some.csv")
    with pytest.raises(BadData, match="cannot be read"):
        read_points_table(own_place / "none.csv")


def test_other_tables_are_not_taken_for_points(own_place):
    for text in ("", "name,label\na,b\n", "image,width,height\n", "a,x1\n"):
        (own_place / "some.csv").write_text(text)
        assert not has_points_header(own_place / "some.csv")
    assert not has_points_header(own_place / "none.csv")


def test_empty_cells_are_points_that_are_not_known(own_place):
    read = table(own_place, HEADER + "a.jpg, ,,3,4\n")
    assert math.isnan(read.points[0, 0, 0])
    assert read.groups is None


def test_semicolons_part_the_cells_where_commas_are_decimal_points(own_place):
    read = table(own_place, "name;x1;y1;group\na,b.png;1,5;-2;g,1\nc.png;;;g")
    assert has_points_header(own_place / "some.csv")
    assert read.names == ["a,b.png", "c.png"]
    assert read.points[0].tolist() == [[1.5, -2]]
    assert read.points[1].isnan().all()
