"""The answer of `convscope predict` where it is points: lines, a table, pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from convscope.cli import output

if TYPE_CHECKING:
    from convscope.data.dataset import Splits
    from convscope.prediction.points import Points


def show_points(located: Mapping[str, "Points"], as_csv: bool) -> None:
    """Each picture's points: as text, or as a table that `convscope train --data` reads."""
    if as_csv:
        output.csv_rows(*points_table(located))
        return
    for file, points in located.items():
        said = ", ".join(
            f"{name} {x:.1f} {y:.1f}" for name, (x, y) in zip(points.names, points.xy, strict=True)
        )
        output.answer(f"{file}: {said}")


def points_table(located: Mapping[str, "Points"]) -> tuple[list[str], list[list[object]]]:
    """Headings name, x1, y1, ... (or nose_x, nose_y), and a row for each picture."""
    first = next(iter(located.values()), None)
    names = () if first is None else first.names
    headings = ["name"]
    for name in names:
        headings += [f"x{name}", f"y{name}"] if name.isdecimal() else [f"{name}_x", f"{name}_y"]
    return headings, [
        [file, *(f"{value:.2f}" for xy in points.xy for value in xy)]
        for file, points in located.items()
    ]


def draw_located(located: Mapping[str, "Points"], folder: Path) -> list[Path]:
    """Each picture with its points, as NAME-points.png in `folder`."""
    import torch

    from convscope.data.pixels import read_pixels
    from convscope.drawing.figure import save_figure
    from convscope.drawing.points import draw_points

    paths: list[Path] = []
    for file, points in located.items():
        name, place = Path(file).stem, 1
        while (path := folder / f"{name}-points.png") in paths:  # two folders may share a name
            place += 1
            name = f"{Path(file).stem}-{place}"
        paths.append(save_figure(draw_points(read_pixels(file), torch.tensor(points.xy)), path))
    return paths


def show_known(splits: "Splits") -> None:
    """How many images each part has, and in how many the points are known that are not in all."""
    parts, names = splits.counts(), splits.train.target_names
    counts = {part: splits[part].target_counts() for part in parts}
    scarce = [
        [name, *(f"{counts[part][i]:,}" for part in parts)]
        for i, name in enumerate(names)
        if any(counts[part][i] < parts[part] for part in parts)
    ]
    rows = [["images", *(f"{count:,}" for count in parts.values())], *scarce]
    output.table(["point known in" if scarce else "", *parts], rows)
    output.answer(f"{len(names) - len(scarce):,} of {len(names):,} points are known in every image")
