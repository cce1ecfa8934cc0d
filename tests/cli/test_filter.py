"""The verb on its whole way: words in, a sentence and a picture out."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from scipy import ndimage

from convscope.filters.catalogue import CATALOGUE


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (11, 13, 3)).astype(np.uint8)


@pytest.fixture
def picture(own_place, pixels) -> Path:
    Picture.fromarray(pixels).save(own_place / "picture.png")
    return own_place / "picture.png"


@pytest.fixture
def grey(picture) -> np.ndarray:
    with Picture.open(picture) as file:
        return np.asarray(file.convert("L")).astype(float)


def made(place: Path) -> list[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def test_the_answer_is_a_figure_and_a_line(convscope, picture, grey):
    outcome = convscope("filter", "picture.png", "--kernel", "sobel-x")
    assert outcome.code == 0
    assert outcome.err == ""
    answer = ndimage.correlate(grey, CATALOGUE["sobel-x"].values.numpy(), mode="mirror")
    assert f"sobel-x: {answer.min():g} to {answer.max():g}, mean " in outcome.out
    assert "picture: pictures/picture/sobel-x.png" in outcome.out
    with Picture.open("pictures/picture/sobel-x.png") as figure:
        assert min(figure.size) > 300


@pytest.mark.parametrize("name", ["figure.png", "figure.svg", "new/folder/figure.PNG"])
def test_out_names_the_picture(convscope, picture, name):
    outcome = convscope("filter", "picture.png", "--kernel", "[[0,1],[1,0]]", "--out", name)
    assert f"picture: {name}" in outcome.out
    assert made(picture.parent) == sorted([name, "picture.png"])


def test_out_can_be_a_folder_for_several_pictures(convscope, picture):
    words = ["--compare-borders", "--spectrum", "--profile", "6", "--at", "0,3", "--layer"]
    outcome = convscope("filter", "picture.png", "--kernel", "sobel-y", *words, "--out", "all")
    assert outcome.code == 0
    assert made(Path("all")) == [
        "layer.png",
        "sobel-y-at-0-3.png",
        "sobel-y-borders.png",
        "sobel-y-row-6.png",
        "sobel-y-spectrum.png",
    ]


def test_clip_writes_the_pixels_that_opencv_does(convscope, picture, grey):
    convscope("filter", "picture.png", "--kernel", "sharpen", "--clip", "--out", "plain.png")
    answer = ndimage.correlate(grey, CATALOGUE["sharpen"].values.numpy(), mode="mirror")
    with Picture.open("plain.png") as plain:
        assert plain.mode == "L"
        assert np.array_equal(np.asarray(plain), np.rint(answer).clip(0, 255))


def test_colour_filters_each_channel_by_itself(convscope, picture, pixels):
    words = ["--clip", "--colour", "--border", "wrap", "--out", "plain.png"]
    convscope("filter", "picture.png", "--kernel", "box-3", *words)
    with Picture.open("plain.png") as plain:
        written = np.asarray(plain)
    for channel in range(3):
        mean = ndimage.uniform_filter(pixels[:, :, channel].astype(float), 3, mode="wrap")
        assert np.abs(written[:, :, channel] - mean).max() <= 0.5 + 1e-9


def test_then_makes_a_chain(convscope, picture, grey):
    words = ["--kernel", "box-3", "--then", "laplacian", "--border", "extend", "--clip", "--json"]
    told = json.loads(convscope("filter", "picture.png", *words).out)
    box, laplacian = (CATALOGUE[name].values.numpy() for name in ("box-3", "laplacian"))
    blurred = ndimage.correlate(grey, box, mode="nearest")
    answer = ndimage.correlate(blurred, laplacian, mode="nearest")
    (row,) = told["answers"]
    assert row["kernels"] == ["box-3", "laplacian"]
    assert row["smallest"] == pytest.approx(answer.min())
    assert row["largest"] == pytest.approx(answer.max())
    assert row["below_zero"] == pytest.approx((answer < 0).mean(), abs=0.01)
    assert told["pictures"] == ["pictures/picture/box-3-then-laplacian-clipped.png"]


def test_true_convolution_says_what_it_changes(convscope, picture):
    words = ["--kernel", "sobel-x", "--clip"]
    plain = json.loads(convscope("filter", "picture.png", *words, "--json").out)
    words.append("--true-convolution")
    turned = json.loads(convscope("filter", "picture.png", *words, "--json").out)
    assert turned["answers"][0]["smallest"] == -plain["answers"][0]["largest"]
    said = convscope("filter", "picture.png", *words).out
    assert "turns the kernel by half a turn" in said
    assert "sobel-x turned is its negative: every answer changes its sign" in said


def test_a_film_is_a_gif_of_the_picture_or_of_a_smaller_one(convscope, own_place, monkeypatch):
    for module in ("film", "few_pixels"):
        monkeypatch.setattr(f"convscope.drawing.{module}.MOST_PIXELS", 8)
    Picture.new("L", (4, 2), 77).save("small.png")
    Picture.new("L", (160, 80), 77).save("large.png")
    words = ["--kernel", "sobel-x", "--film", "film.gif"]
    small = convscope("filter", "small.png", *words)
    assert (small.out, small.err) == ("film: film.gif, 8 frames\n", "")
    large = convscope("filter", "large.png", *words, "--json")
    assert json.loads(large.out)["film"] == {"file": "film.gif", "frames": 8, "size": [2, 4]}
    assert "the film shows the picture at 2 x 4" in large.err
    with Picture.open("film.gif") as film:
        assert film.n_frames == 8


def test_json_describes_picture_and_kernels(convscope, picture):
    words = ["--kernel", "[[1, 2, 3], [4, 5, 6]]", "--kernel", "sobel-x", "--border", "zero"]
    told = json.loads(convscope("filter", "picture.png", *words, "--json").out)
    assert (told["size"], told["channels"], told["border"]) == ([11, 13], 1, "zero")
    assert told["kernels"][0] == {
        "name": "[[1, 2, 3], [4, 5, 6]]",
        "size": [2, 3],
        "sum": 21,
        "values": [[1, 2, 3], [4, 5, 6]],
    }
    assert told["pictures"] == ["pictures/picture/1-2-3-4-5-6+sobel-x.png"]


def test_a_picture_may_be_called_like_a_verb_of_the_verb(convscope, picture):
    picture.rename("list")
    assert "sobel-x: 3 x 3" in convscope("filter", "list").out
    outcome = convscope("filter", "./list", "--kernel", "sobel-x")
    assert "picture: pictures/list/sobel-x.png" in outcome.out
    assert "picture:" in convscope("filter", "--kernel", "sobel-x", "list").out


def test_help_names_options_and_verbs(convscope):
    said = convscope("filter", "--help").out
    assert "convscope filter [OPTIONS] IMAGE" in said
    for word in ("--kernel", "--compare-borders", "--film", "list ", "similar "):
        assert word in said
    assert "--json" in convscope("filter", "list", "--help").out


KERNEL = ["--kernel", "sobel-x"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no kernel is given: --kernel sobel-x, say"),
        (["--kernel", "soble-x"], "did you mean sobel-x"),
        (["--kernel", "[[1,2],[3]]"], "every row of a kernel has as many"),
        (["--kernel", "[]"], "is empty"),
        (["--kernel", "[[nan]]"], "finite numbers are needed"),
        (["--kernel", "large.csv", "--border", "crop"], "15 x 15 does not fit into an image of 11"),
        (["--kernel", "large.csv", "--spectrum"], "a kernel of 15 x 15 has no response"),
        (["--kernel", "large.csv", "--film", "film.gif"], "15 x 15 kernel cannot be read"),
        ([*KERNEL, "--border", "miror"], "did you mean mirror"),
        ([*KERNEL, "--profile", "11"], "row 11: the image answers in rows 0 to 10"),
        ([*KERNEL, "--at", "3,13"], "pixel 3,13: with border mirror there are answers in rows 0"),
        ([*KERNEL, "--at", "3"], "--at 3: give a row and a column, as 12,34"),
        ([*KERNEL, "--spectrum", "--radius", "2"], "a fraction of the fastest frequency"),
        (["--gradient", "--edges", "1.5"], "a fraction of the largest magnitude"),
        ([*KERNEL, "--layer", "--pool", "12"], "kernel_size 12 does not fit"),
        ([*KERNEL, "--layer", "--pool", "0"], "--pool"),
        ([*KERNEL, "--film", "film.mp4"], "a name that ends in .gif"),
        ([*KERNEL, "--out", "figure.jpg"], "ends in .svg or .png, or a folder"),
        ([*KERNEL, "--clip", "--out", "figure.svg"], "ends in .png, or a folder"),
        ([*KERNEL, "--out", "picture.png"], "--out picture.png is the picture itself"),
        ([*KERNEL, "--at", "3,3", "--layer", "--out", "a.png"], "2 are asked for: give a folder"),
        ([*KERNEL, "other.png"], "unexpected extra argument"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_written(convscope, picture, words, said):
    Path("large.csv").write_text("\n".join([" ".join(["1"] * 15)] * 15))
    outcome = convscope("filter", "picture.png", *words)
    assert outcome.code == 2
    assert said in outcome.err
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""
    assert made(picture.parent) == ["large.csv", "picture.png"]


@pytest.mark.parametrize("name", ["words.png", "nothing.png", "."])
def test_what_is_no_picture_is_refused(convscope, own_place, name):
    Path("words.png").write_text("words")
    outcome = convscope("filter", name, "--kernel", "sobel-x")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"convscope: {name} ")
    assert made(own_place) == ["words.png"]
