"""What `convscope filter` writes: pictures and a film, each where it was asked for."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from convscope.cli import output
from convscope.cli.filter_asked import Asked, Subject
from convscope.errors import BadValue

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure


def places_for(asked: Asked, names: list[str]) -> list[Path]:
    """Where each picture of `names` goes."""
    if asked.is_folder:
        folder = Path(asked.out or f"pictures/{Path(asked.image).stem}")
        return [folder / f"{name}.png" for name in names]
    if len(names) > 1:
        raise BadValue(
            f"--out {asked.out} is one picture and {len(names)} are asked for: give a folder"
        )
    return [Path(asked.out or "")] * len(names)


def write_picture(picture: "Figure | np.ndarray", place: Path) -> None:
    """A figure, or the plain pixels (h, w, c), at its place: whole or not at all."""
    import numpy as np

    from convscope.atomic import make_folder, replacing
    from convscope.data.pixels import encode_png
    from convscope.drawing.figure import save_figure

    if not isinstance(picture, np.ndarray):
        save_figure(picture, place)
        return
    make_folder(place.parent)
    with replacing(place) as part:
        part.write_bytes(encode_png(picture))


def write_film(subject: Subject, file: str) -> dict[str, Any]:
    """The film, written, and what it shows."""
    from convscope.drawing.few_pixels import few_pixels
    from convscope.drawing.film import save_film

    small = few_pixels(subject.image)
    _, h, w = small.shape
    frames = save_film(Path(file), small, subject.kernels[0], subject.asked.border)
    if small.shape != subject.image.shape:
        output.aside(f"the film shows the picture at {h} x {w}, so that each pixel can be seen")
    return {"file": file, "frames": frames, "size": [h, w]}
