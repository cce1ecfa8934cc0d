"""What was asked of `convscope filter`: its options, and the picture and kernels they mean."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from convscope.cli.options import PICTURES
from convscope.errors import BadValue

if TYPE_CHECKING:
    from torch import Tensor

    from convscope.filters.kernels import Kernel

MOST_IN_DOUBLE = 12_000_000
"""Numbers of a picture up to which it is filtered in float64; of larger ones, in float32."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options, as they were given."""

    image: str
    kernel: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    border: str = "mirror"
    colour: bool = False
    true_convolution: bool = False
    clip: bool = False
    gradient: bool = False
    edges: float | None = None
    compare_borders: bool = False
    spectrum: bool = False
    radius: float | None = None
    profile: int | None = None
    at: str | None = None
    film: str | None = None
    layer: bool = False
    pool: int | None = None
    out: str | None = None

    @property
    def views(self) -> list[str]:
        """What is to be shown, as the flags are called; nothing else is the answer itself."""
        given = {
            "--gradient": self.gradient or self.edges is not None,
            "--compare-borders": self.compare_borders,
            "--spectrum": self.spectrum,
            "--profile": self.profile is not None,
            "--at": self.at is not None,
            "--film": self.film is not None,
            "--layer": self.layer,
        }
        return [flag for flag, wanted in given.items() if wanted] or ["answer"]

    def check(self) -> None:
        """`BadValue` where options do not go together, before anything is read."""
        views = self.views
        if not self.kernel and set(views) - {"--spectrum", "--gradient"}:
            raise BadValue(
                "no kernel is given: --kernel sobel-x, say, or --kernel '[[0, 1], [1, 0]]'; "
                "`convscope filter list` names them all"
            )
        if self.then and views != ["answer"]:
            raise BadValue(f"--then makes a chain of answers: leave {' and '.join(views)} out")
        if self.clip and not set(views) <= {"answer", "--gradient"}:
            raise BadValue(f"--clip writes the plain picture: leave {' and '.join(views)} out")
        grey_only = [v for v in views if v not in ("answer", "--compare-borders", "--at")]
        if self.colour and grey_only:
            raise BadValue(f"{grey_only[0]} looks at the picture in grey: leave --colour out")
        if self.radius is not None and not self.spectrum:
            raise BadValue("--radius is where --spectrum splits the picture: give both")
        if self.pool is not None and not self.layer:
            raise BadValue("--pool belongs to --layer: give both")
        if self.film is not None and not self.film.lower().endswith(".gif"):
            raise BadValue(f"--film {self.film}: a film is a GIF, give a name that ends in .gif")
        if self.film is not None and len(self.kernel) > 1:
            raise BadValue("--film shows one kernel: give --kernel once")
        self._check_out()

    def _check_out(self) -> None:
        if self.out is None or self.is_folder:
            return
        suffixes = (".png",) if self.clip else PICTURES
        if Path(self.out).suffix.lower() not in suffixes:
            raise BadValue(
                f"--out {self.out}: give a name that ends in {' or '.join(suffixes)}, or a folder"
            )
        if Path(self.out).resolve() == Path(self.image).resolve():
            raise BadValue(f"--out {self.out} is the picture itself: give another name")

    @property
    def is_folder(self) -> bool:
        """Whether the pictures go into a folder, under names of their own."""
        return self.out is None or not Path(self.out).suffix or Path(self.out).is_dir()

    @property
    def place(self) -> tuple[int, int]:
        """The row and the column of --at."""
        found = re.fullmatch(r"\s*(\d+)\s*,\s*(\d+)\s*", self.at or "")
        if not found:
            raise BadValue(f"--at {self.at}: give a row and a column, as 12,34")
        return int(found[1]), int(found[2])


@dataclass(frozen=True, eq=False, kw_only=True)
class Subject:
    """The picture, and what is laid on it."""

    asked: Asked
    images: "Tensor"
    """(1, c, h, w) floats, whole numbers 0..255."""
    kernels: "list[Kernel]"
    """Turned already, where true convolution is asked."""
    then: "list[Kernel]"

    @property
    def image(self) -> "Tensor":
        """(c, h, w)."""
        return self.images[0]


def read_subject(asked: Asked) -> Subject:
    """The picture and the kernels that were asked for; the picture grey unless in colour."""
    import torch

    from convscope.data.pixels import read_pixels
    from convscope.filters.apply import clipped, grey
    from convscope.filters.borders import BORDERS
    from convscope.filters.turned import turned
    from convscope.filters.typed import find_kernel
    from convscope.lookup import lookup

    lookup(BORDERS, asked.border, "border")
    kernels, then = ([find_kernel(text) for text in words] for words in (asked.kernel, asked.then))
    if asked.true_convolution:
        kernels, then = [turned(kernel) for kernel in kernels], [turned(kernel) for kernel in then]
    kernels = _told_apart(kernels)
    pixels = torch.from_numpy(read_pixels(asked.image).copy())
    images = pixels.permute(2, 0, 1)[None].to(
        torch.float64 if pixels.numel() <= MOST_IN_DOUBLE else torch.float32
    )
    if not asked.colour:
        images = clipped(grey(images)).to(images.dtype)
    return Subject(asked=asked, images=images, kernels=kernels, then=then)


def _told_apart(kernels: "list[Kernel]") -> "list[Kernel]":
    """`kernels`, those whose files would have one name numbered."""
    seen: Counter[str] = Counter()
    told = []
    for kernel in kernels:
        seen[file_name(kernel.name)] += 1
        again = seen[file_name(kernel.name)]
        told.append(kernel if again == 1 else replace(kernel, name=f"{kernel.name} ({again})"))
    return told


def file_name(name: str) -> str:
    """A kernel's name as a part of a file's name."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60] or "kernel"
