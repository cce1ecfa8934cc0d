from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from convscope.cli.filter_asked import Asked
from convscope.cli.filter_files import places_for, write_picture
from convscope.drawing.figure import new_figure
from convscope.errors import BadValue, CannotWrite

IMAGE = "some/where/cat.v1.jpg"


@pytest.mark.parametrize(
    ("out", "names", "places"),
    [
        (None, ["a", "b"], ["pictures/cat.v1/a.png", "pictures/cat.v1/b.png"]),
        ("here", ["a"], ["here/a.png"]),
        ("here.svg", ["a"], ["here.svg"]),
        ("here.svg", [], []),
    ],
)
def test_pictures_go_to_a_file_or_into_a_folder(out, names, places):
    assert places_for(Asked(image=IMAGE, out=out), names) == [Path(place) for place in places]


def test_several_pictures_do_not_fit_into_one_file():
    with pytest.raises(BadValue, match="is one picture and 2 are asked for: give a folder"):
        places_for(Asked(image=IMAGE, out="here.png"), ["a", "b"])


@pytest.mark.parametrize("channels", [1, 3])
def test_plain_pixels_are_written_as_they_are(own_place, channels):
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, channels)).astype(np.uint8)
    write_picture(pixels, Path("new/plain.png"))
    with Picture.open("new/plain.png") as plain:
        assert np.array_equal(np.asarray(plain).reshape(pixels.shape), pixels)


def test_a_figure_is_written_in_the_format_of_its_name(own_place):
    figure = new_figure(1.0, 1.0)
    figure.subplots()
    write_picture(figure, Path("figure.svg"))
    assert "<svg" in Path("figure.svg").read_text(encoding="utf-8")


def test_what_cannot_be_written_is_told(own_place):
    Path("file").write_text("")
    with pytest.raises(CannotWrite, match=r"file.*cannot be written"):
        write_picture(np.zeros((1, 1, 1), np.uint8), Path("file/plain.png"))
