"""A residual block of any two branches: what `residual [...]` in a spec builds.

He, Zhang, Ren, Sun: "Deep residual learning for image recognition", 2016, section 3.2.
"""

from torch import Tensor, nn


class Residual(nn.Module):
    """What `main` makes of the input, plus what `shortcut` does: by default the input itself."""

    def __init__(self, main: nn.Module, shortcut: nn.Module | None = None) -> None:
        super().__init__()
        self.main = main
        self.shortcut = nn.Identity() if shortcut is None else shortcut

    def forward(self, maps: Tensor) -> Tensor:
        return self.main(maps) + self.shortcut(maps)
