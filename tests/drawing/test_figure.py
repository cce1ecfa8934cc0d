import numpy as np
import pytest
import torch
from PIL import Image as Picture

from convscope.drawing.figure import as_picture, montage, new_figure, save_figure, show


def test_a_grey_image_becomes_three_equal_channels():
    image = torch.arange(11 * 13, dtype=torch.uint8).reshape(1, 11, 13)
    picture = as_picture(image)
    assert picture.shape == (11, 13, 3)
    assert all((picture[:, :, i] == image[0].numpy()).all() for i in range(3))


def test_floats_are_0_to_1_and_clipped():
    image = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0]).reshape(1, 1, 5)
    assert as_picture(image)[0, :, 0].tolist() == [0, 0, 128, 255, 255]


def test_a_montage_puts_pictures_in_rows_with_white_between():
    pictures = np.arange(3, dtype=np.uint8).reshape(3, 1, 1, 1) * np.ones((1, 2, 5, 3), np.uint8)
    sheet = montage(pictures, columns=2, gap=1)
    assert sheet.shape == (5, 11, 3)
    assert (sheet[:2, :5] == 0).all()
    assert (sheet[:2, 6:] == 1).all()
    assert (sheet[3:, :5] == 2).all()
    assert (sheet[2] == 255).all()
    assert (sheet[:, 5] == 255).all()


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_figure_is_saved_in_the_format_of_its_name(tmp_path, suffix):
    figure = new_figure(2.0, 1.0)
    show(figure.subplots(), np.zeros((3, 5, 3), np.uint8), "black")
    path = save_figure(figure, tmp_path / "new" / f"picture.{suffix}")
    assert [p.name for p in path.parent.iterdir()] == [f"picture.{suffix}"]
    if suffix == "png":
        with Picture.open(path) as picture:
            assert picture.size == (240, 120)
    else:
        assert "<svg" in path.read_text(encoding="utf-8")
