"""What a model still knows of pictures that are moved, made smaller or larger, or turned."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from convscope.data.dataset import Dataset
from convscope.data.download import Told, nothing_said
from convscope.data.memory_map import blocks
from convscope.data.split import hold_out
from convscope.errors import BadData, BadValue
from convscope.evaluation.evaluate import own_data
from convscope.evaluation.tolerance import Curve, Step, curve_of, step_of
from convscope.evaluation.transformations import UNITS, Change, changes, paper, share_inside
from convscope.networks.build import is_path
from convscope.prediction.folder import BUNDLED, find_run, load_model, network_of, read_config
from convscope.prediction.model import Model
from convscope.shapes import Images, Stored

IMAGES = 2000
"""Enough for intervals of about +- 2 points."""
BLOCK = 500
"""Images changed and answered at once."""


@dataclass(frozen=True, kw_only=True)
class Invariance:
    """How a model's accuracy falls as its pictures are changed; fractions.

    It fails where the 95 % interval of its accuracy lies wholly below `half_way`.
    """

    name: str
    data: str
    part: str
    images: int
    """How many were used, every class with its share."""
    of: int
    guessing: float
    """What always naming the commonest class reaches."""
    half_way: float | None
    """Between the accuracy on unchanged images and guessing; None if the model only guesses."""
    unchanged: Step
    curves: tuple[Curve, ...]
    """shift, scale, rotate."""

    @property
    def sentences(self) -> list[str]:
        """How much of each kind of change the model bears, in plain words."""
        if self.half_way is None:
            return [f"{self.name} is no better than guessing on unchanged images: nothing can fail"]
        return [sentence for curve in self.curves for sentence in _told(curve)]

    def to_json(self) -> dict[str, Any]:
        """The fields, the sentences, and the worst step of each class."""
        worst = [
            {"class": row.name, **{curve.kind: curve.brief(i) for curve in self.curves}}
            for i, row in enumerate(self.unchanged.per_class)
        ]
        return {**asdict(self), "sentences": self.sentences, "worst": worst}


def measure_runs(
    runs: Sequence[str | Path],
    *,
    limit: int = IMAGES,
    network: str | None = None,
    told: Told = nothing_said,
) -> list[Invariance]:
    """The invariance of each run, on validation images that all of them held out.

    `network` names the class of a network that only you have. `BadData` unless the runs learned
    from the same data, cut alike.
    """
    folders = [find_run(run) for run in runs]
    names = _names(folders)
    learned = [read_config(folder).get("data") or {} for folder in folders]
    if len({data.get("fingerprint") for data in learned}) > 1:
        raise BadData(
            f"{', '.join(names)} did not hold out the same images: measure runs together that "
            "learned from one data set, cut alike (validation, split_seed)"
        )
    dataset = own_data(learned[0], folders[0]).validation
    models = {name: _opened(folder, network) for name, folder in zip(names, folders, strict=True)}
    return measure_invariance(
        models, dataset, data=learned[0]["name"], part="validation", limit=limit, told=told
    )


def measure_invariance(
    models: Mapping[str, Model],
    dataset: Dataset,
    *,
    data: str = "given data",
    part: str = "all",
    limit: int = IMAGES,
    told: Told = nothing_said,
) -> list[Invariance]:
    """The invariance of each model, by name, on about `limit` images of `dataset`.

    Every class keeps its share, and all models are asked about the same changed images: each is
    moved to one of four sides and turned one way or the other, as drawn for its place.
    """
    _check(models, dataset, limit)
    whole = limit >= len(dataset)
    chosen = dataset if whole else hold_out(dataset, limit / len(dataset))[1]
    guessing = max(chosen.class_counts()) / len(chosen)
    unchanged = _answered(models, chosen, None)
    steps: dict[str, list[dict[str, Step]]] = {kind: [] for kind in UNITS}
    for kind, changed in steps.items():
        for change in changes(kind, min(chosen.image_shape[1:])):
            told(f"{kind}: {change.amount:g} {UNITS[kind]}")
            changed.append(_answered(models, chosen, change))
    half_way = {name: _half_way(step, guessing) for name, step in unchanged.items()}
    return [
        Invariance(
            name=name,
            data=data,
            part=part,
            images=len(chosen),
            of=len(dataset),
            guessing=guessing,
            half_way=half_way[name],
            unchanged=step,
            curves=tuple(
                curve_of(kind, step, (at[name] for at in changed), half_way[name])
                for kind, changed in steps.items()
            ),
        )
        for name, step in unchanged.items()
    ]


def _half_way(unchanged: Step, guessing: float) -> float | None:
    return (unchanged.accuracy + guessing) / 2 if unchanged.interval[0] > guessing else None


def _answered(
    models: Mapping[str, Model], dataset: Dataset, change: Change | None
) -> dict[str, Step]:
    """How each model answers the images of `dataset`, all changed by `change`, or as they are."""
    answers: dict[str, list[Tensor]] = {name: [] for name in models}
    for images in blocks(dataset.images, BLOCK):
        seen = images if change is None else _changed(images, change)
        for name, model in models.items():
            logits = model.logits(model.preprocessing.normalize(seen).contiguous())
            answers[name].append(logits.argmax(1).cpu())
    amount, inside = 0.0, 1.0
    if change is not None:
        amount = change.amount
        inside = share_inside(dataset.images[:BLOCK].float() / 255, change)
    return {
        name: step_of(torch.cat(given), dataset, amount, inside) for name, given in answers.items()
    }


def _changed(stored: Stored, change: Change) -> Images:
    images = stored.float() / 255
    return change(images, paper(images))


def _told(curve: Curve) -> list[str]:
    """Where the model fails, towards smaller amounts and towards larger ones."""
    first, last = curve.steps[0].amount, curve.steps[-1].amount
    limits = [(curve.fails_above, last, "upwards", "up to")]
    if curve.kind == "scale":
        limits.insert(0, (curve.fails_below, first, "and below", "down to"))
    return [
        f"{curve.kind}: does not fail {bound} {end:g} {curve.unit}"
        if fails is None
        else f"{curve.kind}: fails from {fails:g} {curve.unit} {onwards}, {_shown(curve, fails)}"
        for fails, end, onwards, bound in limits
    ]


def _shown(curve: Curve, amount: float) -> str:
    step = next(step for step in curve.steps if step.amount == amount)
    low, high = step.interval
    told = f"{100 * step.accuracy:.1f} % right (95 % interval {100 * low:.1f} to {100 * high:.1f})"
    if step.cut_off:
        told += f", with {100 * step.inside:.0f} % of what stands out still in the pictures"
    return told


def _check(models: Mapping[str, Model], dataset: Dataset, limit: int) -> None:
    if limit < 1:
        raise BadValue(f"limit {limit}: at least 1 image is needed, {IMAGES:,} are usual")
    wanted = dataset.image_shape, dataset.class_names
    for name, model in models.items():
        if (model.image_shape, model.target_names) != wanted:
            raise BadData(
                f"{name} takes images of {model.image_shape} and knows {len(model.target_names)} "
                f"classes: the data have images of {wanted[0]} and {len(wanted[1])} classes of "
                "their own, measure it on what it has learned"
            )


def _names(folders: Sequence[Path]) -> list[str]:
    """A short name for each folder, all different; `BadValue` if one is given twice."""
    short = [
        f"bundled:{folder.name}" if folder.parent == BUNDLED else folder.resolve().name
        for folder in folders
    ]
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise BadValue(f"{', '.join(short)}: a run is given twice, name each once")
    return short if len(set(short)) == len(short) else [str(folder) for folder in folders]


def _opened(folder: Path, network: str | None) -> Model:
    """The model in `folder`; `network` stands in for a class that its config may not name."""
    stored = network_of(read_config(folder))
    own = stored is None or is_path(stored)
    return load_model(folder, network=network if own else None)
