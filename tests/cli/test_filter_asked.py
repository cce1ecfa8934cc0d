from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from convscope.cli.filter_asked import MOST_IN_DOUBLE, Asked, file_name, read_subject
from convscope.errors import BadValue, UnknownName


def asked(**options: Any) -> Asked:
    return Asked(image="picture.png", **options)


@pytest.mark.parametrize(
    ("options", "views"),
    [
        ({}, ["answer"]),
        ({"edges": 0.0}, ["--gradient"]),
        ({"profile": 0, "film": "a.gif", "layer": True}, ["--profile", "--film", "--layer"]),
        ({"spectrum": True, "at": "1,2"}, ["--spectrum", "--at"]),
    ],
)
def test_views_are_what_is_asked_for(options, views):
    assert asked(**options).views == views


@pytest.mark.parametrize(
    "options",
    [
        {"kernel": ("sobel-x",)},
        {"spectrum": True},
        {"gradient": True, "clip": True},
        {"kernel": ("sobel-x",), "colour": True, "compare_borders": True, "at": "0,0"},
    ],
)
def test_what_goes_together_is_let_through(options):
    asked(**options).check()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "no kernel is given"),
        ({"spectrum": True, "layer": True}, "no kernel is given"),
        ({"kernel": ("a",), "then": ("b",), "layer": True}, "chain of answers: leave --layer out"),
        ({"kernel": ("a",), "clip": True, "at": "0,0"}, "plain picture: leave --at out"),
        (
            {"kernel": ("a",), "colour": True, "profile": 3},
            "--profile looks at the picture in grey",
        ),
        ({"kernel": ("a",), "radius": 0.1}, "--radius is where --spectrum splits"),
        ({"kernel": ("a",), "pool": 3}, "--pool belongs to --layer"),
        ({"kernel": ("a", "b"), "film": "a.gif"}, "--film shows one kernel"),
    ],
)
def test_what_does_not_is_refused(options, said):
    with pytest.raises(BadValue, match=said):
        asked(**options).check()


@pytest.mark.parametrize("text", ["3,4", " 3 , 4 "])
def test_a_place_is_a_row_and_a_column(text):
    assert asked(at=text).place == (3, 4)


@pytest.mark.parametrize("text", ["3", "3,4,5", "-1,2", "a,b", ""])
def test_other_words_are_no_place(text):
    with pytest.raises(BadValue, match="give a row and a column"):
        _ = asked(at=text).place


def test_a_name_with_a_dot_is_a_folder_if_it_is_one(own_place):
    (own_place / "v1.0").mkdir()
    assert asked(out="v1.0").is_folder
    assert asked(out="new").is_folder
    assert not asked(out="new.png").is_folder


def test_the_grey_picture_is_what_pillow_stores(own_place):
    pixels = np.random.default_rng(1).integers(0, 256, (11, 13, 3)).astype(np.uint8)
    Picture.fromarray(pixels).save("picture.png")
    subject = read_subject(asked(kernel=("sobel-x",)))
    expected = np.asarray(Picture.fromarray(pixels).convert("L"))
    assert subject.images.dtype == torch.float64
    assert np.abs(subject.images[0, 0].numpy() - expected).max() <= 1  # Pillow rounds half up
    assert torch.equal(subject.images, subject.images.round())
    colour = read_subject(asked(kernel=("sobel-x",), colour=True))
    assert np.array_equal(colour.image.permute(1, 2, 0).numpy(), pixels)


def test_a_very_large_picture_is_filtered_in_less_room(own_place, monkeypatch):
    Picture.new("L", (13, 11), 9).save("picture.png")
    monkeypatch.setattr("convscope.cli.filter_asked.MOST_IN_DOUBLE", 142)
    assert read_subject(asked(kernel=("sobel-x",))).images.dtype == torch.float32
    assert MOST_IN_DOUBLE > 1280 * 720 * 3


def test_kernels_whose_files_would_have_one_name_are_told_apart(own_place):
    Picture.new("L", (13, 11), 9).save("picture.png")
    typed = "[[1,2],[3,4]]"
    subject = read_subject(asked(kernel=(typed, "sobel-x", typed, "sobel-x")))
    names = [kernel.name for kernel in subject.kernels]
    assert names == [typed, "sobel-x", f"{typed} (2)", "sobel-x (2)"]


def test_an_unknown_border_is_told_before_the_picture_is_read(own_place):
    with pytest.raises(UnknownName, match="did you mean mirror"):
        read_subject(asked(kernel=("sobel-x",), border="miror"))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("sobel-x", "sobel-x"),
        ("[[0, 1], [1, 0]]", "0-1-1-0"),
        ("../../etc/x.csv", "etc-x.csv"),
        ("...", "kernel"),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_kernels_name_becomes_part_of_a_files(name, file):
    assert file_name(name) == file
