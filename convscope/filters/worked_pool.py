"""One output value of a pooling layer, with the pixels that it was taken from."""

from dataclasses import dataclass

from torch import Tensor

from convscope.filters.arithmetic import number, places, signed_sum


@dataclass(frozen=True, eq=False, kw_only=True)
class WorkedPool:
    """A value of a pooling layer: the pixels under the window, and what became of them."""

    at: tuple[int, ...]
    """(n, channel, row, column) of the value; (n, channel, position) in one dimension."""
    window: Tensor
    """(kernel_h, kernel_w), or (kernel,): the pixels, float64; outside the image -inf, or 0."""
    inside: Tensor
    """Of the same shape: False where the window lies outside the image."""
    value: float
    place: int | None
    """Where the maximum was found: row * width + column in its map; None for a mean."""
    divisor: int | None
    """What the sum was divided by; None for a maximum."""
    rows: range
    """The rows of the image under the window, padding's too; in one dimension the only row, 0."""
    columns: range
    """Its columns, or positions."""
    width: int
    """Columns of the image."""

    @property
    def text(self) -> str:
        """The value worked out, line by line."""
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The value worked out: where the window lies, its pixels, and what became of them."""
        n, channel, *steps = self.at
        axes = [(self.rows, "row"), (self.columns, "column")]
        if len(steps) == 1:
            axes = [(self.columns, "position")]
        spot = ", ".join(f"{name} {step}" for (_, name), step in zip(axes, steps, strict=True))
        covered = ", ".join(places(*axis) for axis in axes)
        outside = int((~self.inside).sum())
        cut = f"; {outside} of {self.inside.numel()} pixels lie outside" if outside else ""
        return [
            f"image {n}, channel {channel}, output {spot}",
            f"the window covers {covered}{cut}",
            self._maximum() if self.divisor is None else self._mean(self.divisor),
        ]

    def _maximum(self) -> str:
        pixels = ", ".join(map(number, self.window[self.inside].tolist()))
        found = f"max({pixels}) = {number(self.value)}"
        if self.place is None or self.place < 0:
            return found
        row, column = divmod(self.place, self.width)
        flat = self.window.ndim == 1
        return f"{found}, from " + (f"position {column}" if flat else f"row {row}, column {column}")

    def _mean(self, divisor: int) -> str:
        pixels = self.window[self.inside].tolist()
        return f"({signed_sum(pixels)})/{divisor} = {number(self.value)}"
