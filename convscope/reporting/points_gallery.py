"""Pictures on a page about points: true places, found ones, and the lines between."""

from collections.abc import Sequence
from typing import Any

import torch

from convscope.data.pixels import as_picture
from convscope.drawing.points import FOUND, TRUE
from convscope.reporting.album import data_address, encode_webp
from convscope.reporting.points_evidence import PointsEvidence

WORST = 12
"""Images with the largest errors."""
BETWEEN = 6
"""Images from the best to the worst, at equal steps."""


def three(evidence: PointsEvidence) -> list[dict[str, Any]]:
    """The image with the smallest error, the one in the middle, and the one with the largest."""
    order = _by_error(evidence)
    words = ("the best", "the median", "the worst")
    places = order[0], order[(len(order) - 1) // 2], order[-1]
    return [{"word": word, **overlay(evidence, i)} for word, i in zip(words, places, strict=True)]


def worst(evidence: PointsEvidence) -> list[dict[str, Any]]:
    """The images with the largest errors, the largest first."""
    return [overlay(evidence, i) for i in _by_error(evidence)[::-1][:WORST]]


def between(evidence: PointsEvidence) -> list[dict[str, Any]]:
    """Images from the smallest to the largest error, at equal steps."""
    order = _by_error(evidence)
    steps = min(BETWEEN, len(order))
    return [overlay(evidence, order[(2 * i + 1) * len(order) // (2 * steps)]) for i in range(steps)]


def overlay(evidence: PointsEvidence, index: int) -> dict[str, Any]:
    """An image with its points as paths of an SVG: `picture`, `truth`, `found` and `apart`."""
    truth, found = evidence.points[index], evidence.found[index]
    known = ~truth.isnan().any(1)
    pairs = torch.stack([truth, found], 1)[known].tolist()
    return {
        "name": evidence.name(index),
        "error": float(evidence.errors[index].nanmean()),
        "picture": _picture(evidence, index),
        "truth": _dots(truth[known].tolist()),
        "found": _dots(found.tolist()),
        "apart": "".join(f"M{_xy(start)}L{_xy(end)}" for start, end in pairs),
        "colours": {"truth": TRUE, "found": FOUND},
        "dot": max(evidence.model.image_shape[1:]) / (60 if len(truth) > 30 else 40),
    }


def _picture(evidence: PointsEvidence, index: int) -> str | None:
    if evidence.dataset is None:
        return None
    pixels = evidence.dataset.images[index].permute(1, 2, 0).numpy()
    return data_address(encode_webp(as_picture(pixels), exact=False), "webp")


def _by_error(evidence: PointsEvidence) -> list[int]:
    """The images that can be measured, the smallest error first."""
    errors = evidence.errors.nanmean(1)
    order: list[int] = errors.argsort(stable=True).tolist()
    return [i for i in order if not errors[i].isnan()]


def _dots(points: Sequence[Sequence[float]]) -> str:
    """A path of lines without length: with round ends each is a dot."""
    return "".join(f"M{_xy(point)}h0" for point in points)


def _xy(point: Sequence[float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
