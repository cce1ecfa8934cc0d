"""The pictures on a page: surest mistakes, a sample, suspect labels, the cells of the confusion."""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import torch

from convscope.data.dataset import Dataset
from convscope.evaluation.calibration import confidences, probabilities, right_answers
from convscope.evaluation.mistakes import images_in_cells, most_confident_mistakes
from convscope.evaluation.suspects import Suspect
from convscope.reporting.album import Album
from convscope.reporting.evidence import Answers
from convscope.reporting.words import percent
from convscope.seed import generator

SHOWN = 24
"""Pictures in a gallery."""
PER_CELL = 12
"""Pictures behind a number of the confusion matrix."""


def mistakes(answers: Answers, class_names: Sequence[str], album: Album) -> list[dict[str, Any]]:
    """The wrong answers that were given with the most confidence."""
    return [
        {
            **picture(answers.dataset, answers.part, mistake.index, album),
            "truth": class_names[mistake.truth],
            "answer": class_names[mistake.answer],
            "probability": mistake.probability,
        }
        for mistake in most_confident_mistakes(answers.logits, answers.labels, SHOWN)
    ]


def samples(answers: Answers, class_names: Sequence[str], album: Album) -> list[dict[str, Any]]:
    """Answers drawn at random, the same ones whenever the page is made again."""
    n = len(answers.labels)
    drawn = torch.randperm(n, generator=generator("report", answers.part, n))[:SHOWN]
    right = right_answers(answers.logits, answers.labels)
    highest, answer = probabilities(answers.logits).max(1)
    return [
        {
            **picture(answers.dataset, answers.part, i, album),
            "truth": class_names[int(answers.labels[i])],
            "answer": class_names[int(answer[i])],
            "probability": float(highest[i]),
            "right": bool(right[i]),
        }
        for i in drawn.tolist()
    ]


def suspects(
    found: Sequence[Suspect],
    dataset: Dataset | None,
    part: str,
    class_names: Sequence[str],
    album: Album,
) -> list[dict[str, Any]]:
    """The labels that are most probably wrong."""
    return [
        {
            **picture(dataset, part, suspect.index, album),
            "label": class_names[suspect.label],
            "likely": class_names[suspect.likely],
            "probability": suspect.probability,
        }
        for suspect in found[: SHOWN // 2]
    ]


def cells(
    answers: Answers, album: Album, shown: Container[tuple[int, int]] | None = None
) -> dict[str, list[dict[str, str]]]:
    """The images behind each number of the confusion matrix, by "truth-answer".

    Only behind those (truth, answer) that are `shown`, if not all of them are.

    The first of every cell come before the second of any, mistakes before right answers, so that
    each has some when the album is full.
    """
    if answers.dataset is None:
        return {}
    found = images_in_cells(answers.logits, answers.labels)
    members = {cell: images for cell, images in found.items() if shown is None or cell in shown}
    sure = confidences(answers.logits)
    wrong_first = sorted(members, key=lambda cell: (cell[0] == cell[1], -len(members[cell])))
    pictured: dict[str, list[dict[str, str]]] = {}
    for cell, i in _in_turns(members, wrong_first):
        image = picture(answers.dataset, answers.part, i, album)
        if image["picture"] is not None:
            shown_image = {
                "picture": image["picture"],
                "name": image["name"],
                "probability": percent(float(sure[i]), 0),
            }
            pictured.setdefault(f"{cell[0]}-{cell[1]}", []).append(shown_image)
    return pictured


def _in_turns(
    members: Mapping[tuple[int, int], list[int]], order: Sequence[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], int]]:
    for turn in range(PER_CELL):
        yield from ((cell, members[cell][turn]) for cell in order if turn < len(members[cell]))


def picture(dataset: Dataset | None, part: str, index: int, album: Album) -> dict[str, Any]:
    """An image's name, and its key in the album: None if it is not there or has no room."""
    if dataset is None:
        return {"part": part, "name": f"{part} {index}", "picture": None}
    pixels = dataset.images[index].permute(1, 2, 0).numpy()
    key = album.add(f"{part}-{index}", pixels)
    return {"part": part, "name": dataset.names[index], "picture": key}
