"""Checkpoints: everything needed to go on as if nothing had happened.

Each is one safetensors file, written whole: the tensors of named modules and optimisers, and
loose ones; all else is JSON in the file's header.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from convscope.atomic import make_folder, replacing
from convscope.errors import BadModel
from convscope.prediction.weights import plain, put_weights

KEPT = 2
"""The newest checkpoint, and the one before it."""


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds: tensors by "section/name", and facts."""

    tensors: Mapping[str, Tensor]
    facts: Mapping[str, Any]

    def section(self, name: str) -> dict[str, Tensor]:
        """The tensors below `name/`."""
        return {
            key.removeprefix(f"{name}/"): tensor
            for key, tensor in self.tensors.items()
            if key.startswith(f"{name}/")
        }

    def restore_module(self, name: str, module: nn.Module) -> None:
        """The weights of section `name` into `module`."""
        put_weights(module, self.section(name), f"the checkpoint's {name}")

    def restore_optimizer(self, name: str, optimizer: Optimizer) -> None:
        """The momenta and counters of section `name`, laid out in memory as the parameters are."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        for key, tensor in self.section(name).items():
            index, _, entry = key.partition("/")
            parameter = parameters[int(index)]
            if tensor.shape == parameter.shape:
                optimizer.state[parameter][entry] = torch.empty_like(parameter).copy_(tensor)
            else:
                optimizer.state[parameter][entry] = tensor.to(parameter.device)


def save_checkpoint(
    folder: Path,
    facts: Mapping[str, Any],
    *,
    modules: Mapping[str, nn.Module],
    optimizers: Mapping[str, Optimizer],
    tensors: Mapping[str, Mapping[str, Tensor]],
) -> Path:
    """Write the next checkpoint in `folder`, then delete all but the newest two."""
    make_folder(folder)
    sections = {
        **{name: module.state_dict() for name, module in modules.items()},
        **{name: _optimizer_tensors(optimizer) for name, optimizer in optimizers.items()},
        **tensors,
    }
    content = {
        f"{section}/{key}": tensor
        for section, named in sections.items()
        for key, tensor in plain(named).items()
    }
    present = _files(folder)
    path = folder / f"{_number(present[-1]) + 1 if present else 0:08d}.safetensors"
    with replacing(path) as part:
        part.write_bytes(save(content, {"convscope": json.dumps(facts)}))
    for old in present[: 1 - KEPT]:
        old.unlink(missing_ok=True)
    for unfinished in folder.glob(".*.part"):
        unfinished.unlink(missing_ok=True)
    return path


def read_checkpoint(folder: Path) -> Checkpoint:
    """The newest checkpoint in `folder` that can be read; `BadModel` if there is none."""
    for path in reversed(_files(folder)):
        try:
            with safe_open(path, "pt") as stored:
                facts = json.loads((stored.metadata() or {})["convscope"])
                return Checkpoint({key: stored.get_tensor(key) for key in stored.keys()}, facts)  # noqa: SIM118
        except (SafetensorError, OSError, KeyError, ValueError):
            continue
    raise BadModel(f"{folder} holds no checkpoint: the run cannot go on, start it anew")


def _optimizer_tensors(optimizer: Optimizer) -> dict[str, Tensor]:
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    return {
        f"{i}/{entry}": value
        for i, parameter in enumerate(parameters)
        for entry, value in optimizer.state.get(parameter, {}).items()
        if isinstance(value, Tensor)
    }


def _files(folder: Path) -> list[Path]:
    """The checkpoints in `folder`, the oldest first."""
    return sorted(p for p in folder.glob("*.safetensors") if re.fullmatch(r"\d{8}", p.stem))


def _number(path: Path) -> int:
    return int(path.stem)
