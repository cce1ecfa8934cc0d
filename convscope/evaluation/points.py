"""How far points are from where they should be, and the losses that bring them there."""

import math
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.data.coordinates import as_answers, in_pixels, known
from convscope.data.scheme import Scheme
from convscope.evaluation.tasks import Task
from convscope.shapes import Points

BEND = 0.01
"""Of smooth L1: an error of 1 % of the image's side, below which it counts by its square."""
WIDTH, CURVATURE = 10 / 256, 2 / 256
"""Of the wing: the paper's 10 and 2 pixels of an image of 256."""


def smooth_l1(errors: Tensor) -> Tensor:
    """The size of `errors`, rounded off near 0: what a median is drawn by."""
    return F.smooth_l1_loss(errors, torch.zeros_like(errors), beta=BEND, reduction="none")


def wing(errors: Tensor) -> Tensor:
    """Logarithmic in small errors, so that these still count; linear in large ones.

    Feng et al. 2018, equation 5.
    """
    sizes = errors.abs()
    step = WIDTH * (1 - math.log1p(WIDTH / CURVATURE))
    return torch.where(sizes < WIDTH, WIDTH * torch.log1p(sizes / CURVATURE), sizes - step)


LOSSES: Mapping[str, Callable[[Tensor], Tensor]] = {"wing": wing, "smooth-l1": smooth_l1}
"""Of errors as fractions of the image's side."""


def points_loss(answers: Tensor, points: Points, image_size: tuple[int, int], loss: str) -> Tensor:
    """Mean loss of a net's answers (n, 2 p) over the points that are known and in the image."""
    there = known(points, image_size)[:, :, None]
    wanted = torch.where(there, as_answers(points, image_size).view_as(points), 0.0)
    errors = torch.where(there, (answers.unflatten(1, (-1, 2)) - wanted) / 2, 0.0)
    return LOSSES[loss](errors).sum() / (2 * there.sum()).clamp(min=1)


def units(points: Points, scheme: Scheme, image_size: tuple[int, int]) -> Tensor:
    """(n,) pixels that errors in each image are divided by; NaN where they cannot be told.

    The distance of the scheme's two points, else the diagonal of the box around the points that are
    known; of a single point, the image's longer side.
    """
    n, count, _ = points.shape
    if scheme.measure is not None:
        one, other = scheme.measure
        lengths = torch.linalg.vector_norm(points[:, one] - points[:, other], dim=1)
    elif count == 1:
        lengths = points.new_full((n,), max(image_size))
    else:
        low = points.nan_to_num(math.inf).amin(1)
        high = points.nan_to_num(-math.inf).amax(1)
        lengths = torch.linalg.vector_norm(high - low, dim=1)
    return torch.where((lengths > 0) & lengths.isfinite(), lengths, torch.nan)


def point_errors(
    found: Points, points: Points, scheme: Scheme, image_size: tuple[int, int]
) -> Tensor:
    """(n, p) distance of each point from its place, over the image's unit; NaN if not known."""
    there = known(points, image_size)
    masked = torch.where(there[:, :, None], points, torch.nan)
    distances = torch.linalg.vector_norm(found - masked, dim=2)
    return distances / units(masked, scheme, image_size)[:, None]


def measure_points(
    answers: Tensor, points: Points, *, scheme: Scheme, image_size: tuple[int, int], loss: str
) -> dict[str, float]:
    """Loss and mean normalised error of answers (n, 2 p); NaN if nothing can be measured."""
    errors = point_errors(in_pixels(answers, image_size), points, scheme, image_size)
    return {
        "loss": points_loss(answers, points, image_size, loss).item(),
        "error": errors.nanmean(1).nanmean().item(),
    }


def points_task(scheme: Scheme, image_size: tuple[int, int], loss: str) -> Task:
    """What points in images of (h, w) are measured by while they are learned."""
    measure = partial(measure_points, scheme=scheme, image_size=image_size, loss=loss)
    return Task(("loss", "error"), measure)
