"""The sentences of a page that numbers turn into."""

from collections.abc import Sequence

from convscope.reporting.calibrated import Calibrated
from convscope.reporting.evidence import Evidence

NO_BREAK = "\N{NO-BREAK SPACE}"


def percent(share: float | None, digits: int | None = None) -> str:
    """A fraction as people read it: 97.5 %, 99.31 %; 100 % and 0 % only if they are exact."""
    if share is None:
        return "–"
    if digits is None:
        digits = 2 if 0.985 < share < 1 else 1
    text = f"{100 * share:.{digits}f}"
    return f"{text.removesuffix('.0')}{NO_BREAK}%"


def trust(calibrated: Calibrated, part: str) -> str:
    """What confidence is worth, before and after a temperature."""
    before, after = (r.expected_calibration_error for r in (calibrated.before, calibrated.after))
    sure = "too sure of itself" if calibrated.temperature > 1 else "less sure than it could be"
    return (
        f"On average its confidence misses its accuracy on {part} by {percent(before)} "
        f"(expected calibration error). It is {sure}: dividing its scores by a temperature of "
        f"{calibrated.temperature:.2f}, fitted on validation, makes that {percent(after)}."
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
    return (
        f"To be right on {percent(calibrated.wanted, 0)} of its answers, it should say “none of "
        f"these” below a confidence of {answered.threshold:.2f} (after the temperature; chosen on "
        f"validation). On {part} it then answers {percent(answered.coverage)} of the images, and "
        f"{percent(answered.accuracy)} of these answers are right "
        f"(95 % interval {percent(low)} to {percent(high)})."
    )


def seal(evidence: Evidence) -> str:
    """What is on record of the test set."""
    openings = evidence.openings
    if not openings:
        return "The test set is sealed: it was never opened."
    times = "once" if len(openings) == 1 else f"{len(openings)} times"
    listed = "; ".join(
        f"{opening['when'].replace('T', ' ')} by {opening['by']} ({percent(opening['accuracy'])})"
        for opening in openings
    )
    return f"The test set was opened {times}: {listed}."


def provenance(evidence: Evidence) -> str:
    """On what it was trained, how long, by what."""
    resolved, versions = evidence.config["resolved"], evidence.config["versions"]
    trained = f"{sum(p.numel() for p in evidence.model.net.parameters()):,} parameters"
    machine = (
        f"{resolved['device']}, {resolved['precision']}, {resolved['memory_format']}, "
        f"{resolved['threads']} thread{'s' * (resolved['threads'] > 1)}"
    )
    used = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"{evidence.recipe.network}, {trained}; seed {evidence.config['seed']}; trained for "
        f"{evidence.history.records[-1].epoch} epochs in {evidence.seconds:.0f} s on {machine}; "
        f"{used}. The same seed on the same machine gives the same numbers. "
        f"Data fingerprint {evidence.config['data']['fingerprint'][:16]}, weights "
        f"{evidence.config['weights_sha256'][:16]}."
    )


def how_suspects_were_found(part: str, accuracy: float) -> str:
    """What a list of suspect labels rests on."""
    source = (
        "The model has not learned from these images"
        if part == "validation"
        else "Three models were trained, each on two thirds of the training part, and asked about "
        "the third they had not seen"
    )
    doubt = (
        f" It is right only {percent(accuracy, 0)} of the time, so most of these labels will be "
        "fine: look before you change any."
        if accuracy < 0.9
        else ""
    )
    return f"{source} and trusts another class more than the label (confident learning).{doubt}"


def listed(names: Sequence[str], most: int = 8) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
