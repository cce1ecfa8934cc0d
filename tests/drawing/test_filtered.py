import torch

from convscope.drawing.figure import LIGHT
from convscope.drawing.filtered import Step, draw_filtered
from convscope.filters.apply import correlate
from convscope.filters.catalogue import CATALOGUE

IMAGES = torch.arange(5 * 7 * 3).reshape(1, 3, 5, 7).double()


def step(name: str, image: torch.Tensor) -> Step:
    kernel = CATALOGUE[name]
    return Step(
        kernel=kernel, answer=correlate(image[None], kernel.values)[0], title=f"answer of {name}"
    )


def test_picture_kernel_and_answer_stand_side_by_side(theme, words):
    image = IMAGES[0, :1]
    figure = draw_filtered(image, [step("sobel-x", image)], theme)
    said = [text for text in words(figure) if text]
    assert {"the picture", "sobel-x", "answer of sobel-x", "3 x 3, sum 0"} <= set(said)
    picture, kernel, answer = (axes for axes in figure.axes if axes.get_title())
    assert picture.images[0].get_array().tolist() == image[0].tolist()
    assert picture.images[0].get_clim() == (0, 255)
    assert len(kernel.texts) == 9
    assert answer.images[0].get_array().tolist() == step("sobel-x", image).answer[0].tolist()
    left, middle, right = (axes.get_position().x0 for axes in (picture, kernel, answer))
    assert left < middle < right


def test_several_answers_are_two_in_a_row_each_on_its_own_scale():
    image = IMAGES[0, :1]
    steps = [step(name, image) for name in ("sobel-x", "gaussian-5", "laplacian")]
    figure = draw_filtered(image, steps)
    answers = [axes for axes in figure.axes if axes.get_title().startswith("answer")]
    assert [axes.images[0].get_clim()[0] for axes in answers] == [
        -float(steps[0].answer.abs().max()) if (steps[0].answer < 0).any() else 0,
        0,
        -float(steps[2].answer.abs().max()),
    ]
    figure.draw_without_rendering()
    first, second, third = (axes.get_position() for axes in answers)
    assert second.y1 < first.y0
    assert second.x1 < third.x0
    assert abs(second.y0 - third.y0) < 0.01


def test_channels_filtered_by_themselves_are_a_picture_in_colour():
    figure = draw_filtered(IMAGES[0], [step("emboss", IMAGES[0])], LIGHT)
    answer = next(axes for axes in figure.axes if axes.get_title() == "answer of emboss")
    assert answer.images[0].get_array().shape == (5, 7, 3)


def test_a_long_title_ends_in_an_ellipsis():
    image = IMAGES[0, :1]
    kernel = CATALOGUE["sobel-x"]
    long = Step(kernel=kernel, answer=image, title="x" * 500)
    titles = [axes.get_title() for axes in draw_filtered(image, [long]).axes]
    assert "x" * 59 + "…" in titles
