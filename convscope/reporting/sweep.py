"""A sweep as one page, sweep.html: its runs side by side, and the one that was chosen."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from torch import Tensor

import convscope
from convscope.atomic import write_text
from convscope.evaluation.comparison import compare_answers
from convscope.evaluation.points_report import PointsReport
from convscope.evaluation.report import Report
from convscope.evaluation.test_set import read_answers
from convscope.prediction.folder import read_config
from convscope.reporting import words
from convscope.reporting.command import run_command, train_command
from convscope.reporting.figures import in_both_themes, shown
from convscope.reporting.sweep_figures import coloured_by, curves_of, effects_of
from convscope.reporting.template import page_template
from convscope.training.grid import written
from convscope.training.sweep import Swept
from convscope.training.trials import SEED, Choice, Outcome

NONE = "–"


def write_sweep_page(swept: Swept) -> Path:
    """sweep.html in the folder of a sweep that came to its end."""
    page = swept.sweep.folder / "sweep.html"
    write_text(page, render_sweep(swept))
    return page


def render_sweep(swept: Swept) -> str:
    """The page, whole: styles and pictures inside, links to the runs' folders beside it."""
    begun, winner, report = swept.sweep, swept.winner, swept.report
    ordered = swept.ordered
    seeds = SEED in begun.grid
    name, curves = begun.data["name"], curves_of(swept)
    return page_template("sweep.html").render(
        title=f"{name}: {_result(swept)}",
        won=_won(swept),
        winner=None if winner is None else _winner(swept, winner),
        test=report if isinstance(report, Report) else None,
        errors=report if isinstance(report, PointsReport) else None,
        notes=_notes(swept),
        sections=[
            *([("choices", "Choices")] if seeds else []),
            ("runs", "Runs"),
            ("curves", "Curves"),
            *([("values", "Values")] if curves else []),
            ("again", "Again"),
        ],
        choices=[_choice(choice, swept.metrics) for choice in swept.choices] if seeds else [],
        choice_fields=[field for field in begun.grid if field != SEED],
        fields=list(begun.grid),
        metrics=[metric.replace("_", " ") for metric in swept.metrics],
        runs=[_run(run, swept) for run in ordered],
        second=_second(swept),
        curves=curves and shown(in_both_themes(curves)),
        coloured=coloured_by(swept),
        effects={field: shown(in_both_themes(draw)) for field, draw in effects_of(swept).items()},
        command=swept.command,
        provenance=_provenance(swept),
        version=convscope.__version__,
        folder=begun.folder,
    )


def _result(swept: Swept) -> str:
    """What the test has shown, in two words."""
    if isinstance(swept.report, Report):
        return f"{words.percent(swept.report.accuracy)} right"
    if isinstance(swept.report, PointsReport):
        return f"{words.percent(swept.report.error)} off"
    return f"{len(swept.outcomes)} runs compared"


def _won(swept: Swept) -> str:
    """Why this run, and of how many."""
    if swept.winner is None:
        return ""
    first, runs = swept.choices[0], len(swept.outcomes)
    loss = f"validation {swept.metrics[0]}"
    low, high = first.spread
    mean = f"{first.value:.4f} ({low:.4f} to {high:.4f})"
    if len(first.outcomes) == 1:
        why = f"Of {runs} runs, this one has the lowest {loss}, {first.value:.4f}"
    elif len(swept.choices) == 1:
        why = f"{runs} runs differ in the seed alone, their mean {loss} is {mean}; this is the best"
    else:
        why = (
            f"Of {len(swept.choices)} choices with {len(first.outcomes)} seeds each, this one has "
            f"the lowest mean {loss}, {mean}; this is the best of its runs"
        )
    opened = "the test set is still sealed" if swept.report is None else "only its test was opened"
    return f"{why}; {opened}."


def _notes(swept: Swept) -> list[str]:
    notes = []
    lost = [run for run in swept.outcomes if run.ended == "diverged"]
    if lost:
        notes.append(f"{len(lost)} of {len(swept.outcomes)} runs diverged.")
    if swept.winner is not None and len(swept.outcomes) > 1:
        notes.append(
            f"Its validation numbers are the best of {len(swept.outcomes)} runs, so they flatter "
            "it: compare with other models by the test number."
        )
    return notes


def _winner(swept: Swept, winner: Outcome) -> dict[str, Any]:
    recipe, known = winner.trial.recipe, swept.sweep.data["source"] is not None
    network, folder = recipe.network, winner.trial.folder
    return {
        "words": winner.trial.words,
        "command": train_command(swept.sweep.name, recipe) if known else None,
        "predict": run_command("predict", folder, network, "PICTURES"),
    }


def _choice(choice: Choice, metrics: Sequence[str]) -> dict[str, Any]:
    low, high = choice.spread
    return {
        "cells": [written(value) for value in choice.values.values()],
        "seeds": len(choice.outcomes),
        "means": [_number(metric, choice.mean(metric)) for metric in metrics],
        "lowest": _number(metrics[0], low),
        "highest": _number(metrics[0], high) if math.isfinite(high) else "diverged",
    }


def _run(run: Outcome, swept: Swept) -> dict[str, Any]:
    best = None if run.ended == "diverged" else run.best
    metrics, folder = {} if best is None else best.validation, run.trial.folder
    return {
        "number": run.trial.number,
        "cells": [written(value) for value in run.trial.values.values()],
        "numbers": [_number(metric, metrics.get(metric)) for metric in swept.metrics],
        "epoch": NONE if best is None else best.epoch,
        "ended": run.ended,
        "chosen": run is swept.winner,
        "time": f"{run.seconds:,.1f}{words.NO_BREAK}s",
        "link": quote(folder.name),
        "has_report": (folder / "report.html").is_file(),
    }


def _number(metric: str, value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return NONE
    return f"{value:.4f}" if metric == "loss" else words.percent(value)


def _second(swept: Swept) -> str:
    """How surely the chosen run answers better than the best run of the next choice."""
    if swept.winner is None or len(swept.choices) < 2:
        return ""
    other = swept.choices[1].best
    pair = [_answers(other), _answers(swept.winner)]
    if not all(pair) or not math.isfinite(other.value):
        return ""
    (theirs, labels), (ours, same) = (found for found in pair if found)
    if labels.ndim != 1 or not labels.equal(same):
        return ""
    names = f"run {other.trial.number}", f"run {swept.winner.trial.number}, the chosen one,"
    return compare_answers(theirs, ours, labels, names).sentence


def _answers(run: Outcome) -> tuple[Tensor, Tensor] | None:
    config = read_config(run.trial.folder)
    return read_answers(run.trial.folder, config["weights_sha256"], "validation")


def _provenance(swept: Swept) -> str:
    """On what, how long, by which data."""
    data, seconds = swept.sweep.data, sum(run.seconds for run in swept.outcomes)
    return (
        f"{len(swept.outcomes)} runs of the recipe {swept.sweep.name}, {seconds:,.1f} s of "
        f"training in all. Data {data['name']}, fingerprint {data['fingerprint'][:16]}. The same "
        "seeds on the same machine give the same numbers."
    )
