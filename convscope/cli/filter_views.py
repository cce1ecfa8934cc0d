"""What `convscope filter` can show, by the flag that asks for it."""

from collections.abc import Callable, Mapping
from typing import Any

from convscope.cli.filter_asked import Subject, file_name
from convscope.cli.filter_gradient import show_gradient
from convscope.cli.filter_place import show_place
from convscope.cli.filter_view import View, measured, plain, size_words

RADIUS = 0.1
"""Of the split where none is given: waves of 20 pixels and more are low."""
POOL = 2


def show_answers(subject: Subject) -> View:
    """Each kernel's answer, and what the chain after it makes of that."""
    from convscope.drawing.filtered import Step, draw_filtered
    from convscope.filters.apply import clipped, correlate

    steps, last, rows = [], {}, []
    for kernel in subject.kernels:
        answer, chain = subject.images, []
        for one in (kernel, *subject.then):
            answer = correlate(answer, one.values, subject.asked.border)
            chain.append(one.name)
            title = "answer of " + ", then ".join(chain)
            steps.append(Step(kernel=one, answer=answer[0], title=title))
        last["-then-".join(map(file_name, chain))] = answer
        rows.append({"kernels": chain, **measured(answer)})
    if subject.asked.clip:
        pictures = {f"{name}-clipped": plain(clipped(a)) for name, a in last.items()}
    else:
        pictures = {"+".join(last)[:120]: draw_filtered(subject.image, steps)}
    return View(
        pictures=pictures,
        numbers={"answers": rows},
        lines=tuple(
            f"{', then '.join(row['kernels'])}: {row['smallest']:.6g} to {row['largest']:.6g}, "
            f"mean {row['mean']:.6g}, {100 * row['below_zero']:.1f} % of it below zero"
            for row in rows
        ),
    )


def show_borders(subject: Subject) -> View:
    """The five borders side by side, a picture for each kernel."""
    from convscope.drawing.borders import draw_borders
    from convscope.filters.apply import correlate
    from convscope.filters.borders import BORDERS

    pictures, rows = {}, []
    for kernel in subject.kernels:
        answers = {name: correlate(subject.images, kernel.values, name) for name in BORDERS}
        figure = draw_borders(subject.image, kernel, {n: a[0] for n, a in answers.items()})
        pictures[f"{file_name(kernel.name)}-borders"] = figure
        for name, answer in answers.items():
            rows.append({"kernel": kernel.name, "border": name, **measured(answer)})
    return View(
        pictures=pictures,
        numbers={"borders": rows},
        lines=tuple(f"{name}: beyond the edge is {what}" for name, what in BORDERS.items()),
    )


def show_spectrum(subject: Subject) -> View:
    """The picture's frequencies, and what each kernel lets through."""
    from convscope.drawing.spectrum import draw_spectrum

    radius = RADIUS if subject.asked.radius is None else subject.asked.radius
    waves = f"waves of {2 / radius:.6g} pixels and longer" if radius else "the mean alone"
    pictures = {
        f"{file_name(kernel.name)}-spectrum" if kernel else "spectrum": draw_spectrum(
            subject.image, radius, kernel
        )
        for kernel in (subject.kernels or [None])
    }
    return View(
        pictures=pictures,
        numbers={"radius": radius},
        lines=(f"split at {radius:g} of the fastest frequency: low keeps {waves}",),
    )


def show_profile(subject: Subject) -> View:
    """A row of the picture as curves."""
    from convscope.drawing.profile import draw_profile
    from convscope.filters.profile import profile

    row, border = subject.asked.profile or 0, subject.asked.border
    pictures, rows = {}, []
    for kernel in subject.kernels:
        found = profile(subject.image, row, kernel.values, border)
        pictures[f"{file_name(kernel.name)}-row-{row}"] = draw_profile(subject.image, found, kernel)
        rows.append(
            {
                "kernel": kernel.name,
                "row": row,
                "first_column": found.first,
                "intensity": found.intensity[0].tolist(),
                "differences": found.differences[0].tolist(),
                "response": found.response[0].tolist(),
            }
        )
    return View(pictures=pictures, numbers={"profiles": rows}, lines=tuple(map(_steepest, rows)))


def _steepest(row: Mapping[str, Any]) -> str:
    answers = row["response"]
    place = max(range(len(answers)), key=lambda i: abs(answers[i]))
    column = place + row["first_column"]
    return (
        f"{row['kernel']} answers most at column {column} of row {row['row']}: {answers[place]:.6g}"
    )


def show_layer(subject: Subject) -> View:
    """The kernels as the filters of a layer, with ReLU and max pooling."""
    from convscope.drawing.layer import FilterMaps, draw_layer
    from convscope.filters.apply import correlate
    from convscope.filters.pool import pool

    size = POOL if subject.asked.pool is None else subject.asked.pool
    layer, rows = [], []
    for kernel in subject.kernels:
        before = correlate(subject.images, kernel.values, subject.asked.border)
        after = before.clamp(min=0)
        pooled = pool(after, "max", size).values
        layer.append(FilterMaps(kernel=kernel, before=before[0], after=after[0], pooled=pooled[0]))
        rows.append(
            {
                "kernel": kernel.name,
                "before_relu": measured(before),
                "after_relu": measured(after),
                "after_pooling": measured(pooled),
            }
        )
    figure = draw_layer(subject.image, layer, f"max pooling {size} x {size}")
    return View(
        pictures={"layer": figure},
        numbers={"layer": rows, "pool": size},
        lines=tuple(
            f"{row['kernel']}: ReLU takes away {100 * row['before_relu']['below_zero']:.1f} % of "
            f"{size_words(row['before_relu'])}, pooling leaves {size_words(row['after_pooling'])}"
            for row in rows
        ),
    )


VIEWS: Mapping[str, Callable[[Subject], View]] = {
    "answer": show_answers,
    "--gradient": show_gradient,
    "--compare-borders": show_borders,
    "--spectrum": show_spectrum,
    "--profile": show_profile,
    "--at": show_place,
    "--layer": show_layer,
}
