"""What to do next, in the order in which it would pay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convscope.data.catalogue import CATALOGUE as DATA
from convscope.networks.published import PUBLISHED
from convscope.prediction.folder import network_of
from convscope.reporting import words
from convscope.reporting.command import run_command, train_command
from convscope.reporting.evidence import Evidence
from convscope.reporting.points_evidence import PointsEvidence
from convscope.training.catalogue import CATALOGUE as RECIPES
from convscope.training.recipe import Recipe

MANY_SUSPECTS = 0.02
"""Share of labels from which on looking at them comes before more training."""
WEAK = 0.075
"""A class is weak if even the upper end of its recall's interval is so far below the accuracy."""
CONFUSED = 0.25
"""Share of all mistakes from which on one pair of classes is worth a word of its own."""
UNLEARNED = ("diverged", "guessing")
"""Findings on a curve that never came down: it is not for want of pictures."""
FEW_PHOTOGRAPHS = 5_000
"""Training images below which a run from scratch is advised to begin with published weights."""
KEPT = ("data", "group_by", "skip_unreadable", "split_seed")
"""What another recipe takes over, to learn from the same images."""
FEW_ANSWERS = 200
"""Images below which a measured accuracy is too vague to compare recipes by."""


@dataclass(frozen=True)
class Advice:
    """One thing to do, and the command for it if there is one."""

    sentence: str
    command: str | None = None


def advise(evidence: Evidence) -> list[Advice]:
    """The next best action first; there is always one."""
    rules = (
        to_its_end, _decisions, _published, _guessing, _findings, _labels, _generalisation,
        _classes, _further,
    )  # fmt: skip
    return [advice for rule in rules for advice in rule(evidence)]


def again(evidence: Evidence | PointsEvidence, **changes: object) -> str | None:
    """The command that trains this run's recipe with `changes`; None if only code can."""
    if network_of(evidence.config) is None or evidence.config["data"]["source"] is None:
        return None
    return train_command(evidence.config["recipe"]["name"], evidence.recipe.changed(**changes))


def about(evidence: Evidence | PointsEvidence, verb: str, *flags: str) -> str:
    """The command that does `verb` with this run."""
    return run_command(verb, evidence.folder, network_of(evidence.config), *flags)


def can_be_trained_again(evidence: Evidence) -> bool:
    """Whether other models may be compared with it, on data that `convscope report` finds."""
    there = evidence.splits is not None and evidence.config["data"]["source"] is not None
    return there and evidence.config["ended"] in ("finished", "stopped early")


def to_its_end(evidence: Evidence | PointsEvidence) -> Iterator[Advice]:
    """To go on with a run that was interrupted."""
    if evidence.config["ended"] == "interrupted":
        command = about(evidence, "train")
        yield Advice("Let it train to its end: it was interrupted.", command)


def open_test(evidence: Evidence | PointsEvidence) -> Iterator[Advice]:
    """The last thing to do, if nobody has done it yet."""
    if not evidence.openings:
        yield Advice(
            "Open the sealed test set once you are done with choosing.",
            about(evidence, "evaluate", "--part", "test"),
        )


def _decisions(evidence: Evidence) -> Iterator[Advice]:
    published = evidence.config["data"]["source"] in DATA  # which nobody mends
    if evidence.inspection is None or published:
        return
    for decision in evidence.inspection.decisions:
        if decision.name != "imbalance" or evidence.recipe.class_weights == "none":
            yield Advice(decision.sentence)


def _published(evidence: Evidence) -> Iterator[Advice]:
    recipe, images = evidence.recipe, evidence.config["data"]["counts"]["train"]
    own = evidence.config["data"]["source"] is not None and recipe.data not in DATA
    coloured = evidence.model.image_shape[0] == 3
    if not own or not coloured or images >= FEW_PHOTOGRAPHS or _begun(recipe):
        return
    transfer = RECIPES["transfer"].recipe.changed(**{f: getattr(recipe, f) for f in KEPT})
    yield Advice(
        f"Begin with published weights: they have seen a million photographs, this run {images:,}.",
        train_command("transfer", transfer),
    )


def _begun(recipe: Recipe) -> bool:
    return recipe.pretrained or recipe.weights is not None


def _guessing(evidence: Evidence) -> Iterator[Advice]:
    report, baseline = evidence.report, evidence.baseline
    unlearned = any(finding.name in UNLEARNED for finding in evidence.findings)
    if unlearned or baseline.share < report.interval[0]:
        return
    sentence = f"It is not better than always answering {baseline.name}: collect more pictures"
    sizes, side = (
        evidence.splits and evidence.splits.train.sizes,
        min(evidence.model.image_shape[1:]),
    )
    if sizes is not None and bool((sizes.amin(1) >= 2 * side).any()):
        larger = again(evidence, size=2 * side)
        yield Advice(f"{sentence}, or store them larger than {side} pixels.", larger)
    else:
        yield Advice(f"{sentence}.")


def _findings(evidence: Evidence) -> Iterator[Advice]:
    recipe = evidence.recipe
    for finding in words.findings(evidence):
        if finding.name in UNLEARNED:
            slower = recipe.learning_rate / 10
            yield Advice(
                "Lower the learning rate: nothing was learned.",
                again(evidence, learning_rate=slower),
            )
        elif finding.name == "improving":
            longer = 2 * recipe.epochs
            yield Advice("Train longer: it was still improving.", again(evidence, epochs=longer))
        elif finding.name == "few-examples":
            yield Advice(f"Collect more pictures. {finding.sentence}")


def _labels(evidence: Evidence) -> Iterator[Advice]:
    for part, suspects in evidence.suspects.items():
        total = evidence.config["data"]["counts"][part]
        if len(suspects) > MANY_SUSPECTS * total and evidence.report.accuracy > 0.8:
            labels = f"{len(suspects):,} suspect label{'s' * (len(suspects) != 1)}"
            yield Advice(
                f"Look at the {labels} of {total:,} in {part}: a wrong label costs twice, once in "
                "learning and once in the number."
            )


def _generalisation(evidence: Evidence) -> Iterator[Advice]:
    curve, best = evidence.learning_curve, evidence.history.best
    if curve is not None and curve.gain_interval[0] > 0:
        yield Advice(f"Collect more pictures. {curve.sentence}")
    if best.train_loss is None or best.validation["loss"] < 1.5 * best.train_loss + 0.1:
        return
    if evidence.recipe.augment == "none":
        command = again(evidence, augment=_fitting_augment(*evidence.model.image_shape))
        yield Advice(f"Add augmentation: {words.gap(best)}.", command)
    elif curve is None and can_be_trained_again(evidence):
        yield Advice(
            f"Find out what more pictures would buy: {words.gap(best)}.",
            about(evidence, "report", "--learning-curve"),
        )


def _fitting_augment(c: int, h: int, w: int) -> str:
    """Of grey images, often of signs, mirrored ones may be wrong: they are only moved."""
    return f"shift:{max(1, min(h, w) // 8)}" if c == 1 else "flip+crop:0.7+colour"


def _classes(evidence: Evidence) -> Iterator[Advice]:
    report, names = evidence.report, evidence.class_names
    measured = [row for row in report.per_class if row["total"]]
    if not measured:
        return
    worst = min(measured, key=lambda row: row["recall_interval"][1])
    if worst["recall_interval"][1] < report.accuracy - WEAK and len(measured) > 2:
        yield Advice(
            f"Collect more pictures of {worst['name']}: only {worst['correct']} of its "
            f"{worst['total']} are recognised."
        )
    wrong = report.total - report.correct
    truth, answer, count = _most_confused(report.confusion_matrix)
    if len(names) > 2 and count > max(CONFUSED * wrong, 3):
        yield Advice(
            f"Look at {names[truth]} taken for {names[answer]}: that is {count} of all {wrong} "
            "mistakes."
        )


def _most_confused(confusion: Sequence[Sequence[int]]) -> tuple[int, int, int]:
    cells = [(i, j, n) for i, row in enumerate(confusion) for j, n in enumerate(row) if i != j]
    return max(cells, key=lambda cell: cell[2])


def _further(evidence: Evidence) -> Iterator[Advice]:
    if evidence.report.total < FEW_ANSWERS:
        low, high = (100 * end for end in evidence.report.interval)
        yield Advice(
            f"Measure on more pictures: with {evidence.report.total}, the accuracy may be "
            f"anywhere from {low:.0f} to {high:.0f} %."
        )
    yield from open_test(evidence)
    yield Advice(
        "Try another network, then compare the two: convscope evaluate RUN_A RUN_B.",
        again(evidence, **_another(evidence)),
    )


def _another(evidence: Evidence) -> dict[str, object]:
    """Changes to the recipe for a network without what only this one has."""
    recipe = evidence.recipe
    changes = {"network_arguments": {}, "weights": None}
    if _begun(recipe) and recipe.network in PUBLISHED:
        other = "resnet18" if recipe.network != "resnet18" else "squeezenet1_1"
        freeze = recipe.freeze if recipe.freeze == "none" else "head"
        return {**changes, "network": other, "pretrained": True, "freeze": freeze}
    name = _other_network(evidence)
    return {**changes, "network": name, "pretrained": False, "freeze": "none", "thaw": "auto"}


def _other_network(evidence: Evidence) -> str:
    if evidence.recipe.network != "resnet8":
        return "resnet8"
    return "cnn" if min(evidence.model.image_shape[1:]) >= 8 else "mlp"
