"""Weights as files: read without running anything, matched to a net by name and shape."""

import hashlib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from convscope.errors import BadModel
from convscope.lookup import few

Weights = Mapping[str, Tensor]

WRAPPINGS = ("state_dict", "model_state_dict", "model")
"""Under which a checkpoint keeps the weights, beside what training goes on with."""
PREFIXES = {"module.": "DataParallel", "_orig_mod.": "torch.compile"}
"""What wrapping a net puts before each of its keys."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors file, or of what torch saved as .pt, .pth or .bin, on the CPU.

    `BadModel` if there are none, or if a pickle holds more than tensors: nothing of it is run.
    """
    return open_weights(path)[0]


def open_weights(path: Path) -> tuple[dict[str, Tensor], list[str]]:
    """What `read_weights` gives, and in sentences what had to be taken off to come to it.

    That is the rest of a checkpoint, and what DataParallel or torch.compile put before each key.
    """
    content, notes = _content(path), []
    wrapping = next((key for key in WRAPPINGS if _is_state_dict(_entry(content, key))), None)
    if wrapping is not None:
        content = content[wrapping]
        notes.append(f"{path} is a checkpoint: its {wrapping} is used, the rest is left alone")
    if not _is_state_dict(content):
        raise BadModel(f"{path} holds no plain state_dict: save `net.state_dict()`, not the net")
    weights = dict(content)
    if sparse := [key for key, t in weights.items() if t.layout != torch.strided]:
        raise BadModel(f"{path} holds sparse tensors ({few(sparse, 4)}): save them `.to_dense()`")
    for prefix, origin in PREFIXES.items():
        if weights and all(key.startswith(prefix) for key in weights):
            weights = {key.removeprefix(prefix): t for key, t in weights.items()}
            notes.append(f"the keys of {path} begin with {prefix!r}, of {origin}: taken off")
    return weights, notes


def _content(path: Path) -> Any:
    """What the file holds, tensors on the CPU; nothing of it is run."""
    try:
        if path.suffix == ".safetensors":
            return load(path.read_bytes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of a damaged file before it fails
            return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise BadModel(f"{path} does not exist: check the path") from error
    except Exception as error:  # a damaged pickle may fail in any way
        raise BadModel(f"{path} {_refusal(error)}") from error


def _refusal(error: Exception) -> str:
    """Why a file cannot be read, and what to do."""
    cut_off = isinstance(error, EOFError | RuntimeError | SafetensorError)
    if cut_off and "TorchScript" not in str(error):
        return "is cut off or damaged: fetch or copy it again"
    return (
        "holds no weights that can be read safely: save `net.state_dict()` where it was made, "
        "because a .safetensors file, or a .pt file of a state_dict alone, is needed"
    )


def _entry(content: Any, key: str) -> Any:
    return content.get(key) if isinstance(content, Mapping) else None


def _is_state_dict(content: Any) -> bool:
    return isinstance(content, Mapping) and all(
        isinstance(name, str) and isinstance(t, Tensor) for name, t in content.items()
    )


def encode_weights(net: nn.Module) -> bytes:
    """The net's parameters and buffers as a .safetensors file: equal weights, equal bytes."""
    return save(plain(net.state_dict()))


def plain(tensors: Weights) -> dict[str, Tensor]:
    """`tensors` on the CPU, contiguous, none sharing memory with another."""
    return {
        name: t.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, t in tensors.items()
    }


def put_weights(net: nn.Module, weights: Weights, source: str) -> None:
    """`weights` into `net`; `BadModel` names keys missing, unexpected, or of another shape or kind.

    The count of batches that a batch normalisation has seen, which old files lack, may be missing.
    """
    own = net.state_dict()
    counts = {key for key in own if key.endswith("num_batches_tracked")}
    problems = {
        "missing": sorted(own.keys() - weights.keys() - counts),
        "unexpected": sorted(weights.keys() - own.keys()),
        "of another shape": [
            f"{key} {tuple(weights[key].shape)} instead of {tuple(own[key].shape)}"
            for key in own
            if key in weights and weights[key].shape != own[key].shape
        ],
        "of another kind": [
            f"{key} {weights[key].dtype}"
            for key in own
            if key in weights
            and own[key].is_floating_point()
            and not weights[key].is_floating_point()
        ],
    }
    found = [f"{word}: {few(keys, 4)}" for word, keys in problems.items() if keys]
    if found:
        raise BadModel(
            f"the weights of {source} do not fit the network ({'; '.join(found)}): "
            "take the network, and the arguments of it, that they were made for"
        )
    net.load_state_dict({**own, **weights})


def sha256(content: bytes) -> str:
    """The hexadecimal SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()
