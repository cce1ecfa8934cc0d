"""PointsReport: how far a model's points are from the truth on one set of images."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from convscope.errors import BadData
from convscope.evaluation.metrics import wilson_interval
from convscope.seed import generator

THRESHOLDS = (0.05, 0.08, 0.1)
"""Errors below which images are counted."""
RESAMPLES = 2000
"""Sets of images drawn for the interval of the mean."""


@dataclass(frozen=True, kw_only=True)
class PointsReport:
    """Errors as fractions of `unit`; intervals are [low, high]."""

    data: str
    part: str
    total: int
    """Images."""
    measured: int
    """Those whose error can be told."""
    points: int
    """Measured, in all of them."""
    unit: str
    """What errors are divided by, in words."""
    error: float
    """Mean over images of the mean over their points."""
    interval: tuple[float, float]
    """95 %, by a bootstrap over images."""
    median: float
    guess: float | None
    """The error of always answering the mean place in the training part; None if not known."""
    shares: Sequence[Mapping[str, Any]]
    """For some errors, how many images stay below: below, images, share, interval."""
    per_point: Sequence[Mapping[str, Any]]
    """name, known, error, and guess of each."""
    notes: Sequence[str] = ()
    """What a reader must know beside the numbers."""

    def headline(self) -> dict[str, Any]:
        """What the record of an opening keeps."""
        return {"error": self.error, "total": self.total, "interval": list(self.interval)}

    def to_json(self) -> dict[str, Any]:
        """The fields, as report.json holds them."""
        return {"task": "points", **asdict(self)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "PointsReport":
        """The inverse of `to_json`."""
        tuples = {name: tuple(fields[name]) for name in ("interval", "notes")}
        return cls(**{**{k: v for k, v in fields.items() if k != "task"}, **tuples})


def report_on_points(
    errors: Tensor,
    guessed: Tensor | None,
    names: Sequence[str],
    *,
    unit: str,
    data: str,
    part: str,
    notes: Sequence[str] = (),
) -> PointsReport:
    """The report on errors (n, p) in that unit, NaN where they cannot be told.

    `guessed` (n, p) are the errors of the mean places. `BadData` if no image can be measured.
    """
    n, per_image = len(errors), errors.nanmean(1)
    per_image = per_image[~per_image.isnan()]
    if len(per_image) == 0:
        raise BadData(f"not one of {n} images can be measured: {unit} is known in none")
    told = [*notes]
    if len(per_image) < n:
        told.append(f"{n - len(per_image):,} of {n:,} images cannot be measured: {unit} is missing")
    return PointsReport(
        data=data,
        part=part,
        total=n,
        measured=len(per_image),
        points=int((~errors.isnan()).sum()),
        unit=unit,
        error=per_image.mean().item(),
        interval=bootstrap_interval(per_image),
        median=per_image.median().item(),
        guess=None if guessed is None else guessed.nanmean(1).nanmean().item(),
        shares=[_share(per_image, below) for below in THRESHOLDS],
        per_point=_per_point(names, errors, guessed),
        notes=tuple(told),
    )


def bootstrap_interval(values: Tensor) -> tuple[float, float]:
    """The 95 % interval of the mean of `values` (n,), by means of samples drawn from them.

    Efron 1979, percentiles; the same values give the same interval.
    """
    n = len(values)
    drawn = generator("bootstrap", n)
    means = torch.stack(
        [values[torch.randint(n, (n,), generator=drawn)].mean() for _ in range(RESAMPLES)]
    )
    low, high = means.double().quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)).tolist()
    return low, high


def _share(per_image: Tensor, below: float) -> dict[str, Any]:
    n, count = len(per_image), int((per_image < below).sum())
    interval = list(wilson_interval(count, n))
    return {"below": below, "images": count, "share": count / n, "interval": interval}


def _per_point(
    names: Sequence[str], errors: Tensor, guessed: Tensor | None
) -> list[dict[str, Any]]:
    guesses = errors.new_full(errors.shape, torch.nan) if guessed is None else guessed
    rows = zip(
        names,
        (~errors.isnan()).sum(0).tolist(),
        errors.nanmean(0).tolist(),
        guesses.nanmean(0).tolist(),
        strict=True,
    )
    return [
        {"name": name, "known": count, "error": _or_none(error), "guess": _or_none(guess)}
        for name, count, error, guess in rows
    ]


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
