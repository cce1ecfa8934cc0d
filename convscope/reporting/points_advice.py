"""What to do next about a run on points, in the order in which it would pay."""

from collections.abc import Iterator

from convscope.lookup import few
from convscope.reporting.advice import UNLEARNED, Advice, about, again, open_test, to_its_end
from convscope.reporting.points_evidence import PointsEvidence
from convscope.reporting.words import gap, percent

FAR = 3.0
"""Times the median error from which on an image, or a point, is worth a look at its coordinates."""
FEW_ANSWERS = 100
"""Images below which a measured error is vague."""
GAP = 1.5
"""Validation loss over training loss from which on it learned its images by heart."""
LARGEST = 128
"""Pixels a side up to which larger images are advised."""


def advise_points(evidence: PointsEvidence) -> list[Advice]:
    """The next best action first; there is always one."""
    rules = (to_its_end, _findings, _far_images, _weak_points, _generalisation, _further)
    return [advice for rule in rules for advice in rule(evidence)]


def _findings(evidence: PointsEvidence) -> Iterator[Advice]:
    recipe = evidence.recipe
    for finding in evidence.findings:
        if finding.name in UNLEARNED:
            slower = again(evidence, learning_rate=recipe.learning_rate / 10)
            yield Advice("Lower the learning rate: nothing was learned.", slower)
        elif finding.name == "improving":
            longer = again(evidence, epochs=2 * recipe.epochs)
            yield Advice("Train longer: it was still improving.", longer)


def _far_images(evidence: PointsEvidence) -> Iterator[Advice]:
    per_image = evidence.errors.nanmean(1)
    far = (per_image > FAR * evidence.report.median).nonzero()[:, 0].tolist()
    if not far:
        return
    worst = sorted(far, key=lambda i: -float(per_image[i]))
    named = [evidence.name(i) for i in worst]
    yield Advice(
        f"Look at the {len(far):,} image{'s' * (len(far) != 1)} whose error is more than "
        f"{FAR:g} times the median: is their truth right, is what they show among what it "
        f"learned from? {few(named, 3)}."
    )


def _weak_points(evidence: PointsEvidence) -> Iterator[Advice]:
    errors = {row["name"]: row["error"] for row in evidence.report.per_point if row["known"]}
    usual = sorted(errors.values())[len(errors) // 2]
    weak = {name: error for name, error in errors.items() if error > 2 * usual}
    if weak and len(errors) > 2:
        worst = max(weak, key=weak.__getitem__)
        yield Advice(
            f"Check how {few(list(weak), 4)} {'were' if len(weak) > 1 else 'was'} marked: "
            f"{worst} is off by {percent(weak[worst])}, half of the points by less than "
            f"{percent(usual)}."
        )


def _generalisation(evidence: PointsEvidence) -> Iterator[Advice]:
    best = evidence.history.best
    if best.train_loss is None or best.validation["loss"] < GAP * best.train_loss:
        return
    if evidence.recipe.augment == "none":
        scheme = evidence.model.scheme
        mirrors = scheme is not None and scheme.pairs is not None
        augment = "flip+affine:25+colour" if mirrors else "affine:25+colour"
        yield Advice(f"Add augmentation: {gap(best)}.", again(evidence, augment=augment))
    else:
        yield Advice(f"Collect more pictures: {gap(best)}.")


def _further(evidence: PointsEvidence) -> Iterator[Advice]:
    if evidence.report.measured < FEW_ANSWERS:
        low, high = (100 * end for end in evidence.report.interval)
        yield Advice(
            f"Measure on more pictures: with {evidence.report.measured}, the error may be "
            f"anywhere from {low:.1f} to {high:.1f} %."
        )
    yield from open_test(evidence)
    _, h, w = evidence.model.image_shape
    sizes = None if evidence.splits is None else evidence.splits.train.sizes
    larger = min(LARGEST, 3 * max(h, w) // 2)
    if sizes is not None and larger > max(h, w) and float(sizes.amax(1).float().median()) >= larger:
        yield Advice(
            f"Store the pictures at {larger} pixels instead of {max(h, w)}: a place can be told "
            "more exactly, for more time.",
            again(evidence, size=larger),
        )
    yield Advice(
        "See what it says about other pictures.",
        about(evidence, "predict", "PICTURES", "--out", "drawn"),
    )
