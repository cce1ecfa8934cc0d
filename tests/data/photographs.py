"""Made folders of pictures for the tests of what reads them."""

from pathlib import Path

import numpy as np
from PIL import Image as Picture


def save_picture(
    path: Path, seed: int, size: tuple[int, int] = (23, 19), grey: bool = False
) -> None:
    """A picture of (width, height) with a content of its own; its suffix says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    w, h = size
    shape = (h, w) if grey else (h, w, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    Picture.fromarray(pixels).save(path)


def make_folder_of_classes(
    folder: Path, counts: dict[str, int], suffix: str = ".png", **how
) -> Path:
    """`folder` with that many pictures in each class folder; no two are alike."""
    seed = sum(map(ord, str(folder))) * 1000
    for word, count in counts.items():
        (folder / word).mkdir(parents=True)
        for i in range(count):
            seed += 1
            save_picture(folder / word / f"{i}{suffix}", seed, **how)
    return folder
