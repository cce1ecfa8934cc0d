"""`convscope train` with several values: every combination is trained, and the best one tested."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convscope.cli import output
from convscope.cli.sweep_answer import again, conclude
from convscope.errors import BadValue, ConvscopeError
from convscope.training.grid import Grid

if TYPE_CHECKING:
    from convscope.training.sweep import Swept

EXIT_CODES = {"finished": 0, "interrupted": 130, "diverged": 1}


def is_sweep(run: str | None) -> bool:
    """Whether `run` names the folder of a sweep."""
    if run is None:
        return False
    from convscope.training import sweep_plan

    return sweep_plan.is_sweep(run)


def train_several(
    name: str | None,
    fields: Mapping[str, Any],
    grid: Grid,
    *,
    out: str | None,
    resume: str | None,
    no_test: bool,
    no_report: bool,
    as_json: bool,
) -> None:
    """Train every combination of `grid`, or go on with the sweep in `resume`, and say what won.

    Ends the program with exit code 130 after an interruption, with 1 if every choice diverged.
    """
    from convscope.cli.sweep_progress import SweepDisplay
    from convscope.training.sweep import resume_sweep, sweep

    display = SweepDisplay()
    try:
        if resume is not None:
            _check_same(resume, name, fields, grid, out, no_test)
            swept = resume_sweep(resume, watcher=display)
        else:
            swept = sweep(
                name or "digits-cnn",
                grid,
                out=out,
                fields=fields,
                open_test=not no_test,
                watcher=display,
                progress=output.ArrivalBar(),
            )
    except KeyboardInterrupt:
        if display.folder is not None:
            output.aside(f"go on with: {again(display.folder)}")
        raise
    if not as_json:
        conclude(swept)
    page = None if no_report or swept.ended == "interrupted" else _write_pages(swept)
    if as_json:
        output.json_object({**swept.to_json(), "page": page and str(page)})
    elif page is not None:
        output.answer(f"comparison: {page}")
    if code := EXIT_CODES[swept.ended]:
        raise SystemExit(code)


def _check_same(
    resume: str,
    name: str | None,
    fields: Mapping[str, Any],
    grid: Grid,
    out: str | None,
    no_test: bool,
) -> None:
    """`BadValue` unless nothing but --resume was given, or what the sweep was begun with."""
    from convscope.training.sweep_plan import beginning, find_sweep

    if not (name or fields or grid or out or no_test):
        return
    begun = find_sweep(resume)
    asked = beginning(name or begun.name, grid, fields)
    base = asked.base
    if Path(base.data).resolve() == Path(begun.base.data).resolve():
        base = base.changed(data=begun.base.data)
    same = (asked.name, base, asked.keep) == (begun.name, begun.base, begun.keep)
    same = same and dict(grid) == dict(begun.grid)
    if out or (no_test and begun.open_test) or not same:
        raise BadValue(
            f"--resume goes on with {begun.folder} as it began: leave --out, --no-test, recipe and "
            "fields out, or give recipe and fields as they were"
        )


def _write_pages(swept: "Swept") -> Path | None:
    """sweep.html, and the winner's report.html; what keeps them from being written is told."""
    from convscope.reporting.run import write_report
    from convscope.reporting.sweep import write_sweep_page

    folder = swept.sweep.folder
    try:
        with output.working() as informed:
            if swept.winner is not None:
                network = swept.winner.trial.recipe.network
                write_report(swept.winner.trial.folder, network=network, told=informed)
            return write_sweep_page(swept)
    except ConvscopeError as error:
        output.aside(f"there is no comparison page: {error}", style="yellow")
    except KeyboardInterrupt:
        output.aside(f"no comparison page yet: {again(folder)} makes it", style="yellow")
    return None
