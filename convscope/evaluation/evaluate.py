"""Measure a model: what opening its test set stored, or its answers on a part or other data."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from convscope.data.batches import Batches, BatchSource, answering_size
from convscope.data.catalogue import CATALOGUE
from convscope.data.dataset import Dataset, Splits
from convscope.data.loading import find_folder, load_data, read_pools
from convscope.data.split import fingerprint
from convscope.device import device_of
from convscope.errors import BadData, BadModel, BadValue
from convscope.evaluation.measured import Scores, points_for, scores_of
from convscope.evaluation.test_set import (
    read_openings,
    read_report,
    record_opening,
    save_answers,
    write_report,
)
from convscope.networks.answering import answering
from convscope.prediction.folder import BUNDLED, find_run, load_model, read_config
from convscope.prediction.model import Model
from convscope.shapes import Images


@runtime_checkable
class InFolder(Protocol):
    """Anything that was left in a folder, such as a run."""

    @property
    def folder(self) -> Path: ...


def evaluate(
    model: Model | InFolder | str | Path,
    data: str | Dataset | Splits | None = None,
    *,
    part: str | None = None,
    network: str | None = None,
) -> Scores:
    """How good a model is.

    Of a run without options: what the opening of its sealed test set stored. `part="validation"`
    measures that part; `part="test"` opens the test set again, which is recorded in the run.
    `data` (a name, a data set, or splits) measures on other data, matched by the names of classes
    or points; of splits and of named data the test part, unless `part` says another.
    """
    if part not in (None, "train", "validation", "test"):
        raise BadValue(f"part {part!r}: it can be train, validation or test")
    if isinstance(model, Model):
        if data is None:
            raise BadValue("a model alone has no test set: give `data`, or evaluate its run")
        return _measured(model, data, part)[0]
    folder = find_run(model if isinstance(model, str | Path) else model.folder)
    if data is None and part is None:
        return _stored(folder)
    loaded = load_model(folder, network=network)
    if data is None or data == loaded.provenance["data"]["source"]:
        data, part = own_data(loaded.provenance["data"], folder), part or "test"
    report, logits, dataset = _measured(loaded, data, part)
    if fingerprint(dataset) == loaded.provenance["data"]["test_fingerprint"]:
        _put_on_record(folder, loaded, report, logits, dataset)
    return report


def collect(net: torch.nn.Module, batches: BatchSource) -> tuple[Tensor, Tensor]:
    """The net's float32 answers to all batches, and their targets, on the CPU.

    Answered in evaluation mode; afterwards each module is in its own mode again.
    """
    with answering(net):
        pairs = [(net(inputs).float().cpu(), targets.cpu()) for inputs, targets in batches.epoch(0)]
    answers, targets = zip(*pairs, strict=True)
    return torch.cat(answers), torch.cat(targets)


def answers_on(model: Model, dataset: Dataset) -> Tensor:
    """Logits (n, k) on every image of `dataset`.

    Images of another shape are resized and cropped as the model asks.
    """
    device = device_of(model.net)
    fitted = dataset if dataset.image_shape == model.image_shape else _stored_as(model, dataset)
    size = answering_size(fitted.image_shape)
    batches = Batches(fitted, model.preprocessing, size, device=device)
    return collect(model.net, batches)[0]


def own_data(
    stored: Mapping[str, Any] | None, run: str | Path, data: Splits | None = None
) -> Splits:
    """The data that `run` was trained on, cut as they were then, or `data` if only code has them.

    `stored` is what its config.json says of them; `BadData` if these are others, or changed since.
    """
    if data is not None:
        if stored is None or data.fingerprint != stored["fingerprint"]:
            raise BadData(f"{data.name} is not what {run} was trained on: give the same splits")
        return data
    if stored is None or stored.get("source") is None:
        raise BadModel(f"{run} was trained on data given from Python: hand them over as `data`")
    splits = load_data(stored["source"], **stored["options"])
    if splits.fingerprint != stored["fingerprint"]:
        raise BadData(f"the data set {stored['name']} is not what {run} was trained on any more")
    return splits


def _stored(folder: Path) -> Scores:
    config = read_config(folder)  # an unfinished run says so itself
    report = read_report(folder)
    if report is None:
        raise BadModel(
            f"the test set of {folder} is sealed and was never opened: `--part validation` "
            "measures on validation, `--part test` opens it, on record"
        )
    openings = read_openings(folder)
    if openings and openings[-1]["weights_sha256"] != config["weights_sha256"]:
        note = "these numbers are of earlier weights: the run has gone on since the opening"
        return replace(report, notes=(*report.notes, note))
    return report


def _put_on_record(
    folder: Path, model: Model, report: Scores, logits: Tensor, dataset: Dataset
) -> None:
    """Another opening of a run's sealed test set; if it is the first, its answers are kept too."""
    if folder.parent == BUNDLED:  # what comes with the package was opened for all
        return
    weights_sha256 = model.provenance["weights_sha256"]
    record_opening(folder, "evaluate", report, weights_sha256)
    if read_report(folder) is None and len(logits) == len(dataset):
        save_answers(folder, logits, dataset.targets, weights_sha256)
        write_report(folder, report)


def _measured(
    model: Model, data: str | Dataset | Splits, part: str | None
) -> tuple[Scores, Tensor, Dataset]:
    """The report on `data`, the logits (n, k) it rests on, and the part that was measured."""
    name, where, dataset, notes = _chosen(model, data, part)
    if dataset.task != model.task:
        raise BadData(
            f"{name} has {dataset.task}, and the model answers with {model.task}: "
            f"measure it on data that have {model.task}"
        )
    targets = _targets(model, dataset, notes)
    if dataset.image_shape != model.image_shape:
        shapes = ("x".join(map(str, shape)) for shape in (dataset.image_shape, model.image_shape))
        notes.append("images of {} were resized to the model's {}".format(*shapes))
    logits = answers_on(model, dataset)
    report = scores_of(model, logits, targets, dataset, data=name, part=where, notes=notes)
    return report, logits, dataset


def _targets(model: Model, dataset: Dataset, notes: list[str]) -> Tensor:
    """What the model should answer on `dataset`, in its own classes or points."""
    if model.task == "points":
        return points_for(model, dataset)
    to_model = _matched(dataset.class_names, model.target_names)
    if len(set(to_model.values())) < len(model.target_names):
        notes.append(
            f"these data have {len(to_model)} of the model's {len(model.target_names)} classes: "
            + ", ".join(dataset.class_names)
        )
    return torch.tensor([to_model[i] for i in dataset.labels.tolist()])


def _chosen(
    model: Model, data: str | Dataset | Splits, part: str | None
) -> tuple[str, str, Dataset, list[str]]:
    """What to measure on: its name, its part, its images, and what is to be said of it."""
    if isinstance(data, str) and data not in CATALOGUE:
        return _folder(model, data, part)
    if isinstance(data, str):
        data = load_data(data)
    if isinstance(data, Splits):
        return data.name, part or "test", data[part or "test"], []
    if part is not None:
        raise BadValue(f"part {part!r} of one data set: give splits, or leave part out")
    return "given data", "all", data, []


def _folder(model: Model, data: str, part: str | None) -> tuple[str, str, Dataset, list[str]]:
    """A folder's test part if it has one, else all of it, stored at the model's own size."""
    folder = find_folder(data)
    step = model.preprocessing
    pools = read_pools(folder, size=max(step.resize, *step.size), skip_unreadable=True)
    parts = pools.parts
    chosen = part or next(name for name in ("test", "validation", "train") if name in parts)
    if chosen not in parts:
        raise BadValue(f"{folder} has no part {part!r}: it has {', '.join(parts)}")
    where = "all" if len(parts) == 1 else chosen
    return folder.name, where, parts[chosen], list(pools.notes)


def _matched(theirs: tuple[str, ...], ours: tuple[str, ...]) -> Mapping[int, int]:
    """Index of each of their classes among ours, by name; `BadData` names those we do not know."""
    unknown = [name for name in theirs if name not in ours]
    if unknown:
        raise BadData(
            f"the model does not know {len(unknown)} of these data's {len(theirs)} classes "
            f"({', '.join(unknown[:5])}): it knows {', '.join(ours[:12])}"
        )
    return {i: ours.index(name) for i, name in enumerate(theirs)}


def _stored_as(model: Model, dataset: Dataset) -> Dataset:
    """`dataset` in the channels and size that the model's preprocessing stores."""
    images: Images = torch.stack(
        [model.preprocessing.store(image.permute(1, 2, 0).numpy()) for image in dataset.images]
    )
    return replace(dataset, images=images, hashes=None)
