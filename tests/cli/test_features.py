import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture
from safetensors import safe_open

from convscope.data.loading import load_data
from convscope.prediction.folder import load_model


@pytest.fixture
def digits(own_place):
    """Seven digits as files, each in the folder of its name."""
    validation = load_data("digits").validation
    for i in range(7):
        path = own_place / "written" / validation.class_names[validation.labels[i]] / f"={i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Picture.fromarray(validation.images[i][0].numpy()).resize((28, 28)).save(path)
    return own_place / "written"


def test_predict_writes_the_features_of_a_layer(convscope, digits):
    model = load_model("bundled:mnist-cnn")
    head = list(dict(model.net.named_modules()))[-1]
    words = ("predict", "bundled:mnist-cnn", "written", "--features", head)
    outcome = convscope(*words, "--out", "new/f.safetensors")
    assert outcome.code == 0
    assert f"7 pictures, 10 features each: layer {head}" in outcome.out
    with safe_open("new/f.safetensors", "pt") as file:
        features, metadata = file.get_tensor("features"), file.metadata()
    names = json.loads(metadata["names"])
    logits = [model.logits(model.preprocess(digits / name)[None])[0] for name in names]
    for row, expected in zip(features, logits, strict=True):
        np.testing.assert_allclose(row, expected, atol=1e-4)
    assert metadata["weights_sha256"] == model.provenance["weights_sha256"]
    assert json.loads(metadata["labels"]) == [name.split("/")[0] for name in names]


def test_files_and_folders_may_be_mixed_and_unreadable_ones_are_named(convscope, digits):
    (digits / "broken.png").write_bytes(b"no picture")
    some = next(digits.rglob("=3.png"))
    words = ("predict", "bundled:mnist-cnn", str(some), "written", "--features", "fc1")
    outcome = convscope(*words, "--out", "f.npz")
    assert outcome.code == 2
    assert "broken.png" in outcome.err
    with np.load("f.npz") as file:
        assert len(file["names"]) == 8
        assert len(file["features"]) == 8


def test_features_and_a_table_of_predictions_are_two_things(convscope, digits):
    outcome = convscope(
        "predict", "bundled:mnist-cnn", "written", "--features", "fc1", "--out", "f.csv", "--csv"
    )
    assert outcome.code == 2
    assert "leave --csv out" in outcome.err


def test_everything_at_once_as_one_json_object(convscope, digits):
    image = next(digits.rglob("=2.png"))
    outcome = convscope(
        "features", "bundled:mnist-cnn", "written", "--out", "f.csv", "--neighbours", str(image),
        "--count", "3", "--picture", "n.png", "--map", "m.html", "--method", "pca", "--json",
    )  # fmt: skip
    assert outcome.code == 0
    answer = json.loads(outcome.out)
    assert answer["pictures"] == 7
    assert answer["label"] == image.parent.name
    assert [each["rank"] for each in answer["neighbours"]] == [1, 2, 3]
    assert all(answer[key] == file for key, file in
               [("out", "f.csv"), ("picture", "n.png"), ("map", "m.html")])  # fmt: skip
    assert "a map of 7 pictures" in Path("m.html").read_text(encoding="utf-8")


def test_neighbours_are_a_table(convscope, digits):
    image = next(digits.rglob("=2.png"))
    words = ("features", "bundled:mnist-cnn", "written", "--neighbours", str(image))
    lines = convscope(*words, "--distance", "euclidean").out.splitlines()
    assert lines[0].split()[:3] == ["rank", "euclidean", "label"]
    distances = [float(line.split()[1]) for line in lines[1:7]]
    assert distances == sorted(distances)
    assert lines[7].startswith("asked: ")


def test_a_catalogue_set_is_named(convscope):
    outcome = convscope("features", "bundled:mnist-cnn", "digits", "--out", "f.npz", "--part",
                        "validation")  # fmt: skip
    assert outcome.code == 0
    with np.load("f.npz") as file:
        assert file["labels"].tolist() == [
            str(label) for label in load_data("digits").validation.labels.tolist()
        ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing is asked for"),
        (["--out", "f.pt"], ".safetensors, .npz, .csv"),
        (["--map", "m.pdf"], "m.pdf"),
        (["--map", "m.html", "--picture", "n.png"], "--neighbours IMAGE"),
        (["--neighbours", "x.png", "--picture", "n.gif"], ".svg or .png"),
        (["--out", "f.npz", "--layer", "fc11"], "did you mean fc1"),
        (["--out", "f.npz", "--part", "test"], "has no parts"),
        (["--neighbours", "absent.png"], "absent.png"),
    ],
)
def test_what_cannot_be_given_is_one_sentence(convscope, digits, words, said):
    outcome = convscope("features", "bundled:mnist-cnn", "written", *words)
    assert outcome.code == 2
    assert outcome.out == ""
    assert said in outcome.err


def test_predict_says_what_features_need(convscope, digits):
    words = ("predict", "bundled:mnist-cnn", "written", "--features", "fc1")
    assert "--out FILE" in convscope(*words).err
    assert "for --features LAYER" in convscope(*words[:3], "--out", "f.npz").err
