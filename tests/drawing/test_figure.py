import numpy as np
import pytest
import torch
from PIL import Image as Picture

from convscope.drawing.figure import (
    as_bytes,
    as_picture,
    montage,
    new_figure,
    save_figure,
    show,
    svg_text,
)


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


def test_the_paper_shows_between_the_pictures_of_a_montage(theme):
    sheet = montage(np.zeros((2, 3, 5, 3), np.uint8), columns=2, gap=2, paper=theme.paper)
    assert (sheet[:, 5:7] == as_bytes(theme.paper)).all()
    assert as_bytes("#14181d").tolist() == [0x14, 0x18, 0x1D]


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


def contrast(colour: str, paper: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""

    def luminance(name: str) -> float:
        light = as_bytes(name) / 255
        linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, bright = sorted([luminance(colour), luminance(paper)])
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["ink", "quiet", "train", "validation", "mark", "good", "wrong"])
def test_every_line_and_word_stands_out_from_the_paper(theme, name):
    assert contrast(getattr(theme, name), theme.paper) >= (7 if name == "ink" else 3)


def drawn(theme):
    figure = new_figure(4.6, 3.2, theme)
    axes = figure.subplots()
    axes.plot([1, 3, 2], marker=".")
    axes.set_title("words & <numbers>")
    return figure


def test_the_same_figure_is_the_same_text_whatever_was_written_before(theme, tmp_path):
    figure = drawn(theme)
    text = svg_text(figure)
    save_figure(figure, tmp_path / "picture.png")
    assert svg_text(figure) == text == svg_text(drawn(theme))
    assert save_figure(figure, tmp_path / "picture.svg").read_text(encoding="utf-8") == text
    assert "date" not in text


def test_the_words_of_an_svg_are_text_on_the_themes_paper(theme, words):
    assert "words & <numbers>" in words(drawn(theme))
    text = svg_text(drawn(theme))
    assert "sans-serif" in text
    assert f"fill: #{bytes(as_bytes(theme.paper)).hex()}" in text


def test_pictures_keep_their_own_pixels_in_an_svg():
    figure = new_figure(2.0, 1.0)
    show(figure.subplots(), np.zeros((3, 5, 3), np.uint8))
    assert 'width="5" height="3"' in svg_text(figure)


def test_a_name_that_no_font_here_can_draw_is_no_warning(words):
    figure = new_figure(2.0, 1.0)
    figure.subplots().set_title("\u732b")
    assert words(figure)[-1] == "\u732b"
