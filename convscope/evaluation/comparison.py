"""Two models on the same images: which is better, by how much, and whether chance could do it."""

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scipy.special import bdtr
from torch import Tensor

from convscope.errors import BadData, BadModel
from convscope.evaluation.calibration import right_answers
from convscope.evaluation.metrics import wilson_interval
from convscope.evaluation.test_set import read_answers
from convscope.prediction.folder import BUNDLED, find_run, read_config
from convscope.shapes import Labels, Logits

SIGNIFICANT = 0.05
"""A difference that chance brings less often than this is told as one."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How two models, A and B, answer the same images; fractions, B minus A."""

    names: tuple[str, str]
    """Of A and of B."""
    total: int
    correct_a: int
    correct_b: int
    only_a: int
    """Images that A alone is right on."""
    only_b: int
    both: int
    neither: int
    difference: float
    """Accuracy of B minus accuracy of A."""
    interval: tuple[float, float]
    """The 95 % interval of the difference."""
    p_value: float
    """How often chance brings so large a difference if both are equally good (McNemar, exact)."""

    @property
    def sentence(self) -> str:
        """What came out, in plain words."""
        sign = 1 if self.difference > 0 else -1
        worse, better = self.names[::sign]
        less, more = sorted((self.only_a, self.only_b))
        low, high = sorted(100 * sign * end for end in self.interval)
        ahead = (
            f"{100 * abs(self.difference):.2f} percentage points "
            f"(95 % interval {low:z.2f} to {high:z.2f})"
        )
        counts = (
            f"of {self.total:,} images, {better} alone is right on {more:,}, "
            f"{worse} alone on {less:,}"
        )
        if self.p_value >= SIGNIFICANT:
            return (
                f"{better} and {worse} cannot be told apart: a lead of {ahead} may be chance "
                f"(McNemar, exact: p = {self.p_value:.2g}); {counts}."
            )
        return (
            f"{better} is better than {worse} by {ahead}: {counts}; were both equally good, chance "
            f"would bring so large a difference in {_odds(self.p_value)} comparisons "
            "(McNemar, exact)."
        )

    def to_json(self) -> dict[str, Any]:
        """The fields, and the sentence."""
        return {**asdict(self), "sentence": self.sentence}


def compare_answers(
    logits_a: Logits, logits_b: Logits, labels: Labels, names: tuple[str, str] = ("A", "B")
) -> Comparison:
    """Two models' scores (n, k) on the same images, whose true classes are `labels` (n,).

    The interval is Newcombe's for paired proportions (1998, Statistics in Medicine 17:2635,
    method 10), the p-value McNemar's exact one, two-sided.
    """
    right_a, right_b = right_answers(logits_a, labels), right_answers(logits_b, labels)
    both, neither = int((right_a & right_b).sum()), int((~right_a & ~right_b).sum())
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return Comparison(
        names=names,
        total=len(labels),
        correct_a=both + only_a,
        correct_b=both + only_b,
        only_a=only_a,
        only_b=only_b,
        both=both,
        neither=neither,
        difference=(only_b - only_a) / len(labels),
        interval=_paired_interval(both, only_a, only_b, neither),
        p_value=min(2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5)), 1.0),
    )


def compare_runs(a: str | Path, b: str | Path) -> Comparison:
    """Two runs by what the opening of each one's test set stored; nothing is opened.

    `BadModel` if a run has no stored answers, `BadData` if their test images are not the same.
    """
    folders = find_run(a), find_run(b)
    configs = [read_config(folder) for folder in folders]
    (logits_a, labels_a), (logits_b, labels_b) = map(_stored_answers, folders, configs)
    tested = [(config.get("data") or {}).get("test_fingerprint") for config in configs]
    classes = [config["target_names"] for config in configs]
    alike = tested[0] == tested[1] and classes[0] == classes[1] and labels_a.equal(labels_b)
    if tested[0] is None or not alike:
        raise BadData(
            f"{folders[0]} and {folders[1]} have not the same test images and classes: compare "
            "runs on one data set, stored at one size and cut alike (validation, split_seed)"
        )
    first, second = folders[0].resolve().name, folders[1].resolve().name  # latest is a link
    if first == second:
        first, second = map(str, folders)
    return compare_answers(logits_a, logits_b, labels_a, (first, second))


def _stored_answers(folder: Path, config: dict[str, Any]) -> tuple[Tensor, Tensor]:
    """Logits (n, k) and labels (n,) of the test images, as these weights answered them."""
    answers = read_answers(folder, config["weights_sha256"])
    if answers is not None:
        return answers
    if folder.parent == BUNDLED:
        raise BadModel(
            f"bundled:{folder.name} comes without its answers to the test images: "
            "compare with a run of your own, which `convscope train` makes"
        )
    if (folder / "test_logits.safetensors").is_file():
        raise BadModel(
            f"the test answers in {folder} are of earlier weights: "
            f"`convscope train --resume {folder}` to its end answers anew"
        )
    raise BadModel(
        f"the test set of {folder} is sealed and was never opened: "
        f"`convscope evaluate {folder} --part test` opens it, on record, and keeps the answers"
    )


def _paired_interval(both: int, only_a: int, only_b: int, neither: int) -> tuple[float, float]:
    """Newcombe's interval of B minus A: Wilson's two, squared and added, less what they share."""
    total = both + only_a + only_b + neither
    a, b = both + only_a, both + only_b
    (low_a, high_a), (low_b, high_b) = wilson_interval(a, total), wilson_interval(b, total)
    down_a, up_a = a / total - low_a, high_a - a / total
    down_b, up_b = b / total - low_b, high_b - b / total
    shared = both * neither - only_a * only_b
    if shared > 0:
        shared = max(shared - total / 2, 0)  # the continuity correction of phi
    spread = math.sqrt(a * (total - a) * b * (total - b))
    phi = shared / spread if spread else 0.0
    difference = (b - a) / total
    return (
        difference - math.sqrt(down_b**2 - 2 * phi * down_b * up_a + up_a**2),
        difference + math.sqrt(up_b**2 - 2 * phi * up_b * down_a + down_a**2),
    )


def _odds(p_value: float) -> str:
    """How often something of this probability comes: "1 of 83", "fewer than 1 of 10^9"."""
    once_in = 1 / max(p_value, 1e-300)  # it may have been too small for a number
    if once_in < 1e6:
        return f"1 of {float(f'{once_in:.2g}'):,.0f}"
    return f"fewer than 1 of 10^{math.floor(math.log10(once_in))}"
