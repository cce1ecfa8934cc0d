"""One output value of a convolution, with everything that it is made of."""

from dataclasses import dataclass

from torch import Tensor

from convscope.filters.arithmetic import number, places, product, signed_sum


@dataclass(frozen=True, eq=False, kw_only=True)
class WorkedSum:
    """A value of a convolution: the patch, the filter, their products and sums, all in float64."""

    at: tuple[int, ...]
    """(n, out_channel, row, column) of the value; (n, out_channel, position) in one dimension."""
    patch: Tensor
    """(in / groups, kernel_h, kernel_w), or (in / groups, kernel): the pixels under the window."""
    filter: Tensor
    """What they are multiplied by, of the same shape."""
    products: Tensor
    """patch * filter."""
    channel_sums: Tensor
    """(in / groups,): the products of each channel, added up."""
    bias: float
    """0 where the layer has none."""
    total: float
    """The channels' sums and the bias, added up: the output's value."""
    rows: range
    """The rows of the image under the window, padding's too; in one dimension the only row, 0."""
    columns: range
    """Its columns, or positions."""
    channels: range
    """The channels of the image that the filter reads."""
    inside: Tensor
    """(kernel_h, kernel_w), or (kernel,): False where the window lies on padding, read as 0."""

    @property
    def text(self) -> str:
        """The sum worked out, line by line."""
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The sum worked out: where the window lies, each channel's products, and the total."""
        lines = [self._place(), self._window()]
        for index, channel in enumerate(self.channels):
            lines += self._channel(index, channel)
        if len(self.channels) > 1:
            sums = signed_sum(self.channel_sums.tolist())
            lines.append(f"channels together: {sums} = {number(float(self.channel_sums.sum()))}")
        return [*lines, f"+ bias {number(self.bias)}", f"= {number(self.total)}"]

    def _place(self) -> str:
        n, out_channel, *where = self.at
        names = ("position",) if len(where) == 1 else ("row", "column")
        spot = ", ".join(f"{name} {i}" for name, i in zip(names, where, strict=True))
        return f"image {n}, filter {out_channel}, output {spot}"

    def _window(self) -> str:
        axes = [(self.channels, "channel"), (self.rows, "row"), (self.columns, "column")]
        if self.inside.ndim == 1:
            axes = [(self.channels, "channel"), (self.columns, "position")]
        covered = ", ".join(places(*axis) for axis in axes)
        outside = int((~self.inside).sum())
        padding = (
            f"; {outside} of {self.inside.numel()} pixels are padding, read as 0" if outside else ""
        )
        return f"pixel*weight over {covered}{padding}"

    def _channel(self, index: int, channel: int) -> list[str]:
        """The products of one channel, a line for each row of the window."""
        width = self.patch.shape[-1]
        pixels = self.patch[index].reshape(-1, width).tolist()
        weights = self.filter[index].reshape(-1, width).tolist()
        sums = [" + ".join(map(product, *rows)) for rows in zip(pixels, weights, strict=True)]
        opening = f"channel {channel}: "
        following = " " * (len(opening) - 2) + "+ "
        lines = [opening + sums[0], *(following + row for row in sums[1:])]
        lines[-1] += f" = {number(float(self.channel_sums[index]))}"
        return lines
