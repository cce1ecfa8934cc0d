"""Random numbers belong to a purpose, not to a sequence."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def number(*key: object) -> int:
    """A whole number in [0, 2**63) that `key` alone decides, on every machine."""
    digest = hashlib.sha256(repr(key).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def generator(*key: object) -> torch.Generator:
    """A generator for `key`, say `(seed, "augment", epoch)`: equal keys draw equal numbers, in any process and after any resume."""
    return torch.Generator().manual_seed(number(*key))


@contextmanager
def seeded(*key: object, device: str = "cpu") -> Iterator[None]:
    """Inside, torch's global generator draws the numbers of `key`; afterwards it goes on as if nothing had been drawn.

    For what cannot be handed a generator: initialisation and dropout.
    """
    accelerators = [device] if device.startswith("cuda") else []
    with torch.random.fork_rng(devices=accelerators):
        torch.manual_seed(number(*key))
        yield
