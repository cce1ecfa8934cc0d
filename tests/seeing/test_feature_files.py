import csv
import json

import numpy as np
import pytest
import torch
from safetensors import safe_open

from convscope.errors import BadValue
from convscope.seeing.feature_files import check_suffix, save_features

VECTORS = torch.randn(3, 5, generator=torch.Generator().manual_seed(5))
NAMES, LABELS = ["=1+1", "b/ü.png", "c,d"], ["-ants", None, "bees"]
ABOUT = {"layer": "fc1", "weights_sha256": "ab"}


def test_safetensors_holds_the_vectors_and_the_words(tmp_path):
    path = save_features(tmp_path / "new" / "f.safetensors", VECTORS, NAMES, LABELS, ABOUT)
    with safe_open(path, "pt") as file:
        assert file.get_tensor("features").equal(VECTORS)
        metadata = file.metadata()
    assert json.loads(metadata["names"]) == NAMES
    assert json.loads(metadata["labels"]) == LABELS
    assert metadata["layer"] == "fc1"
    assert [each.name for each in path.parent.iterdir()] == ["f.safetensors"]


def test_npz_holds_arrays_and_no_pickle(tmp_path):
    path = save_features(tmp_path / "f.npz", VECTORS, NAMES, LABELS, ABOUT)
    with np.load(path, allow_pickle=False) as file:
        np.testing.assert_array_equal(file["features"], VECTORS.numpy())
        assert file["names"].tolist() == NAMES
        assert file["labels"].tolist() == ["-ants", "", "bees"]
        assert str(file["weights_sha256"]) == "ab"


def test_csv_is_safe_in_a_spreadsheet_and_exact(tmp_path):
    path = save_features(tmp_path / "f.csv", VECTORS, NAMES, LABELS, ABOUT)
    with path.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["name", "label", *(f"feature_{i}" for i in range(5))]
    assert [row[:2] for row in rows] == [["'=1+1", "'-ants"], ["b/ü.png", ""], ["c,d", "bees"]]
    read = torch.tensor([[float(value) for value in row[2:]] for row in rows])
    assert read.equal(VECTORS)


def test_another_suffix_is_refused(tmp_path):
    with pytest.raises(BadValue, match=r"\.safetensors, \.npz, \.csv"):
        check_suffix(tmp_path / "f.pt")
