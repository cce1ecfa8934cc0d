import numpy as np
import pytest
import torch
from PIL import Image as Picture

from convscope.drawing.cells import Palette
from convscope.drawing.figure import DARK, LIGHT
from convscope.drawing.film import LAST, MILLISECONDS, film_frames, save_film
from convscope.errors import BadValue
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.kernels import Kernel, box

IMAGE = torch.randint(0, 256, (1, 3, 5), generator=torch.Generator().manual_seed(9)).double()


@pytest.mark.parametrize(("border", "frames"), [("mirror", 15), ("crop", 3)])
def test_a_film_has_a_frame_for_each_answer_and_rests_on_the_last(tmp_path, border, frames):
    path = tmp_path / "new" / "film.gif"
    assert save_film(path, IMAGE, CATALOGUE["sobel-x"], border) == frames
    with Picture.open(path) as film:
        assert film.n_frames == frames
        assert film.info["loop"] == 0
        times = []
        for i in range(frames):
            film.seek(i)
            times.append(film.info["duration"])
    assert times == [MILLISECONDS] * (frames - 1) + [LAST]
    assert [file.name for file in path.parent.iterdir()] == ["film.gif"]


def test_the_file_shows_the_frames_in_one_palette_and_is_always_the_same(tmp_path, theme):
    kernel = CATALOGUE["laplacian"]
    save_film(tmp_path / "a.gif", IMAGE, kernel, "wrap", theme)
    save_film(tmp_path / "b.gif", IMAGE, kernel, "wrap", theme)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()
    palette = Palette(theme)
    with Picture.open(tmp_path / "a.gif") as film:
        for i, frame in enumerate(film_frames(IMAGE, kernel, "wrap", theme)):
            film.seek(i)
            expected = palette.page(frame).convert("RGB")
            assert np.array_equal(np.asarray(film.convert("RGB")), np.asarray(expected))


def test_what_does_not_move_is_the_same_in_every_frame():
    frames = [np.asarray(f) for f in film_frames(IMAGE, CATALOGUE["sobel-x"], "mirror", DARK)]
    moving = np.any([frame != frames[0] for frame in frames], axis=(0, 3))
    assert {frame.shape for frame in frames} == {frames[0].shape}
    assert not moving[:40].any()  # the titles
    assert not moving[-170:-40, 330:600].any()  # the kernel
    assert moving[-40:].any()  # the sum


def test_an_answer_stays_once_the_window_has_passed():
    frames = [np.asarray(f) for f in film_frames(IMAGE, CATALOGUE["box-3"], "zero", LIGHT)]
    right = 18 + 453 + 18  # the answer's place is the right half
    before = frames[6][44 : 44 + 300, right:]
    after = frames[14][44 : 44 + 300, right:]
    inked = (before != 255).any(2).sum(), (after != 255).any(2).sum()
    assert inked[1] > 1.5 * inked[0]


def test_large_kernels_and_large_pictures_are_refused(tmp_path):
    large = Kernel(name="large", values=box(9), about="", finds="")
    with pytest.raises(BadValue, match="9 x 9 kernel cannot be read in a film: .* 7 x 7"):
        save_film(tmp_path / "film.gif", IMAGE, large, "mirror")
    with pytest.raises(BadValue, match="144 pixels at most"):
        save_film(tmp_path / "film.gif", torch.zeros(1, 13, 12).double(), large, "mirror")
    assert not list(tmp_path.iterdir())
