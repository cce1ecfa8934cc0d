"""Points in pixels of an image, and as a net answers them: -1 and 1 are the image's edges."""

from torch import Tensor

from convscope.shapes import Points


def in_pixels(answers: Tensor, image_size: tuple[int, int]) -> Points:
    """A net's answers (n, 2 p), x and y of each point in turn, as points of an image of (h, w).

    Whole numbers are pixel centres: -1 is -0.5, the edge of the first pixel.
    """
    points = answers.unflatten(1, (-1, 2))
    return ((points + 1) * points.new_tensor(image_size[::-1]) - 1) / 2


def as_answers(points: Points, image_size: tuple[int, int]) -> Tensor:
    """The inverse of `in_pixels`: (n, 2 p)."""
    return ((2 * points + 1) / points.new_tensor(image_size[::-1]) - 1).flatten(1)


def known(points: Points, image_size: tuple[int, int]) -> Tensor:
    """(n, p) true for the points that are numbers and lie in an image of (h, w)."""
    edges = points.new_tensor(image_size[::-1]) - 0.5
    return ((points >= -0.5) & (points <= edges)).all(2)
