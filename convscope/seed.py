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
    """A generator for `key`, say `(seed, "augment", epoch)`.

    Equal keys draw equal numbers, in any process and after any resume.
    """
    return torch.Generator().manual_seed(number(*key))


@contextmanager
def seeded(*key: object, device: str = "cpu") -> Iterator[None]:
    """Inside, torch's global generators draw the numbers of `key`; afterwards they go on untouched.

    For what cannot be handed a generator: initialisation and dropout. It costs some microseconds,
    where `torch.manual_seed` costs a millisecond on machines without a GPU.
    """
    generators = [torch.default_generator]
    if device.startswith("cuda"):
        index = torch.device(device).index
        generators.append(
            torch.cuda.default_generators[torch.cuda.current_device() if index is None else index]
        )
    states = [each.get_state() for each in generators]
    for each in generators:
        each.manual_seed(number(*key))
    try:
        yield
    finally:
        for each, state in zip(generators, states, strict=True):
            each.set_state(state)
