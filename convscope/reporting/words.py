"""The sentences of a page that numbers turn into."""

import math
from collections.abc import Mapping
from typing import Any

from convscope.device import Resolved
from convscope.lookup import few
from convscope.networks.build import title
from convscope.reporting.calibrated import Calibrated
from convscope.reporting.evidence import Evidence
from convscope.reporting.points_evidence import PointsEvidence
from convscope.training.diagnosis import FEW, Finding
from convscope.training.history import Record, duration

NO_BREAK = "\N{NO-BREAK SPACE}"
JUST_RIGHT = 0.05
"""Distance of a temperature's logarithm from 0 within which it changes next to nothing."""
MOST_ALIKE = 3
"""Findings of one kind up to which each is a sentence of its own."""


def percent(share: float | None, digits: int | None = None) -> str:
    """A fraction as people read it: 97.5 %, 99.31 %; 100 % and 0 % only if they are exact."""
    if share is None:
        return "–"
    if digits is None:
        digits = 2 if 0.985 < share < 1 else 1
    text, sign = f"{100 * share:.{digits}f}", ""
    if float(text) in (0, 100) and share not in (0, 1):
        digits = max(digits, 2)
        least = 10.0**-digits  # below that, and above 100 less that, a sign says so
        text = f"{min(max(100 * share, least), 100 - least):.{digits}f}"
        sign = "<" if 100 * share < least else ">" if 100 * (1 - share) < least else ""
    return f"{sign}{text.removesuffix('.0')}{NO_BREAK}%"


def trust(calibrated: Calibrated, part: str) -> str:
    """What confidence is worth, before and after a temperature."""
    before, after = (r.expected_calibration_error for r in (calibrated.before, calibrated.after))
    temperature = calibrated.temperature
    misses = (
        f"On average its confidence misses its accuracy on {part} by {percent(before)} "
        "(expected calibration error)."
    )
    if abs(math.log(temperature)) < JUST_RIGHT:
        return f"{misses} A temperature would not change that: {temperature:.2f} fits validation."
    sure = "too sure of itself" if temperature > 1 else "less sure than it could be"
    makes = "makes that" if after < before else "does not help here and makes that"
    return (
        f"{misses} On validation it is {sure}: dividing its scores by the temperature fitted "
        f"there, {temperature:.2f}, {makes} {percent(after)}."
    )


def rejection(calibrated: Calibrated, part: str) -> str:
    """When it should rather say "none of these"."""
    answered = calibrated.answered
    if answered is None or calibrated.wanted is None:
        return (
            "No threshold was found on validation at which at least half of the images are "
            "answered and four in five of the answers are right: it cannot tell when to say "
            "“none of these”."
        )
    if answered.accuracy is None or answered.interval is None:
        return f"At its threshold, no image of {part} is answered."
    low, high = answered.interval
    if answered.threshold == 0:
        return (
            "It need not say “none of these”: even with its least sure answers it is right on "
            f"{percent(calibrated.wanted)} of validation or more. On {part}, "
            f"{percent(answered.accuracy)} of its answers are right "
            f"(95 % interval {percent(low)} to {percent(high)})."
        )
    return (
        f"To be right on {percent(calibrated.wanted)} of its answers, it should say “none of "
        f"these” below a confidence of {answered.threshold:.2f} (after the temperature; chosen on "
        f"validation). On {part} it then answers {percent(answered.coverage)} of the images, and "
        f"{percent(answered.accuracy)} of these answers are right "
        f"(95 % interval {percent(low)} to {percent(high)})."
    )


def seal(evidence: Evidence | PointsEvidence) -> str:
    """What is on record of the test set."""
    openings = evidence.openings
    if not openings:
        return "The test set is sealed: it was never opened."
    times = "once" if len(openings) == 1 else f"{len(openings)} times"
    listed = "; ".join(
        f"{_moment(opening['when'])} by {opening['by']} ({_result(opening)})"
        for opening in openings
    )
    return f"The test set was opened {times}: {listed}."


def provenance(evidence: Evidence | PointsEvidence) -> str:
    """On what it was trained, how long, by what."""
    versions = evidence.config["versions"]
    net, epochs = evidence.model.net, evidence.history.records[-1].epoch
    name = title(evidence.model.network or type(net).__name__)
    trained = f"{sum(p.numel() for p in net.parameters()):,} parameters"
    machine = Resolved(**evidence.config["resolved"]).words
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"{name}, {trained}; seed {evidence.config['seed']}; trained for {epochs} "
        f"epoch{'s' * (epochs != 1)} in {duration(evidence.seconds)} on {machine}; "
        f"{used}. The same seed on the same machine gives the same numbers. "
        f"Data fingerprint {evidence.config['data']['fingerprint'][:16]}, weights "
        f"{evidence.config['weights_sha256'][:16]}."
    )


def how_suspects_were_found(part: str, accuracy: float) -> str:
    """What a list of suspect labels rests on."""
    source = (
        "The model has not learned from these images, and trusts another class more than the label"
        if part == "validation"
        else "Three models were trained, each on two thirds of the training part; asked about the "
        "third it had not seen, each trusts another class more than these labels"
    )
    doubt = (
        f" It is right only {percent(accuracy, 0)} of the time, so most of these labels will be "
        "fine: look before you change any."
        if accuracy < 0.9
        else ""
    )
    return f"{source} (confident learning).{doubt}"


def findings(evidence: Evidence) -> list[Finding]:
    """What the curve says; many classes with few images in one sentence."""
    short = [finding for finding in evidence.findings if finding.name == "few-examples"]
    if evidence.splits is None or len(short) <= MOST_ALIKE:
        return evidence.findings
    counts = evidence.splits.train.class_counts()
    names = [name for name, n in zip(evidence.class_names, counts, strict=True) if n < FEW]
    together = Finding(
        "few-examples",
        f"{len(names)} classes have fewer than {FEW} training images: what is learned of them is "
        f"chance. They are {few(names, 8)}.",
    )
    return [*(finding for finding in evidence.findings if finding not in short), together]


def part(evidence: Evidence | PointsEvidence) -> str:
    """The images that the numbers are about."""
    if evidence.part == "test":
        return "test images that it had never seen"
    return "validation images, by which its weights were chosen"


def notes(evidence: Evidence | PointsEvidence) -> list[str]:
    """What a reader must know before any number."""
    said = list(evidence.report.notes)
    if evidence.part != "test":
        opened = "opened for earlier weights only" if evidence.openings else "still sealed"
        said.append(f"The test set is {opened}: these are the numbers of validation.")
    if evidence.absent is not None:
        said.append(f"There are no pictures in this page: {evidence.absent}.")
    return said


def gap(best: Record) -> str:
    """The losses of the epoch kept, on what was learned from and on what was not."""
    return (
        f"at the epoch kept, the loss is {best.train_loss:.3f} on what it learned from and "
        f"{best.validation['loss']:.3f} on what it did not"
    )


def _result(opening: Mapping[str, Any]) -> str:
    if "accuracy" in opening:
        return percent(opening["accuracy"])
    return f"error {percent(opening['error'])}"


def _moment(iso: str) -> str:
    return iso.replace("T", " ").replace("+00:00", " UTC")


def data_notes(evidence: Evidence | PointsEvidence) -> list[str]:
    """What was met when the data were loaded, if they are there."""
    if evidence.splits is None or evidence.splits.origin is None:
        return []
    return list(evidence.splits.origin.notes)
