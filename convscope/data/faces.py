"""Drawn faces whose points are known exactly: made here, the same pixels on every machine.

Every number comes from a seed, by operations whose result IEEE 754 fixes to the last bit.
"""

from collections.abc import Iterable
from dataclasses import replace

import torch
from torch import Tensor

from convscope.data.dataset import Dataset
from convscope.data.face_points import scheme_of_faces
from convscope.data.face_pose import NAMES, Draws, Pose, along, posed
from convscope.data.scheme import pairs_by_name
from convscope.data.soft_shapes import Canvas, smooth_noise
from convscope.device import threads
from convscope.seed import generator
from convscope.shapes import Points, Stored

SIDE = 64
COUNTS = (2500, 500)
"""Faces to learn from, and sealed ones."""
BLOCK = 50
"""Faces drawn at a time, so that their layers stay in the processor's cache."""
GRID = 6
"""Random colours a side that the background runs through."""
DRAWS = 3 * GRID * GRID + 80
"""Random numbers of a face, without its noise."""
FACES = replace(scheme_of_faces(NAMES), pairs=pairs_by_name(NAMES))
"""Measured by the outer eye corners, as photographs of faces are."""
SKIN = ((0.98, 0.84, 0.74), (0.36, 0.22, 0.16))
"""The lightest and the darkest, red, green and blue."""


def read_faces() -> tuple[Dataset, Dataset]:
    """The faces to learn from, and the sealed ones."""
    learned, sealed = COUNTS
    return _dataset(range(learned)), _dataset(range(learned, learned + sealed))


def draw_faces(numbers: Iterable[int]) -> tuple[Stored, Points]:
    """The faces of these numbers: images (n, 3, 64, 64), and their 18 points in pixels."""
    with threads(1):  # small pieces gain nothing from several
        blocks = [_draw(block.tolist()) for block in torch.tensor(list(numbers)).split(BLOCK)]
    images, points = zip(*blocks, strict=True)
    return torch.cat(images), torch.cat(points)


def _dataset(numbers: range) -> Dataset:
    images, points = draw_faces(numbers)
    return Dataset(
        images=images,
        targets=points,
        names=[str(number) for number in numbers],
        target_names=NAMES,
        task="points",
        scheme=FACES,
    )


def _draw(numbers: list[int]) -> tuple[Stored, Points]:
    seeds = [generator("faces", number) for number in numbers]
    draws = Draws(torch.stack([torch.rand(DRAWS, generator=seed) for seed in seeds]))
    grain = torch.stack([torch.rand(3, SIDE, SIDE, generator=seed) for seed in seeds])
    canvas = Canvas(_background(draws))
    pose = posed(draws, SIDE)
    skin, hair = _skin(draws), draws.take(3) * draws.between(0.15, 0.7)[:, None]
    _distract(canvas, draws)
    _head(canvas, pose, skin, hair, draws)
    _eyes(canvas, pose, skin, draws)
    _brows(canvas, pose, torch.minimum(0.7 * hair, 0.5 * skin), draws)
    _nose(canvas, pose, skin)
    _mouth(canvas, pose, skin, draws)
    light = draws.between(0.75, 1.2)[:, None, None, None]
    noise = (grain - 0.5) * draws.between(0.01, 0.08)[:, None, None, None]
    images = ((canvas.images * light + noise).clamp(0, 1) * 255).round().byte()
    return images, torch.stack([pose.points[name] for name in NAMES], 1)


def _background(draws: Draws) -> Tensor:
    return smooth_noise(draws.take(3 * GRID * GRID).reshape(-1, 3, GRID, GRID), SIDE)


def _skin(draws: Draws) -> Tensor:
    light, dark = torch.tensor(SKIN)
    tone = draws.between(0.0, 1.0)[:, None]
    return ((light + (dark - light) * tone) * (0.92 + 0.16 * draws.take(3))).clamp(0, 1)


def _distract(canvas: Canvas, draws: Draws) -> None:
    """Two strokes anywhere, behind the head."""
    for _ in range(2):
        start, end = draws.take(2) * SIDE, draws.take(2) * SIDE
        canvas.paint(canvas.line(start, end, draws.between(1.0, 4.0)), draws.take(3))


def _head(canvas: Canvas, pose: Pose, skin: Tensor, hair: Tensor, draws: Draws) -> None:
    unit, across = pose.unit, pose.across
    chin, crown = pose.points["chin"], pose.crown
    body = chin + pose.down * (1.1 * unit)[:, None]
    canvas.paint(canvas.line(chin, body, 0.5 * unit), 0.85 * skin)
    canvas.paint(canvas.ellipse(body, across, 1.8 * unit, 0.8 * unit, 1.5 * unit), draws.take(3))
    length = unit * draws.between(1.05, 1.5)
    canvas.paint(canvas.ellipse(crown, across, 1.12 * unit, 1.1 * unit, length), hair)
    jaw = chin - pose.down * (0.45 * unit)[:, None]
    cheeks = (jaw + crown) / 2
    head = torch.minimum(
        canvas.ellipse(jaw, across, 0.58 * unit, 0.45 * unit, 0.45 * unit),
        canvas.ellipse(crown, across, unit, 0.92 * unit, 0.92 * unit),
    )
    head = torch.minimum(head, canvas.ellipse(cheeks, across, 0.88 * unit, 0.8 * unit, 0.8 * unit))
    slope = canvas.ellipse(crown, across, 3 * unit, 3 * unit, 3 * unit) / unit[:, None, None]
    side = canvas.beyond(crown, pose.down) / unit[:, None, None]
    shade = 1 + 0.08 * slope + draws.between(-0.18, 0.18)[:, None, None] * side
    canvas.paint(head, skin[:, :, None, None] * shade[:, None])
    fringe = crown - pose.down * (unit * draws.between(0.68, 0.8))[:, None]
    top = canvas.ellipse(crown, across, 1.06 * unit, 1.04 * unit, unit)
    canvas.paint(torch.maximum(top, canvas.beyond(fringe, across)), hair)


def _eyes(canvas: Canvas, pose: Pose, skin: Tensor, draws: Draws) -> None:
    iris = draws.take(3) * 0.6
    for eye in ("left", "right"):
        outer, inner = pose.points[f"{eye}_eye_outer"], pose.points[f"{eye}_eye_inner"]
        axis, length = along(outer, inner)
        lid, middle = pose.lids * pose.unit, (outer + inner) / 2
        rim = lid + 0.05 * pose.unit
        canvas.paint(canvas.ellipse(middle, axis, length / 2 + 0.3, rim, rim), 0.55 * skin)
        white = canvas.ellipse(middle, axis, length / 2, lid, lid)
        canvas.paint(white, torch.full_like(skin, 0.95))
        pupil = pose.points[f"{eye}_pupil"]
        for radius, colour in ((0.13, iris), (0.06, torch.zeros_like(iris))):
            disc = canvas.line(pupil, pupil, radius * pose.unit)
            canvas.paint(torch.maximum(disc, white), colour)


def _brows(canvas: Canvas, pose: Pose, colour: Tensor, draws: Draws) -> None:
    radius = pose.unit * draws.between(0.05, 0.085)
    for eye in ("left", "right"):
        ends = pose.points[f"{eye}_brow_outer"], pose.points[f"{eye}_brow_inner"]
        canvas.paint(canvas.line(*ends, radius), colour)


def _nose(canvas: Canvas, pose: Pose, skin: Tensor) -> None:
    points, thin = pose.points, 0.045 * pose.unit
    bridge = (points["left_eye_inner"] + points["right_eye_inner"]) / 2
    canvas.paint(canvas.line(bridge, points["nose_tip"], 2 * thin), 1.12 * skin, opacity=0.6)
    for side in ("nose_left", "nose_right"):
        canvas.paint(canvas.line(points[side], points["nose_tip"], thin), 0.55 * skin)


def _mouth(canvas: Canvas, pose: Pose, skin: Tensor, draws: Draws) -> None:
    left, right = pose.points["mouth_left"], pose.points["mouth_right"]
    axis, length = along(left, right)
    middle = (left + right) / 2
    above, below = (along(middle, pose.points[f"mouth_{edge}"])[1] for edge in ("top", "bottom"))
    redder = torch.tensor([1.0, 0.6, 0.6]) * draws.between(0.7, 1.0)[:, None]
    canvas.paint(canvas.ellipse(middle, axis, length / 2, above, below), skin * redder)
    inside = canvas.ellipse(middle, axis, 0.42 * length, 0.35 * above, 0.6 * below)
    canvas.paint(inside, 0.25 * skin)
