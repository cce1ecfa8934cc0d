"""Weights as files: read without running anything, matched to a net by name and shape."""

import hashlib
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from convscope.errors import BadModel

Weights = Mapping[str, Tensor]


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors, .pt or .pth file, on the CPU.

    `BadModel` if there are none, or if a pickle holds more than tensors: nothing of it is run.
    """
    try:
        if path.suffix in (".pt", ".pth"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # torch warns of a damaged file before it fails
                content = torch.load(path, map_location="cpu", weights_only=True)
        else:
            content = load(path.read_bytes())
    except FileNotFoundError as error:
        raise BadModel(f"{path} does not exist: check the path") from error
    except Exception as error:  # a damaged pickle may fail in any way
        raise BadModel(
            f"{path} holds no weights that can be read safely: "
            "a .safetensors file, or a .pt file of a state_dict alone, is needed"
        ) from error
    if not isinstance(content, Mapping) or not all(
        isinstance(name, str) and isinstance(t, Tensor) for name, t in content.items()
    ):
        raise BadModel(f"{path} holds no plain state_dict: save `net.state_dict()`, not the net")
    return dict(content)


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
    """`weights` into `net`; `BadModel` names keys missing, unexpected or of another shape."""
    own = net.state_dict()
    problems = {
        "missing": sorted(own.keys() - weights.keys()),
        "unexpected": sorted(weights.keys() - own.keys()),
        "of another shape": [
            f"{key} {tuple(weights[key].shape)} instead of {tuple(own[key].shape)}"
            for key in own
            if key in weights and weights[key].shape != own[key].shape
        ],
    }
    found = [f"{word}: {_few(keys)}" for word, keys in problems.items() if keys]
    if found:
        raise BadModel(f"the weights of {source} do not fit the network ({'; '.join(found)})")
    net.load_state_dict(dict(weights))


def sha256(content: bytes) -> str:
    """The hexadecimal SHA-256 of `content`."""
    return hashlib.sha256(content).hexdigest()


def _few(keys: list[str]) -> str:
    return ", ".join(keys[:4]) + (f" and {len(keys) - 4} more" if len(keys) > 4 else "")
