"""The sealed test set's record: each opening, when, by what, with which result, and the answers."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from convscope.atomic import replacing, write_json
from convscope.errors import BadModel
from convscope.evaluation.measured import Scores, read_scores


def read_openings(folder: Path) -> list[dict[str, Any]]:
    """Every opening of the test set by this run, the oldest first."""
    path = folder / "test_openings.json"
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    except ValueError as error:
        raise BadModel(f"{path} is damaged: {error}") from error


def record_opening(folder: Path, by: str, report: Scores, weights_sha256: str) -> None:
    """Add one opening to the record."""
    opening = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": by,
        "data": report.data,
        "weights_sha256": weights_sha256,
        **report.headline(),
    }
    write_json(folder / "test_openings.json", [*read_openings(folder), opening])


def save_answers(
    folder: Path, logits: Tensor, targets: Tensor, weights_sha256: str, part: str = "test"
) -> None:
    """What these weights answered on a part, as PART_logits.safetensors.

    It holds the logits (n, k), the labels (n,) or else the targets, and the hash of the weights.
    """
    tensors = {"logits": logits.contiguous(), _kind(targets): targets.contiguous()}
    content = save(tensors, {"weights_sha256": weights_sha256})
    with replacing(folder / f"{part}_logits.safetensors") as beside:
        beside.write_bytes(content)


def read_answers(
    folder: Path, weights_sha256: str, part: str = "test"
) -> tuple[Tensor, Tensor] | None:
    """The stored logits and targets of a part, if these very weights gave them."""
    path = folder / f"{part}_logits.safetensors"
    if not path.is_file():
        return None
    try:
        with safe_open(path, "pt") as stored:
            if (stored.metadata() or {}).get("weights_sha256") != weights_sha256:
                return None
            kind = "labels" if "labels" in stored.keys() else "targets"  # noqa: SIM118
            return stored.get_tensor("logits"), stored.get_tensor(kind)
    except (SafetensorError, OSError) as error:
        raise BadModel(f"{path} is damaged: {error}") from error


def _kind(targets: Tensor) -> str:
    return "labels" if targets.ndim == 1 else "targets"


def read_report(folder: Path) -> Scores | None:
    """What the opening of the test set stored in report.json; None if it was never opened."""
    path = folder / "report.json"
    try:
        stored = (
            json.loads(path.read_text(encoding="utf-8")).get("test") if path.is_file() else None
        )
        return None if stored is None else read_scores(stored)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadModel(f"{path} is damaged: {error}") from error


def write_report(folder: Path, report: Scores | None) -> None:
    """report.json: the test numbers, or null while the test set is sealed."""
    write_json(folder / "report.json", {"test": None if report is None else report.to_json()})
