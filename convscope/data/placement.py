"""Where a picture comes to lie in the image that is stored of it, and where its points do."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Placement:
    """A picture resized to `covered`, its top left corner at `corner` of the image."""

    size: tuple[int, int]
    """(width, height) of the picture."""
    covered: tuple[int, int]
    """(width, height) that it is resized to."""
    corner: tuple[int, int]
    """(left, top): negative where it is cut off, positive where something is added."""

    def to_image(self, points: Tensor) -> Tensor:
        """Points (..., 2) of the picture, (x, y) in pixels, as they lie in the image.

        Whole numbers are pixel centres, so the picture's left edge is at -0.5.
        """
        size, covered, corner = self._as(points)
        return (points + 0.5) * (covered / size) - 0.5 + corner

    def to_picture(self, points: Tensor) -> Tensor:
        """The inverse: points of the image as they lie in the picture."""
        size, covered, corner = self._as(points)
        return (points - corner + 0.5) * (size / covered) - 0.5

    def _as(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        size, covered, corner = (
            points.new_tensor(p) for p in (self.size, self.covered, self.corner)
        )
        return size, covered, corner


def place(
    width: int, height: int, size: tuple[int, int], resize: int, crop: str = "center"
) -> Placement:
    """Where a picture of that width and height lies in an image of `size` (h, w).

    "center": its short side becomes `resize`, and the middle is kept; both sides cover a size that
    is not square. "pad": all of it is kept, as large as fits.
    """
    h, w = size
    if crop == "pad":
        scale = min(h / height, w / width)
        covered = (
            min(w, max(1, round(width * scale))),
            min(h, max(1, round(height * scale))),
        )
    else:
        scale = resize / min(h, w) * max(h / height, w / width)
        covered = (max(w, round(width * scale)), max(h, round(height * scale)))
    corner = tuple(
        (there - here) // 2 if crop == "pad" else -((here - there) // 2)
        for there, here in zip((w, h), covered, strict=True)
    )
    return Placement((width, height), covered, (corner[0], corner[1]))
