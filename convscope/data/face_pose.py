"""Where the points of a drawn face are: a face of its own shape, turned, nodding, tilted, moved."""

from dataclasses import dataclass

import torch
from torch import Tensor

POINTS = {
    "left_brow_outer": (-0.74, -0.52, 0.40),
    "left_brow_inner": (-0.20, -0.56, 0.70),
    "right_brow_inner": (0.20, -0.56, 0.70),
    "right_brow_outer": (0.74, -0.52, 0.40),
    "left_eye_outer": (-0.66, -0.20, 0.40),
    "left_eye_inner": (-0.22, -0.20, 0.60),
    "right_eye_inner": (0.22, -0.20, 0.60),
    "right_eye_outer": (0.66, -0.20, 0.40),
    "left_pupil": (-0.44, -0.20, 0.55),
    "right_pupil": (0.44, -0.20, 0.55),
    "nose_left": (-0.16, 0.26, 0.70),
    "nose_tip": (0.0, 0.24, 1.05),
    "nose_right": (0.16, 0.26, 0.70),
    "mouth_left": (-0.34, 0.66, 0.55),
    "mouth_top": (0.0, 0.57, 0.70),
    "mouth_right": (0.34, 0.66, 0.55),
    "mouth_bottom": (0.0, 0.76, 0.70),
    "chin": (0.0, 1.25, 0.45),
}
"""Right, down, and towards the viewer, in half widths of a head; left is the picture's left."""
NAMES = tuple(POINTS)


class Draws:
    """Random numbers (n, k) in [0, 1), a row for each face, taken column by column."""

    def __init__(self, table: Tensor) -> None:
        self._table, self._used = table, 0

    def between(self, low: float, high: float) -> Tensor:
        """(n,) numbers from `low` to `high`."""
        return low + (high - low) * self.take(1)[:, 0]

    def take(self, count: int) -> Tensor:
        """(n, count) numbers from 0 to 1."""
        self._used += count
        return self._table[:, self._used - count : self._used]


@dataclass(frozen=True, eq=False)
class Pose:
    """A face on an image: its points, and what else its drawing needs."""

    points: dict[str, Tensor]
    """Name -> (n, 2), (x, y) in pixels."""
    across: Tensor
    """(n, 2) unit vector from the face's left to its right, in the image."""
    unit: Tensor
    """(n,) half width of the head in pixels."""
    crown: Tensor
    """(n, 2) middle of the skull."""
    lids: Tensor
    """(n,) half height of the open eyes, in half widths of the head."""

    @property
    def down(self) -> Tensor:
        """(n, 2) unit vector from the brow to the chin, in the image."""
        return torch.stack([-self.across[:, 1], self.across[:, 0]], 1)


def posed(draws: Draws, side: int) -> Pose:
    """Faces on images of `side` pixels, as `draws` decide."""
    shape = _shaped(draws)  # (n, points, 3)
    roll, yaw, nod = (_turn(draws.between(-most, most)) for most in (0.27, 0.30, 0.15))
    flat = _projected(shape, yaw, nod)
    skull = _projected(torch.tensor([[[0.0, 0.1, 0.0]]]).expand(len(shape), 1, 3), yaw, nod)
    across = torch.stack(roll, 1)
    unit = side * draws.between(0.20, 0.30)
    middle = side * torch.stack([draws.between(0.40, 0.60), draws.between(0.36, 0.52)], 1)
    everything = _rolled(torch.cat([flat, skull], 1), roll) * unit[:, None, None] + middle[:, None]
    points = dict(zip(NAMES, everything.unbind(1), strict=False))
    lids = draws.between(0.07, 0.13)
    pose = Pose(points, across, unit, everything[:, -1], lids)
    return _with_lips(pose)


def _shaped(draws: Draws) -> Tensor:
    """(n, points, 3) of the faces' own shapes, looking straight ahead."""
    n = len(draws.take(0))
    shape = torch.tensor(list(POINTS.values())).expand(n, -1, -1).clone()
    at = {name: i for i, name in enumerate(NAMES)}

    def move(names: str, axis: int, by: Tensor) -> None:
        for name in names.split():
            shape[:, at[name], axis] += by

    width = draws.between(0.9, 1.08)
    shape[:, :10, 0] *= width[:, None]
    brows, eyes = "left_brow_outer left_brow_inner right_brow_inner right_brow_outer", "left right"
    move(brows, 1, draws.between(-0.10, 0.08))
    frown = draws.between(-0.08, 0.10)
    move("left_brow_inner right_brow_inner", 1, frown)
    slant = draws.between(-0.06, 0.06)
    move("left_eye_outer right_eye_outer", 1, slant)
    for axis, most in ((0, 0.07), (1, 0.03)):
        gaze = draws.between(-most, most)
        move(" ".join(f"{eye}_pupil" for eye in eyes.split()), axis, gaze)
    move("left_pupil right_pupil", 1, slant / 2)
    move("nose_left nose_tip nose_right", 1, draws.between(-0.05, 0.08))
    nostrils = draws.between(-0.03, 0.05)
    move("nose_left", 0, -nostrils)
    move("nose_right", 0, nostrils)
    stretch = draws.between(-0.08, 0.10)
    move("mouth_left", 0, -stretch)
    move("mouth_right", 0, stretch)
    smile = draws.between(-0.10, 0.06)
    move("mouth_left mouth_right", 1, smile)
    opening = draws.between(0.0, 1.0).square()
    move("mouth_bottom", 1, 0.22 * opening)
    move("chin", 1, 0.12 * opening + draws.between(-0.08, 0.10))
    return shape


def _turn(half: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine of the angle whose half has this tangent: a rational function of it."""
    square = half * half
    return (1 - square) / (1 + square), 2 * half / (1 + square)


def _projected(shape: Tensor, yaw: tuple[Tensor, Tensor], nod: tuple[Tensor, Tensor]) -> Tensor:
    """(n, points, 2) as seen from far away."""
    right, down, near = shape.unbind(2)
    (cos_yaw, sin_yaw), (cos_nod, sin_nod) = (
        (cos[:, None], sin[:, None]) for cos, sin in (yaw, nod)
    )
    nearer = near * cos_yaw - right * sin_yaw
    return torch.stack([right * cos_yaw + near * sin_yaw, down * cos_nod + nearer * sin_nod], 2)


def _rolled(flat: Tensor, roll: tuple[Tensor, Tensor]) -> Tensor:
    cos, sin = (part[:, None] for part in roll)
    x, y = flat.unbind(2)
    return torch.stack([x * cos - y * sin, x * sin + y * cos], 2)


def _with_lips(pose: Pose) -> Pose:
    """The middle of the lips put above and below the middle of the mouth, where it is drawn."""
    points = pose.points
    middle = (points["mouth_left"] + points["mouth_right"]) / 2
    across = along(points["mouth_left"], points["mouth_right"])[0]
    normal = torch.stack([-across[:, 1], across[:, 0]], 1)
    for name, sign in (("mouth_top", -1.0), ("mouth_bottom", 1.0)):
        apart = points[name] - middle
        height = (apart[:, 0] * normal[:, 0] + apart[:, 1] * normal[:, 1]) * sign
        least = torch.maximum(height, 0.04 * pose.unit)
        points[name] = middle + normal * (sign * least)[:, None]
    return pose


def along(start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
    """The unit vector (n, 2) from `start` to `end`, and their distance (n,)."""
    apart = end - start
    length = (apart[:, 0] * apart[:, 0] + apart[:, 1] * apart[:, 1]).sqrt() + 1e-6
    return apart / length[:, None], length
