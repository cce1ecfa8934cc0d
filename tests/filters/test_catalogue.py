import pytest
import torch
from numpy.testing import assert_allclose
from scipy import ndimage
from torch import Tensor

from convscope.filters.apply import correlate
from convscope.filters.catalogue import CATALOGUE

VANISHING = "0: flat areas vanish"
KEPT = "1: brightness is kept"

TRUTHS = {
    "sobel-x": ((3, 3), VANISHING),
    "sobel-y": ((3, 3), VANISHING),
    "scharr-x": ((3, 3), VANISHING),
    "scharr-y": ((3, 3), VANISHING),
    "prewitt-x": ((3, 3), VANISHING),
    "prewitt-y": ((3, 3), VANISHING),
    "laplacian": ((3, 3), VANISHING),
    "laplacian-8": ((3, 3), VANISHING),
    "gaussian-3": ((3, 3), KEPT),
    "gaussian-5": ((5, 5), KEPT),
    "gaussian-7": ((7, 7), KEPT),
    "box-3": ((3, 3), KEPT),
    "box-5": ((5, 5), KEPT),
    "sharpen": ((3, 3), KEPT),
    "unsharp": ((5, 5), KEPT),
    "emboss": ((3, 3), KEPT),
    "high-pass": ((5, 5), VANISHING),
    "line-horizontal": ((3, 3), VANISHING),
    "line-vertical": ((3, 3), VANISHING),
    "line-45": ((3, 3), VANISHING),
    "line-135": ((3, 3), VANISHING),
    "identity": ((3, 3), KEPT),
    "course-4x4-1": ((4, 4), VANISHING),
    "course-4x4-2": ((4, 4), VANISHING),
    "course-4x4-3": ((4, 4), VANISHING),
    "course-4x4-4": ((4, 4), VANISHING),
    "course-5x5-1": ((5, 5), VANISHING),
    "course-5x5-2": ((5, 5), VANISHING),
    "course-5x5-3": ((5, 5), VANISHING),
    "course-5x5-4": ((5, 5), VANISHING),
}

COURSE = {
    "course-4x4-1": [[-1, -1, 1, 1], [-1, -1, 1, 1], [-1, -1, 1, 1], [-1, -1, 1, 1]],
    "course-4x4-2": [[1, 1, -1, -1], [1, 1, -1, -1], [1, 1, -1, -1], [1, 1, -1, -1]],
    "course-4x4-3": [[-1, -1, -1, -1], [-1, -1, -1, -1], [1, 1, 1, 1], [1, 1, 1, 1]],
    "course-4x4-4": [[1, 1, 1, 1], [1, 1, 1, 1], [-1, -1, -1, -1], [-1, -1, -1, -1]],
    "course-5x5-1": [
        [-1, -0.2, 0, 0.2, 1],
        [-1.5, -0.2, 0, 0.2, 1.5],
        [-2, -0.2, 0, 0.2, 2],
        [-1.5, -0.2, 0, 0.2, 1.5],
        [-1, -0.2, 0, 0.2, 1],
    ],
    "course-5x5-2": [
        [1, 0.2, 0, -0.2, -1],
        [1.5, 0.2, 0, -0.2, -1.5],
        [2, 0.2, 0, -0.2, -2],
        [1.5, 0.2, 0, -0.2, -1.5],
        [1, 0.2, 0, -0.2, -1],
    ],
    "course-5x5-3": [
        [-1, -2, -2, -2, -1],
        [-0.2, -0.2, -0.2, -0.2, -0.2],
        [0, 0, 0, 0, 0],
        [0.2, 0.2, 0.2, 0.2, 0.2],
        [1, 2, 2, 2, 1],
    ],
    "course-5x5-4": [
        [1, 2, 2, 2, 1],
        [0.2, 0.2, 0.2, 0.2, 0.2],
        [0, 0, 0, 0, 0],
        [-0.2, -0.2, -0.2, -0.2, -0.2],
        [-1, -2, -2, -2, -1],
    ],
}


def answer(name: str, image: Tensor) -> float:
    """What the kernel says in the middle of a square image."""
    maps = correlate(image[None, None], CATALOGUE[name].values)
    return maps[0, 0, image.shape[0] // 2, image.shape[1] // 2].item()


def test_the_table_of_truths_is_whole():
    assert list(TRUTHS) == list(CATALOGUE)


@pytest.mark.parametrize("name", TRUTHS)
def test_a_kernel_has_its_size_its_sum_and_its_words(name):
    kernel = CATALOGUE[name]
    assert (kernel.name, kernel.size, kernel.sums_to) == (name, *TRUTHS[name])
    assert kernel.values.dtype == torch.float64
    assert kernel.about
    assert kernel.finds


@pytest.mark.parametrize("name", COURSE)
def test_the_courses_kernels_are_its_rows(name):
    assert CATALOGUE[name].values.tolist() == COURSE[name]


def test_the_laplacian_is_scipys():
    image = torch.rand(11, 13, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    maps = correlate(image[None, None], CATALOGUE["laplacian"].values)[0, 0]
    assert_allclose(maps, ndimage.laplace(image.numpy(), mode="mirror"), atol=1e-14)


STEP = torch.zeros(10, 10, dtype=torch.float64)
STEP[:, 5:] = 1  # dark left of bright
EDGES = {
    "vertical edges: positive where dark is left of bright": STEP,
    "vertical edges: positive where bright is left of dark": 1 - STEP,
    "horizontal edges: positive where dark is above bright": STEP.T,
    "horizontal edges: positive where bright is above dark": 1 - STEP.T,
}


@pytest.mark.parametrize("name", [n for n, k in CATALOGUE.items() if k.finds in EDGES])
def test_an_edge_kernel_finds_the_edges_that_it_says_and_no_others(name):
    image = EDGES[CATALOGUE[name].finds]
    assert answer(name, image) > 0
    assert answer(name, 1 - image) == pytest.approx(-answer(name, image))
    assert answer(name, image.T) == pytest.approx(0)


LINES = {
    "horizontal lines": torch.eye(9)[4].double().expand(9, 9).T,
    "vertical lines": torch.eye(9)[4].double().expand(9, 9),
    "lines that rise to the right": torch.eye(9).double().flip(0),
    "lines that fall to the right": torch.eye(9).double(),
}


@pytest.mark.parametrize("name", ["line-horizontal", "line-vertical", "line-45", "line-135"])
def test_a_line_kernel_answers_most_to_its_own_lines(name):
    answers = {line: answer(name, image) for line, image in LINES.items()}
    assert max(answers, key=lambda line: answers[line]) == CATALOGUE[name].finds
    assert sorted(answers.values()) == [0, 0, 0, 6]


def test_emboss_is_bright_where_dark_lies_up_left_of_bright():
    corner = torch.zeros(9, 9, dtype=torch.float64)
    corner[4:, 4:] = 1
    assert answer("emboss", corner) > 1
    assert answer("emboss", corner.flip(0, 1)) < 1
