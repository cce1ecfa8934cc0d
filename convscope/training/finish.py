"""The end of a run: the best weights put back, the test set opened once, the folder written."""

from dataclasses import replace
from pathlib import Path

from safetensors.torch import save
from torch import Tensor, nn

from convscope.atomic import make_folder, replacing
from convscope.errors import Diverged
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.measured import Scores, scores_of
from convscope.evaluation.test_set import (
    read_answers,
    read_openings,
    read_report,
    record_opening,
    save_answers,
    write_report,
)
from convscope.prediction.folder import put_away, save_config, save_weights
from convscope.prediction.model import Model
from convscope.prediction.weights import plain
from convscope.training.history import History
from convscope.training.plan import Plan
from convscope.training.state import State

REFERENCES = 8
"""Validation images whose answers are kept, so that any copy of the model can be checked."""


def leave(
    plan: Plan, state: State, folder: Path, ended: str, open_test: bool
) -> tuple[Model, Scores | None]:
    """Write the model folder; the test set is opened only if the run came to its end."""
    if not state.best.weights:
        raise Diverged(
            f"no validation loss was ever a number: there is nothing to keep in {folder}"
        )
    put_away(folder)
    plan.net.load_state_dict(state.best.weights)
    weights_sha256 = save_weights(folder, plan.net)
    model = plan.model()
    History(tuple(state.records)).save(folder / "history.csv")
    validation = plan.splits.validation
    _save_references(folder, model, validation.images[:REFERENCES])
    answers = answers_on(model, validation), validation.targets
    save_answers(folder, *answers, weights_sha256, "validation")
    complete = ended in ("finished", "stopped early")
    report = _open_test_set(plan, model, folder, weights_sha256) if open_test and complete else None
    if report is not None or read_report(folder) is None:
        write_report(folder, report)
    provenance = {
        **model.provenance,
        "ended": ended,
        "epochs": state.position.epoch,
        "best_epoch": state.best.epoch,
        "weights_sha256": weights_sha256,
    }
    save_config(folder, model, provenance)
    return replace(model, provenance=provenance), report


def save_snapshot(folder: Path, epoch: int, net: nn.Module) -> None:
    """The weights after `epoch` as snapshots/epoch-NNN.safetensors, in half precision."""
    make_folder(folder / "snapshots")
    halves = {
        name: tensor.half() if tensor.is_floating_point() else tensor
        for name, tensor in plain(net.state_dict()).items()
    }
    with replacing(folder / "snapshots" / f"epoch-{epoch:03d}.safetensors") as part:
        part.write_bytes(save(halves))


def _open_test_set(plan: Plan, model: Model, folder: Path, weights_sha256: str) -> Scores:
    """The report on the sealed part.

    If the run was cut off after opening it, the stored answers are read, and it stays one opening.
    """
    test, by = plan.splits.test, "train"
    stored = read_answers(folder, weights_sha256)
    logits, targets = stored or (answers_on(model, test), test.targets)
    if stored is None:
        save_answers(folder, logits, targets, weights_sha256)
    report = scores_of(model, logits, targets, test, data=plan.splits.name, part="test")
    known = [(opening["by"], opening["weights_sha256"]) for opening in read_openings(folder)]
    if (by, weights_sha256) not in known:
        record_opening(folder, by, report, weights_sha256)
    return report


def _save_references(folder: Path, model: Model, images: Tensor) -> None:
    """reference/validation.safetensors: `pixels` (n, c, h, w) uint8 and their `logits` (n, k)."""
    make_folder(folder / "reference")
    logits = model.logits(model.preprocessing.normalize(images)).cpu()
    with replacing(folder / "reference" / "validation.safetensors") as part:
        part.write_bytes(save({"pixels": images.contiguous(), "logits": logits}))
