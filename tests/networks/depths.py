"""Names of networks for tests that take each: the deepest of a family in `make slow` alone."""

from collections.abc import Iterable
from typing import Any

import pytest

DEEPEST = ("plain56", "resnet44", "resnet56", "resnet101", "resnet110", "resnet152")


def deepest_slow(names: Iterable[str]) -> list[Any]:
    """`names`, as `parametrize` takes them."""
    return [
        pytest.param(name, marks=[pytest.mark.slow] if name in DEEPEST else []) for name in names
    ]
