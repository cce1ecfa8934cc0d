"""`convscope filter --at`: the answer at one pixel, worked out."""

from typing import TYPE_CHECKING, Any

from convscope.cli.filter_asked import Subject, file_name
from convscope.cli.filter_view import CHANNELS, View

if TYPE_CHECKING:
    from convscope.filters.worked_sum import WorkedSum


def show_place(subject: Subject) -> View:
    """One pixel's answer worked out, each channel by itself."""
    from convscope.drawing.window import draw_window
    from convscope.filters.one_value import one_value

    (row, column), border = subject.asked.place, subject.asked.border
    names = CHANNELS[len(subject.image)]
    pictures, rows, lines = {}, [], []
    for kernel in subject.kernels:
        worked = [
            one_value(subject.image, kernel.values, border, at=(row, column), channel=channel)
            for channel in range(len(names))
        ]
        pictures[f"{file_name(kernel.name)}-at-{row}-{column}"] = draw_window(
            subject.image, worked, kernel.name
        )
        lines.append(f"{kernel.name} at row {row}, column {column}")
        for name, value in zip(names, worked, strict=True):
            rows.append({"kernel": kernel.name, "channel": name, **_as_json(value)})
            lines += value.lines()[1:-2]  # a filter has no bias
        lines += _beyond(worked[0], subject)
    return View(pictures=pictures, numbers={"at": rows}, lines=tuple(lines))


def _as_json(worked: "WorkedSum") -> dict[str, Any]:
    _, _, row, column = worked.at
    return {
        "row": row,
        "column": column,
        "rows": [worked.rows.start, worked.rows.stop - 1],
        "columns": [worked.columns.start, worked.columns.stop - 1],
        "pixels": worked.patch[0].tolist(),
        "weights": worked.filter[0].tolist(),
        "products": worked.products[0].tolist(),
        "sum": worked.total,
    }


def _beyond(worked: "WorkedSum", subject: Subject) -> list[str]:
    """A line where the window reaches over the edge, and what it sees there."""
    from convscope.filters.borders import BORDERS

    _, h, w = subject.image.shape
    inside = worked.rows[0] >= 0 and worked.rows[-1] < h
    if inside and worked.columns[0] >= 0 and worked.columns[-1] < w:
        return []
    border = subject.asked.border
    return [f"border {border}: beyond the edge is {BORDERS[border]}"]
