from dataclasses import replace

import torch

from convscope.data.dataset import Dataset
from convscope.drawing.dataset import (
    MOST_CLASSES,
    draw_contact_sheet,
    draw_image,
    draw_mean_images,
    draw_variants,
)


def dataset(c: int, h: int, w: int, classes: int) -> Dataset:
    n = 2 * classes
    return Dataset(
        images=torch.randint(0, 256, (n, c, h, w), dtype=torch.uint8),
        targets=torch.arange(n) % classes,
        names=[str(i) for i in range(n)],
        target_names=tuple(f"class {i}" for i in range(classes)),
    )


def words_of(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_a_contact_sheet_has_a_row_for_each_class_up_to_a_limit():
    figure = draw_contact_sheet(dataset(3, 11, 13, 5))
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == [
        f"class {i}" for i in range(5)
    ]
    figure = draw_contact_sheet(dataset(1, 11, 13, 23))
    assert len(figure.axes[0].get_yticklabels()) == MOST_CLASSES
    assert "3 more classes" in figure.axes[0].get_title(loc="left")


def test_hostile_names_are_text(words):
    named = replace(dataset(3, 5, 7, 2), target_names=("$\\frac{$", "z" * 255))
    assert words(draw_contact_sheet(named))[:2] == ["$\\frac{$", "z" * 17 + "…"]
    grey = torch.zeros(1, 2, 2, dtype=torch.uint8)
    assert "image $x$: <b>" in words(draw_image(grey, "image $x$: <b>"))


def test_every_value_of_a_grey_image_is_written_in_its_place():
    image = torch.arange(11 * 13, dtype=torch.uint8).reshape(1, 11, 13)
    figure = draw_image(image, "numbers")
    assert words_of(figure) == [str(i) for i in range(11 * 13)]
    assert figure.axes[0].texts[14].get_position() == (1, 1)


def test_colours_are_shown_channel_by_channel():
    image = torch.stack([torch.full((5, 7), value, dtype=torch.uint8) for value in (11, 22, 33)])
    figure = draw_image(image, "stripes")
    assert [axes.get_title() for axes in figure.axes] == ["stripes", "red", "green", "blue"]
    assert words_of(figure) == ["11"] * 35 + ["22"] * 35 + ["33"] * 35


def test_of_a_large_image_the_middle_is_written_and_marked():
    image = torch.zeros(3, 41, 37, dtype=torch.uint8)
    figure = draw_image(image, "large")
    assert len(words_of(figure)) == 3 * 32 * 32
    (frame,) = figure.axes[0].patches
    assert (frame.get_x(), frame.get_y()) == (1.5, 3.5)


def test_variants_stand_beside_their_original():
    figure = draw_variants(torch.zeros(1, 11, 13), torch.ones(16, 1, 11, 13), "flip")
    assert figure.axes[1].get_title() == "flip: 16 draws"
    assert figure.axes[1].images[0].get_array().shape[:2] == (4 * 11 + 3, 4 * 13 + 3)


def test_mean_images_stand_side_by_side_under_their_names(words):
    means = torch.arange(3).div(2).reshape(3, 1, 1, 1).expand(3, 1, 5, 7)
    figure = draw_mean_images(means, ["ant", "$b$", "c" * 255])
    assert words(figure) == ["ant", "$b$", "c" * 11 + "…"]
    assert [axes.images[0].get_array()[0, 0, 0] for axes in figure.axes] == [0, 128, 255]
