"""How far a run's probabilities can be trusted, and when it should rather not answer."""

from dataclasses import dataclass

from convscope.evaluation.calibration import Reliability, fit_temperature, measure_reliability
from convscope.evaluation.rejection import (
    Answered,
    Coverage,
    at_threshold,
    choose_threshold,
    measure_coverage,
)
from convscope.reporting.evidence import Answers

WANTED = (0.999, 0.99, 0.95, 0.9, 0.8)
"""Accuracies to choose a threshold for: the highest that leaves at least half of the answers."""


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """Chosen on validation, measured on the part that the page is about."""

    temperature: float
    before: Reliability
    after: Reliability
    coverage: Coverage
    wanted: float | None
    """The accuracy that the threshold was chosen for; None if none can be had."""
    answered: Answered | None
    """What it keeps."""

    @property
    def chosen(self) -> tuple[float, float] | None:
        """(coverage, accuracy) at the threshold, if there is one."""
        if self.answered is None or self.answered.accuracy is None:
            return None
        return self.answered.coverage, self.answered.accuracy


def calibrate(validation: Answers, measured: Answers) -> Calibrated:
    """Temperature and threshold from `validation`, and what they do on `measured`."""
    temperature = fit_temperature(validation.logits, validation.labels)
    wanted, threshold = _threshold(validation, temperature)
    logits, labels = measured.logits, measured.labels
    return Calibrated(
        temperature=temperature,
        before=measure_reliability(logits, labels),
        after=measure_reliability(logits, labels, temperature),
        coverage=measure_coverage(logits, labels, temperature),
        wanted=wanted,
        answered=None
        if threshold is None
        else at_threshold(logits, labels, threshold, temperature),
    )


def _threshold(validation: Answers, temperature: float) -> tuple[float | None, float | None]:
    logits, labels = validation.logits, validation.labels
    for wanted in WANTED:
        threshold = choose_threshold(logits, labels, wanted, temperature)
        if threshold is not None and (
            at_threshold(logits, labels, threshold, temperature).coverage >= 0.5
        ):
            return wanted, threshold
    return None, None
