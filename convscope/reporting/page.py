"""The page about a run: one file that asks nothing of the network."""

from collections.abc import Mapping, Sequence
from typing import Any

import convscope
from convscope.reporting import galleries, words
from convscope.reporting.advice import Advice, about, advise, again, can_be_trained_again
from convscope.reporting.album import Album
from convscope.reporting.alike import alike_pairs
from convscope.reporting.calibrated import Calibrated
from convscope.reporting.evidence import Evidence
from convscope.reporting.figures import Shown
from convscope.reporting.film import Frame
from convscope.reporting.template import page_template

ROOM = 900_000
"""Bytes for small pictures."""
MOST_CELLS = 20
"""Classes up to which the confusion matrix is a table; of more, the most frequent mistakes."""
MOST_PAIRS = 60
SHADES = 10
LARGE = 32
"""Side of a picture from which on it is no mosaic, but looked at as a whole."""


def render(
    evidence: Evidence,
    calibrated: Calibrated,
    figures: Mapping[str, Shown],
    frames: Sequence[Frame] = (),
) -> str:
    """report.html about a run, whole: styles, script and pictures inside, allowed by their hash."""
    album = Album(ROOM)
    measured, names = evidence.measured, evidence.class_names
    part = f"the {measured.part} part"
    report = evidence.report
    matrix, few = report.confusion_matrix, len(names) <= MOST_CELLS
    pairs = _most_frequent_mistakes(matrix)
    view = {
        "title": f"{report.data}: {words.percent(report.accuracy)}",
        "data_name": report.data,
        "part_words": words.part(evidence),
        "accuracy": report.accuracy,
        "correct": report.correct,
        "total": report.total,
        "interval": report.interval,
        "baseline": evidence.baseline,
        "notes": words.notes(evidence),
        "sections": _sections(figures, frames),
        "advices": advise(evidence),
        "figures": figures,
        "best_epoch": evidence.history.best.epoch,
        "findings": words.findings(evidence),
        "learning_curve": evidence.learning_curve,
        "classes": report.per_class if few else sorted(report.per_class, key=_recall),
        "class_names": names,
        "few_classes": few,
        "confusion": _confusion(matrix, names) if few else None,
        "pairs": [_cell(matrix, names, *pair) for pair in pairs],
        "smooth": min(evidence.model.image_shape[1:]) > LARGE,
        "pictured": measured.dataset is not None,
        "mistakes": galleries.mistakes(measured, names, album),
        "samples": galleries.samples(measured, names, album),
        "film": frames,
        "suspects": _suspects(evidence, album),
        "suspects_hint": _suspects_hint(evidence),
        "trust": words.trust(calibrated, part),
        "rejection": words.rejection(calibrated, part),
        "counts": _counts(evidence),
        "data_notes": words.data_notes(evidence),
        **alike_pairs(evidence, album),
        "command": again(evidence),
        "provenance": words.provenance(evidence),
        "recipe": evidence.recipe.to_json(),
        "seal": words.seal(evidence),
        "version": convscope.__version__,
        "folder": evidence.folder,
    }
    view["content"] = {
        # last: it takes what room is left
        "cells": galleries.cells(measured, album, None if few else pairs),
        "pictures": album.pictures,
        "film": [_frame(frame) for frame in frames],
        "class_names": list(names),
    }
    return page_template("report.html", "report.js").render(**view)


def _sections(figures: Mapping[str, Shown], frames: Sequence[Frame]) -> list[tuple[str, str]]:
    return [
        ("next", "What next"),
        ("curves", "Curves"),
        ("classes", "Classes"),
        ("confusion", "Confusion"),
        ("mistakes", "Mistakes"),
        ("samples", "Sample"),
        *([("filters", "Filters")] if "filters" in figures else []),
        *([("film", "Film")] if frames else []),
        ("labels", "Labels"),
        ("trust", "Trust"),
        ("data", "Data"),
        ("recipe", "Recipe"),
    ]


def _recall(row: Mapping[str, Any]) -> float:
    """What classes are sorted by; those without images come last."""
    return 2.0 if row["recall"] is None else row["recall"]


def _confusion(matrix: Sequence[Sequence[int]], names: Sequence[str]) -> list[list[dict[str, Any]]]:
    k = range(len(names))
    return [[_cell(matrix, names, i, j) for j in k] for i in k]


def _cell(matrix: Sequence[Sequence[int]], names: Sequence[str], i: int, j: int) -> dict[str, Any]:
    return {
        "count": matrix[i][j],
        "key": f"{i}-{j}",
        "shade": _shade(matrix[i][j], sum(matrix[i]), i == j),
        "truth": names[i],
        "answer": names[j],
    }


def _shade(count: int, total: int, right: bool) -> str:
    """The class of a cell: green or red, stronger by the root of its share of the row."""
    if not count:
        return "zero"
    step = min(int((count / total) ** 0.5 * SHADES), SHADES - 1)
    return f"{'good' if right else 'wrong'}-{step}"


def _most_frequent_mistakes(matrix: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """(truth, answer) of up to 60 cells."""
    wrong = [
        (count, i, j)
        for i, row in enumerate(matrix)
        for j, count in enumerate(row)
        if count and i != j
    ]
    return [(i, j) for _, i, j in sorted(wrong, key=lambda cell: -cell[0])[:MOST_PAIRS]]


def _suspects(evidence: Evidence, album: Album) -> dict[str, dict[str, Any]]:
    return {
        part: {
            "total": len(found),
            "of": evidence.config["data"]["counts"][part],
            "how": words.how_suspects_were_found(part, evidence.report.accuracy),
            "shown": galleries.suspects(
                found, evidence.dataset(part), part, evidence.class_names, album
            ),
        }
        for part, found in evidence.suspects.items()
    }


def _suspects_hint(evidence: Evidence) -> Advice | None:
    """How to look among the training images too."""
    if "train" in evidence.suspects or not can_be_trained_again(evidence):
        return None
    minutes = 2 * evidence.seconds / 60
    takes = f"about {minutes:.0f} minutes" if minutes >= 1.5 else "about a minute"
    return Advice(
        "Among the training images none were looked for: that takes three more trainings, "
        f"{takes} on the machine that trained it.",
        about(evidence, "report", "--suspects"),
    )


def _counts(evidence: Evidence) -> dict[str, list[int]] | None:
    if evidence.splits is None:
        return None
    return {part: evidence.splits[part].class_counts() for part in evidence.splits.counts()}


def _frame(frame: Frame) -> dict[str, Any]:
    matrix = frame.confusion
    low, high = frame.interval
    return {
        "words": f"{frame.epoch}: {words.percent(frame.accuracy)} right "
        f"({words.percent(low)} to {words.percent(high)})",
        "filters": frame.filters,
        "confusion": matrix
        and [
            [(count, _shade(count, sum(row), i == j)) for j, count in enumerate(row)]
            for i, row in enumerate(matrix)
        ],
    }
