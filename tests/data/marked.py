"""Made folders of pictures with points for the tests of what reads and learns them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image as Picture

from convscope.data.dataset import Dataset, Splits
from convscope.data.scheme import Scheme
from convscope.data.split import cut

Rows = Mapping[str, Sequence[object]]
"""Picture name -> its cells."""


def save_spot(path: Path, spot: tuple[int, int], size: tuple[int, int], seed: int = 0) -> None:
    """A dark picture of (width, height) with one bright pixel block of 3 x 3 around `spot`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    (w, h), (x, y) = size, spot
    pixels = np.random.default_rng(seed).integers(0, 40, (h, w, 3), dtype=np.uint8)
    pixels[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] = 255
    Picture.fromarray(pixels).save(path)


def write_table(path: Path, header: str, rows: Rows) -> Path:
    """A CSV file of those rows."""
    lines = [header, *(",".join(map(str, (name, *cells))) for name, cells in rows.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def make_spots(folder: Path, part: str, names: Sequence[str], seed: int = 0) -> Path:
    """PART.csv and PART/ with a picture of each name; points: the spot, and its mirror image."""
    draw, rows = np.random.default_rng(seed), {}
    for i, name in enumerate(names):
        w, h = 23 + i % 3 * 4, 29
        x, y = int(draw.integers(3, w - 3)), int(draw.integers(3, h - 3))
        save_spot(folder / part / name, (x, y), (w, h), seed=1000 * seed + i)
        rows[name] = (x, y, w - 1 - x, y)
    write_table(folder / f"{part}.csv", "name,left_x,left_y,right_x,right_y", rows)
    return folder


FIELDS = {
    "network": "keypoint_net",
    "network_arguments": {"width": 4},
    "epochs": 2,
    "batch_size": 13,
    "optimizer": "adamw",
    "learning_rate": 0.01,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
}
"""A short recipe that any machine computes alike."""


def spots_in_memory(n: int = 60, name: str = "spots") -> Splits:
    """Grey images (1, 17, 17) with a bright spot: its place, that mirrored, and one seldom known.

    The names of pictures are hostile.
    """
    draw = torch.Generator().manual_seed(5)
    images = torch.randint(0, 60, (n, 1, 17, 17), generator=draw, dtype=torch.uint8)
    places = torch.randint(2, 15, (n, 2), generator=draw)
    places[places[:, 0] == 8] += 1  # in the middle it would be its own mirror image
    for image, (x, y) in zip(images, places.tolist(), strict=True):
        image[0, y - 1 : y + 2, x - 1 : x + 2] = 255
    mirrored = torch.stack([16 - places[:, 0], places[:, 1]], 1)
    seldom = torch.where((torch.arange(n) % 5 == 0)[:, None], 7.0, torch.nan).expand(n, 2)
    dataset = Dataset(
        images=images,
        targets=torch.stack([places.float(), mirrored.float(), seldom], 1),
        names=[f"<b onclick='x'>{i}</b></script><script>alert({i})</script>" for i in range(n)],
        target_names=("left_spot", "right_spot", "<i>seldom</i>"),
        task="points",
        scheme=Scheme(pairs=((0, 1),)),
    )
    return cut(name, dataset, None, validation=0.25)
