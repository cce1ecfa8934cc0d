import json

import numpy as np
import pytest
from PIL import Image as Picture


@pytest.fixture(autouse=True)
def picture(own_place):
    Picture.fromarray(np.arange(35, dtype=np.uint8).reshape(5, 7)).save("picture.png")


def test_every_product_is_printed(convscope):
    words = ["--kernel", "sobel-x", "--at", "1,3"]
    lines = convscope("filter", "picture.png", *words).out.splitlines()
    assert lines == [
        "sobel-x at row 1, column 3",
        "pixel*weight over channel 0, rows 0..2, columns 2..4",
        "channel 0: 2*(-1) + 3*0 + 4*1",
        "         + 9*(-2) + 10*0 + 11*2",
        "         + 16*(-1) + 17*0 + 18*1 = 8",
        "picture: pictures/picture/sobel-x-at-1-3.png",
    ]


def test_what_lies_beyond_the_edge_is_said(convscope):
    words = ["--kernel", "box-3", "--at", "0,6", "--border"]
    assert (
        "border wrap: beyond the edge is the opposite side"
        in convscope("filter", "picture.png", *words, "wrap").out
    )
    zero = convscope("filter", "picture.png", *words, "zero").out
    assert "5 of 9 pixels are padding, read as 0" in zero


def test_json_holds_pixels_weights_products_and_sum_of_each_channel(convscope):
    Picture.fromarray(np.arange(105, dtype=np.uint8).reshape(5, 7, 3)).save("colour.png")
    words = ["--kernel", "[[1, -2]]", "--at", "4,0", "--colour", "--border", "extend", "--json"]
    told = json.loads(convscope("filter", "colour.png", *words).out)
    assert [row["channel"] for row in told["at"]] == ["red", "green", "blue"]
    assert told["at"][1] == {
        "kernel": "[[1, -2]]",
        "channel": "green",
        "row": 4,
        "column": 0,
        "rows": [4, 4],
        "columns": [-1, 0],
        "pixels": [[85, 85]],
        "weights": [[1, -2]],
        "products": [[85, -170]],
        "sum": -85,
    }
