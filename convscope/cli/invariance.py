"""What `convscope evaluate RUNS --invariance` shows: how accuracy falls as pictures are changed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from convscope.cli import output

if TYPE_CHECKING:
    from convscope.evaluation.invariance import Invariance
    from convscope.evaluation.tolerance import Curve, Step


def show_invariance(
    runs: Sequence[str], limit: int | None, network: str | None, out: str | None, as_json: bool
) -> None:
    """Measure the runs on changed validation images, draw what came out, and print it."""
    from convscope.evaluation.invariance import IMAGES, measure_runs

    with output.working() as told:
        measured = measure_runs(runs, limit=limit or IMAGES, network=network, told=told)
    figures = [str(path) for path in _draw(measured, _folder(runs[0], out))]
    if as_json:
        output.json_object({"runs": [found.to_json() for found in measured], "figures": figures})
        return
    _show_curves(measured)
    for found in measured:
        _show_verdict(found)
    for figure in figures:
        output.answer(f"figure: {figure}")


def _draw(measured: Sequence["Invariance"], folder: Path) -> list[Path]:
    from convscope.drawing.class_invariance import draw_class_invariance
    from convscope.drawing.figure import save_figure
    from convscope.drawing.invariance import draw_invariance

    curves = {found.name: found.curves for found in measured}
    figures = {"invariance": draw_invariance(curves, measured[0].guessing)}
    for number, found in enumerate(measured, start=1):
        end = f"-{number}" if len(measured) > 1 else ""
        figures[f"invariance-classes{end}"] = draw_class_invariance(found.name, found.curves)
    return [
        save_figure(figure, folder / f"{stem}.{suffix}")
        for stem, figure in figures.items()
        for suffix in ("png", "svg")
    ]


def _folder(run: str, out: str | None) -> Path:
    """Where the figures go: `out`, or the first run's folder unless it comes with the package."""
    from convscope.prediction.folder import BUNDLED, find_run

    if out is not None:
        return Path(out)
    folder = find_run(run)
    return Path("pictures") / folder.name if folder.parent == BUNDLED else folder


def _show_curves(measured: Sequence["Invariance"]) -> None:
    first = measured[0]
    output.answer(
        f"{first.data}, {first.part}: {first.images:,} of {first.of:,} images, "
        f"guessing reaches {output.percent(first.guessing)}",
        style="bold",
    )
    for place, curve in enumerate(first.curves):
        output.answer()
        output.table(
            [f"{curve.kind}, {curve.unit}", *(found.name for found in measured)],
            [
                [f"{step.amount:g}", *(_cell(found.curves[place].steps[i]) for found in measured)]
                for i, step in enumerate(curve.steps)
            ],
        )


def _cell(step: "Step") -> str:
    return f"{output.percent(step.accuracy)} ({output.interval(step.interval)})"


def _show_verdict(found: "Invariance") -> None:
    output.answer()
    if found.half_way is not None:
        output.answer(
            f"{found.name} fails where its accuracy is surely below {100 * found.half_way:.1f} %, "
            f"half way from {output.percent(found.unchanged.accuracy)} unchanged to guessing:",
            style="bold",
        )
    for sentence in found.sentences:
        output.answer(f"    {sentence}")
    output.answer()
    output.table(
        ["class", *(f"{curve.kind}: taken for" for curve in found.curves)],
        [
            [row.name, *(_mistake(curve, i) for curve in found.curves)]
            for i, row in enumerate(found.unchanged.per_class)
        ],
    )


def _mistake(curve: "Curve", number: int) -> str:
    """Where a class is surest taken for another, for which, and by how many of its images."""
    step = curve.worst(number)
    row = step.per_class[number]
    if row.mistaken_for is None:
        return "nothing else"
    return f"{row.mistaken_for} at {step.amount:g} ({output.percent(row.mistaken_share)})"
