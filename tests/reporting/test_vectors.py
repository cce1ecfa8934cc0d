from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from convscope.data.loading import load_data
from convscope.errors import BadImage, UnknownName
from convscope.prediction.folder import load_model
from convscope.prediction.pictures import pictures_of
from convscope.reporting.chosen import in_folder
from convscope.reporting.vectors import default_layer, tabulate


@pytest.fixture(scope="module")
def model():
    return load_model("bundled:mnist-cnn")


@pytest.fixture(scope="module")
def digits():
    return load_data("digits").validation.subset(range(7))


@pytest.fixture
def folder(own_place):
    random = np.random.default_rng(3)
    for name in ("b", "a", "c"):
        Picture.fromarray(random.integers(0, 256, (31, 37), np.uint8)).save(f"{name}.png")
    (own_place / "aa.png").write_bytes(b"no picture")
    return own_place


def test_what_the_last_layer_answers_is_what_the_model_says(model, folder):
    head = list(dict(model.net.named_modules()))[-1]
    table = tabulate(model, in_folder(folder), head)
    assert table.pictures.names == ("a.png", "b.png", "c.png")
    assert list(table.unreadable) == ["aa.png"]
    for i, name in enumerate(table.pictures.names):
        ranking = model.predict(name)
        assert table.said(i) == pytest.approx(ranking.top(1)[0])
        logits = model.logits(model.preprocess(name)[None])[0]
        torch.testing.assert_close(table.vectors[i], logits)


def test_inverted_pictures_are_those_that_were_swapped(model, folder):
    swapped = tabulate(model, in_folder(folder), invert=True)
    images = torch.stack([model.preprocess(f"{name}.png", invert=True) for name in "abc"])
    torch.testing.assert_close(swapped.answers, model.logits(images))


def test_the_default_layer_is_the_last_before_the_answer(model, digits):
    table = tabulate(model, pictures_of("digits", [digits]))
    head = list(model.net.modules())[-1]
    assert default_layer(model) == table.layer
    torch.testing.assert_close(head(table.vectors).detach(), table.answers)
    assert table.about()["kept"] == "every value"
    assert table.about()["weights_sha256"] == model.provenance["weights_sha256"]


def test_maps_are_averaged_or_flat(model, digits):
    pictures = pictures_of("digits", [digits])
    convolution = next(n for n, m in model.net.named_modules() if isinstance(m, torch.nn.Conv2d))
    mean = tabulate(model, pictures, convolution)
    flat = tabulate(model, pictures, convolution, flat=True)
    maps = flat.vectors.unflatten(1, (mean.vectors.shape[1], -1))
    torch.testing.assert_close(maps.mean(2), mean.vectors)
    assert mean.about()["kept"] == "the mean over space"


def test_it_tells_how_far_it_is(model, digits):
    told = []
    tabulate(model, pictures_of("digits", [digits]), told=told.append)
    assert told == ["looking at pictures: 7 of 7"]


def test_what_cannot_be_looked_at_is_said(model, own_place):
    (own_place / "a.png").write_bytes(b"no picture")
    with pytest.raises(BadImage, match=r"a\.png"):
        tabulate(model, in_folder(own_place))
    digits = pictures_of("digits", [load_data("digits").test])
    with pytest.raises(UnknownName, match="no layer is called"):
        tabulate(model, digits.subset([0]), "nothing")


def test_points_say_no_class(model, digits):
    table = tabulate(model, pictures_of("digits", [digits]))
    assert replace(table, model=replace(model, task="points")).said(0) is None
