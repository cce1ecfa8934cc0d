"""What `auto` means on this machine: the fastest way to compute a training step, measured once and remembered."""

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
from convscope.device import Resolved, computes_bfloat16, find_device, machine, threads
from convscope.errors import ConvscopeError
from convscope.training.objective import Objective
from convscope.training.recipe import Recipe

SECONDS = 0.15
"""Spent on each candidate, after a first step that is not counted."""
GAIN = 1.05
"""How much faster than the usual choice another must be to be taken."""


def resolve(recipe: Recipe, net: nn.Module, objective: Objective, batch: Any) -> Resolved:
    """The fastest of what the recipe leaves open for this net and batch; what the recipe fixes is taken as it is."""
    device = find_device(recipe.device)
    candidates = list(_candidates(recipe, device))
    if len(candidates) == 1:
        return candidates[0]
    key = _key(candidates, net, batch)
    remembered = _remembered()
    with suppress(KeyError, TypeError):
        return Resolved(**remembered[key])
    usual = candidates[0]
    times = {candidate: _step_time(candidate, net, objective, batch) for candidate in candidates}
    fastest = min(times, key=lambda candidate: times[candidate])
    chosen = fastest if times[fastest] * GAIN < times[usual] else usual
    with suppress(ConvscopeError):  # a cache folder that cannot be written is no reason to stop
        make_folder(cache_folder())
        write_json(cache_folder() / "calibration.json", {**remembered, key: chosen.to_json()})
    return chosen


def _candidates(recipe: Recipe, device: torch.device) -> Iterator[Resolved]:
    """Every way the recipe allows, the usual one first."""
    cores = os.cpu_count() or 1
    on_cpu = device.type == "cpu"
    counts = [recipe.threads] if recipe.threads else sorted({cores, 1}, reverse=True)[: 1 + on_cpu]
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


def _step_time(candidate: Resolved, net: nn.Module, objective: Objective, batch: Any) -> float:
    """Seconds of the fastest forward and backward pass of a copy of `net`."""
    trial = copy.deepcopy(net).to(candidate.device).train()
    images, targets = batch
    moved = (
        images.to(candidate.device).contiguous(memory_format=candidate.format),
        targets.to(candidate.device),
    )
    fastest, spent, count = float("inf"), 0.0, 0
    with threads(candidate.threads), torch.random.fork_rng():
        while spent < SECONDS or count < 4:
            _wait(candidate.device)
            started = time.perf_counter()
            with candidate.autocast():
                loss = objective.loss(trial, moved)
            loss.backward()
            _wait(candidate.device)
            taken = time.perf_counter() - started
            if count:  # the first step of a shape pays for code generation
                fastest, spent = min(fastest, taken), spent + taken
            count += 1
    return fastest


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)


def _key(candidates: list[Resolved], net: nn.Module, batch: Any) -> str:
    shapes = [tuple(p.shape) for p in net.parameters()]
    facts = (machine(), torch.__version__, candidates, repr(net), shapes, tuple(batch[0].shape))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _remembered() -> dict[str, Any]:
    try:
        stored = json.loads((cache_folder() / "calibration.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}
