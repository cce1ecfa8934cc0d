"""A folder as Hugging Face lays it out: config.json, and the weights in one file beside it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convscope.data.preprocess import Preprocessing
from convscope.errors import BadModel
from convscope.networks.imagenet import imagenet_classes

FILES = ("model.safetensors", "pytorch_model.bin")
"""In the order of preference: the first is no pickle."""
INDEXES = tuple(f"{name}.index.json" for name in FILES)
"""What tells in which of several files each tensor lies."""


@dataclass(frozen=True, kw_only=True)
class HubFolder:
    """What such a folder brings; what its config.json does not say is None."""

    file: Path
    preprocessing: Preprocessing | None
    class_names: tuple[str, ...] | None
    notes: tuple[str, ...] = ()


def read_hub_folder(folder: Path) -> HubFolder:
    """What the folder brings: timm's config.json has its preprocessing, and often class names.

    `BadModel` if it holds no weights, or a config.json that cannot be read. Nothing is run.
    """
    file = next((folder / name for name in FILES if (folder / name).is_file()), None)
    if file is None and any((folder / name).is_file() for name in INDEXES):
        raise BadModel(
            f"the weights in {folder} are cut into several files: save them as one, "
            'model.save_pretrained(FOLDER, max_shard_size="100GB")'
        )
    if file is None:
        raise BadModel(f"{folder} holds no weights: {' or '.join(FILES)} is needed")
    config = hub_config(folder)
    try:
        preprocessing, resized = _preprocessing(config.get("pretrained_cfg") or {}, folder)
        class_names, named = _class_names(config, folder)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise BadModel(f"{folder / 'config.json'} is damaged: {error!r}") from error
    notes = (*resized, *named)
    return HubFolder(file=file, preprocessing=preprocessing, class_names=class_names, notes=notes)


def hub_config(folder: Path) -> dict[str, Any]:
    """The content of config.json; empty if there is none, `BadModel` if it is damaged."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise BadModel(f"{path} is damaged: {error}") from error
    if not isinstance(config, dict):
        raise BadModel(f"{path} is damaged: it holds no JSON object")
    return config


def _class_names(
    config: Mapping[str, Any], folder: Path
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    if "label_names" in config:
        return tuple(str(name) for name in config["label_names"]), ()
    if config.get("num_classes") != len(imagenet_classes()):
        return None, ()
    return imagenet_classes(), (f"{folder} has 1,000 classes without names: ImageNet's are used",)


def _preprocessing(
    stored: Mapping[str, Any], folder: Path
) -> tuple[Preprocessing | None, tuple[str, ...]]:
    """What timm calls pretrained_cfg, as a preprocessing, and what is done otherwise than it says.

    Of the input size, the share `crop_pct` is what the short side is larger by before the crop.
    """
    if not {"input_size", "mean", "std"} <= stored.keys():
        return None, ()
    channels, h, w = (int(length) for length in stored["input_size"])
    if not channels == len(stored["mean"]) == len(stored["std"]) or min(channels, h, w) < 1:
        raise ValueError(f"an input_size of {channels}x{h}x{w}, and not as many means")
    asked = stored.get("interpolation", "bilinear"), stored.get("crop_mode", "center")
    told = (
        f"{folder} asks for {' resizing and a crop of '.join(asked)}: bilinear and center are "
        "used, which may cost accuracy"
    )
    return Preprocessing(
        size=(h, w),
        resize=math.floor(min(h, w) / float(stored.get("crop_pct", 1))),
        channels=channels,
        mean=tuple(float(value) for value in stored["mean"]),
        std=tuple(float(value) for value in stored["std"]),
    ), (() if asked == ("bilinear", "center") else (told,))
