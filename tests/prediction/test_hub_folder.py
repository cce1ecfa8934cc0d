import json
from pathlib import Path

import pytest
import safetensors.torch
import torch

from convscope.errors import BadModel
from convscope.networks.imagenet import imagenet_classes
from convscope.prediction.hub_folder import read_hub_folder

CONFIG = {
    "architecture": "resnet18",
    "num_classes": 3,
    "label_names": ["ant", "bee", "cat"],
    "pretrained_cfg": {
        "input_size": [3, 160, 192],
        "interpolation": "bilinear",
        "crop_pct": 0.875,
        "crop_mode": "center",
        "mean": [0.1, 0.2, 0.3],
        "std": [0.4, 0.5, 0.6],
    },
}
"""As timm 1.0 writes it."""


def folder(place: Path, *files: str, config: object = None) -> Path:
    for name in files:
        (place / name).touch()
    if config is not None:
        (place / "config.json").write_text(json.dumps(config))
    return place


def altered(**fields: object) -> dict[str, object]:
    return {**CONFIG, "pretrained_cfg": {**CONFIG["pretrained_cfg"], **fields}}


def test_everything_that_timm_writes_is_taken(own_place):
    found = read_hub_folder(folder(own_place, "model.safetensors", config=CONFIG))
    preprocessing = found.preprocessing
    assert preprocessing is not None
    assert (preprocessing.size, preprocessing.resize) == ((160, 192), 182)  # 160 / 0.875
    assert preprocessing.mean == (0.1, 0.2, 0.3)
    assert preprocessing.std == (0.4, 0.5, 0.6)
    assert preprocessing.channels == 3
    assert found.class_names == ("ant", "bee", "cat")
    assert found.notes == ()


def test_safetensors_are_preferred_to_a_pickle(own_place):
    both = folder(own_place, "model.safetensors", "pytorch_model.bin")
    assert read_hub_folder(both).file.name == "model.safetensors"
    (own_place / "model.safetensors").unlink()
    assert read_hub_folder(own_place).file.name == "pytorch_model.bin"


@pytest.mark.parametrize("config", [None, {}, {"model_type": "resnet"}])
def test_what_config_json_does_not_say_is_not_made_up(own_place, config):
    found = read_hub_folder(folder(own_place, "pytorch_model.bin", config=config))
    assert (found.preprocessing, found.class_names, found.notes) == (None, None, ())


def test_a_thousand_classes_without_names_are_imagenets_and_that_is_said(own_place):
    config = {"num_classes": 1000}
    found = read_hub_folder(folder(own_place, "model.safetensors", config=config))
    assert found.class_names == imagenet_classes()
    assert "1,000 classes without names: ImageNet's are used" in found.notes[0]


@pytest.mark.parametrize("field", [{"interpolation": "bicubic"}, {"crop_mode": "squash"}])
def test_what_is_done_otherwise_than_asked_is_said(own_place, field):
    found = read_hub_folder(folder(own_place, "model.safetensors", config=altered(**field)))
    assert next(iter(field.values())) in found.notes[0]
    assert "bilinear and center are used" in found.notes[0]


@pytest.mark.parametrize(
    "config",
    [
        [1],
        altered(mean=[0.1]),
        altered(std=None),
        altered(input_size=[3, 0, 160]),
        altered(crop_pct=0),
        altered(input_size="x"),
        {**CONFIG, "label_names": 7},
        {**CONFIG, "pretrained_cfg": 7},
    ],
)
def test_a_damaged_config_is_told(own_place, config):
    with pytest.raises(BadModel, match="config.json is damaged"):
        read_hub_folder(folder(own_place, "model.safetensors", config=config))


def test_a_config_that_is_no_json_is_told(own_place):
    (folder(own_place, "model.safetensors") / "config.json").write_text("{")
    with pytest.raises(BadModel, match="config.json is damaged"):
        read_hub_folder(own_place)


def test_a_folder_without_weights_is_told(own_place):
    with pytest.raises(BadModel, match="holds no weights: model.safetensors or pytorch_model.bin"):
        read_hub_folder(folder(own_place, config=CONFIG))


def test_the_file_holds_the_weights_as_they_were_saved(own_place):
    safetensors.torch.save_file({"a": torch.arange(7)}, own_place / "model.safetensors")
    found = read_hub_folder(own_place)
    assert torch.equal(safetensors.torch.load_file(found.file)["a"], torch.arange(7))
