"""What `auto` means on this machine: the fastest training step, measured once and remembered."""

import copy
import hashlib
import itertools
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import torch
from torch import nn

from convscope.atomic import make_folder, write_json
from convscope.data.download import cache_folder
from convscope.device import (
    Resolved,
    computes_bfloat16,
    find_device,
    machine,
    threads,
    usable_cores,
)
from convscope.errors import BadNetwork, ConvscopeError
from convscope.networks.advice import advise
from convscope.training.objective import Objective
from convscope.training.recipe import Recipe

ROUNDS = 5
"""Turns of each candidate at most, in alternation: a busy moment of the machine strikes all."""
SECONDS = 0.04
"""Of each turn."""
ENOUGH = 4.0
"""Seconds of turns after which none is added: long steps vary less than short ones."""
GAIN = 1.1
"""How much faster than the usual choice another must be to be taken."""


def resolve(recipe: Recipe, net: nn.Module, objective: Objective, batch: Any) -> Resolved:
    """The fastest of what the recipe leaves open, for this net and batch."""
    device = find_device(recipe.device)
    candidates = list(_candidates(recipe, device))
    if len(candidates) == 1:
        return candidates[0]
    key = _key(candidates, net, batch)
    remembered = _remembered()
    with suppress(KeyError, TypeError):
        return Resolved(**remembered[key])
    usual = candidates[0]
    steppers = []
    for candidate in candidates:
        with suppress(RuntimeError):  # a net may not take every memory format
            steppers.append(_Stepper(candidate, net, objective, batch))
    if not steppers:
        return usual
    started = time.perf_counter()
    for _ in range(ROUNDS):
        for stepper in steppers:
            stepper.run()
        if time.perf_counter() - started > ENOUGH:
            break
    times = {stepper.candidate: stepper.fastest for stepper in steppers}
    fastest = min(times, key=times.__getitem__)
    chosen = fastest if times[fastest] * GAIN < times.get(usual, float("inf")) else usual
    if chosen.threads == usual.threads or _quiet():
        with suppress(ConvscopeError):  # a cache folder that cannot be written is no reason to stop
            make_folder(cache_folder())
            write_json(cache_folder() / "resolved.json", {**remembered, key: chosen.to_json()})
    return chosen


def _quiet() -> bool:
    """Whether few others use the processor: beside a busy neighbour fewer threads are faster.

    That is true while the neighbour is there, and not worth remembering.
    """
    return not hasattr(os, "getloadavg") or os.getloadavg()[0] < usable_cores() / 2


def _candidates(recipe: Recipe, device: torch.device) -> Iterator[Resolved]:
    """Every way the recipe allows, the usual one first."""
    cores = usable_cores()
    counts = sorted({cores, -(-cores // 2), 1}, reverse=True) if device.type == "cpu" else [cores]
    if recipe.threads:
        counts = [recipe.threads]
    formats = ["channels_last", "contiguous"]
    if recipe.memory_format != "auto":
        formats = [recipe.memory_format]
    precisions = ["float32", *(["bfloat16"] if computes_bfloat16(device) else [])]
    if recipe.precision != "auto":
        precisions = [recipe.precision]
    for count, memory_format, precision in itertools.product(counts, formats, precisions):
        resolved = Resolved(
            device=str(device), precision=precision, memory_format=memory_format, threads=count
        )
        resolved.check()
        yield resolved


def rehearse(chosen: Resolved, net: nn.Module, objective: Objective, batch: Any, name: str) -> None:
    """`BadNetwork` unless a copy of `net` can take a training step in the chosen way."""
    try:
        _Stepper(chosen, net, objective, batch)
    except Exception as error:  # the user's own code may fail in any way
        advice = advise(net, batch[0].shape[1:], batch_size=len(batch[0]))
        reason = error if advice is None else advice.sentence
        where = f"{chosen.memory_format}, {chosen.device}"
        raise BadNetwork(f"{name} cannot take a training step ({where}): {reason}") from error


class _Stepper:
    """A copy of the net that takes steps in one candidate's way."""

    def __init__(
        self, candidate: Resolved, net: nn.Module, objective: Objective, batch: Any
    ) -> None:
        images, targets = batch
        self.candidate = candidate
        self.fastest = float("inf")
        """Seconds of the fastest step so far."""
        self._net = copy.deepcopy(net).train()
        candidate.place(self._net)
        self._objective = objective
        self._batch = (
            images.to(candidate.device).contiguous(memory_format=candidate.format),
            targets.to(candidate.device),
        )
        with threads(candidate.threads), torch.random.fork_rng():
            self._step()  # the first step of a shape pays for code generation

    def run(self) -> None:
        """One turn: at least two steps."""
        with threads(self.candidate.threads), torch.random.fork_rng():
            started, count = time.perf_counter(), 0
            while time.perf_counter() - started < SECONDS or count < 2:
                self.fastest, count = min(self.fastest, self._step()), count + 1

    def _step(self) -> float:
        _wait(self.candidate.device)
        started = time.perf_counter()
        with self.candidate.autocast():
            loss = self._objective.loss(self._net, self._batch)
        loss.backward()
        _wait(self.candidate.device)
        return time.perf_counter() - started


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device == "mps":
        torch.mps.synchronize()


def _key(candidates: list[Resolved], net: nn.Module, batch: Any) -> str:
    shapes = [tuple(p.shape) for p in net.parameters()]
    facts = (machine(), torch.__version__, candidates, repr(net), shapes, tuple(batch[0].shape))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _remembered() -> dict[str, Any]:
    try:
        stored = json.loads((cache_folder() / "resolved.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}
