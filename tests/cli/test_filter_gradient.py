import json

import numpy as np
import pytest
from PIL import Image as Picture
from scipy import ndimage


@pytest.fixture(autouse=True)
def pixels(own_place) -> np.ndarray:
    pixels = np.random.default_rng(2).integers(0, 256, (11, 13)).astype(np.uint8)
    Picture.fromarray(pixels).save("picture.png")
    return pixels.astype(float)


def sobel_magnitude(pixels: np.ndarray) -> np.ndarray:
    return np.hypot(*(ndimage.sobel(pixels, axis, mode="mirror") for axis in (0, 1)))


@pytest.mark.parametrize("words", [[], ["--kernel", "sobel-x"], ["--kernel", "sobel-y"]])
def test_the_magnitude_is_that_of_scipys_sobel(convscope, pixels, words):
    told = json.loads(convscope("filter", "picture.png", "--gradient", *words, "--json").out)
    assert told["gradient"]["kernels"] == ["sobel-x", "sobel-y"]
    expected = sobel_magnitude(pixels)
    assert told["gradient"]["magnitude"]["largest"] == pytest.approx(expected.max())
    assert told["gradient"]["magnitude"]["mean"] == pytest.approx(expected.mean())
    assert told["pictures"] == ["pictures/picture/gradient.png"]


def test_edges_are_the_share_above_the_threshold(convscope, pixels):
    magnitude = sobel_magnitude(pixels)
    expected = magnitude >= 0.4 * magnitude.max()
    told = json.loads(convscope("filter", "picture.png", "--edges", "0.4", "--json").out)
    assert told["gradient"]["edges"] == pytest.approx(expected.mean())
    assert told["pictures"] == ["pictures/picture/edges-0.4.png"]
    said = convscope("filter", "picture.png", "--edges", "0.4", "--clip", "--out", "e.png").out
    assert f"edges: {100 * expected.mean():.2f} % of the pixels" in said
    with Picture.open("e.png") as plain:
        assert np.array_equal(np.asarray(plain), 255 * expected)


def test_clip_writes_the_plain_magnitude(convscope, pixels):
    convscope("filter", "picture.png", "--gradient", "--clip", "--out", "m.png")
    with Picture.open("m.png") as plain:
        written = np.asarray(plain).astype(float)
    assert np.abs(written - sobel_magnitude(pixels).clip(0, 255)).max() <= 0.5


@pytest.mark.parametrize(
    ("kernels", "pair"),
    [
        (["scharr-y"], ["scharr-x", "scharr-y"]),
        (["course-4x4-1"], ["course-4x4-1", "course-4x4-1 transposed"]),
        (["[[-1,1]]", "[[-1],[2]]"], ["[[-1,1]]", "[[-1],[2]]"]),
    ],
)
def test_a_pair_is_given_or_completed(convscope, kernels, pair):
    words = [word for kernel in kernels for word in ("--kernel", kernel)]
    told = json.loads(convscope("filter", "picture.png", "--gradient", *words, "--json").out)
    assert told["gradient"]["kernels"] == pair


def test_three_kernels_are_no_pair(convscope):
    words = ["--kernel", "sobel-x"] * 3
    outcome = convscope("filter", "picture.png", "--gradient", *words)
    assert outcome.code == 2
    assert "takes a pair of kernels, across and down: 3 came" in outcome.err
