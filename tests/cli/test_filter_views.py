import json

import numpy as np
import pytest
from PIL import Image as Picture
from scipy import ndimage

from convscope.cli.filter_views import VIEWS
from convscope.filters.borders import BORDERS
from convscope.filters.catalogue import CATALOGUE


@pytest.fixture(autouse=True)
def pixels(own_place) -> np.ndarray:
    pixels = np.random.default_rng(3).integers(0, 256, (11, 13)).astype(np.uint8)
    Picture.fromarray(pixels).save("picture.png")
    return pixels.astype(float)


@pytest.fixture
def told(convscope):
    return lambda *words: json.loads(convscope("filter", "picture.png", *words, "--json").out)


def test_every_flag_that_shows_something_has_its_view():
    assert set(VIEWS) == {
        "answer", "--gradient", "--compare-borders", "--spectrum", "--profile", "--at", "--layer",
    }  # fmt: skip


def test_borders_are_measured_and_described(told, convscope, pixels):
    rows = told("--kernel", "course-4x4-1", "--compare-borders")["borders"]
    assert [row["border"] for row in rows] == list(BORDERS)
    kernel = CATALOGUE["course-4x4-1"].values.numpy()
    for row, mode in zip(rows, ["constant", "nearest", "mirror", "wrap"], strict=False):
        answer = ndimage.correlate(pixels, kernel, mode=mode)
        assert row["largest"] == pytest.approx(answer.max())
    assert rows[-1]["size"] == [8, 10]
    said = convscope("filter", "picture.png", "--kernel", "box-3", "--compare-borders").out
    for name, what in BORDERS.items():
        assert f"{name}: beyond the edge is {what}" in said


def test_a_spectrum_needs_no_kernel_and_says_where_it_splits(convscope):
    said = convscope("filter", "picture.png", "--spectrum", "--radius", "0.25").out
    assert "split at 0.25 of the fastest frequency: low keeps waves of 8 pixels and longer" in said
    assert "picture: pictures/picture/spectrum.png" in said
    alone = convscope("filter", "picture.png", "--spectrum", "--radius", "0").out
    assert "low keeps the mean alone" in alone


def test_a_profile_is_a_row_in_numbers(told, convscope, pixels):
    (row,) = told("--kernel", "sobel-x", "--profile", "6")["profiles"]
    answer = ndimage.correlate(pixels, CATALOGUE["sobel-x"].values.numpy(), mode="mirror")[6]
    assert row["intensity"] == pixels[6].tolist()
    assert row["differences"] == np.diff(pixels[6]).tolist()
    assert row["response"] == answer.tolist()
    column = int(np.abs(answer).argmax())
    said = convscope("filter", "picture.png", "--kernel", "sobel-x", "--profile", "6").out
    assert f"answers most at column {column} of row 6: {answer[column]:g}" in said


def test_a_layer_is_measured_before_and_after_relu_and_pooling(told, pixels):
    found = told("--kernel", "sobel-x", "--kernel", "sobel-y", "--layer", "--pool", "3")
    assert found["pictures"] == ["pictures/picture/layer.png"]
    for row, axis in zip(found["layer"], (1, 0), strict=True):
        answer = ndimage.sobel(pixels, axis, mode="mirror")
        assert row["before_relu"]["smallest"] == answer.min()
        assert row["after_relu"]["smallest"] == 0
        assert row["after_relu"]["mean"] == pytest.approx(answer.clip(0).mean())
        pooled = answer.clip(0)[:9, :12].reshape(3, 3, 4, 3).max((1, 3))
        assert row["after_pooling"]["size"] == [3, 4]
        assert row["after_pooling"]["mean"] == pytest.approx(pooled.mean())
