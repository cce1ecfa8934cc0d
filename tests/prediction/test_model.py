import numpy as np
import pytest
import torch
from PIL import Image

from convscope.data.preprocess import Preprocessing
from convscope.networks.mlp import MLP
from convscope.prediction.model import Model
from convscope.seed import seeded

NAMES = ("ant", "bee", "cat", "dog", "eel")


@pytest.fixture
def model() -> Model:
    preprocessing = Preprocessing(
        size=(11, 13), resize=11, channels=3, mean=(0.2, 0.3, 0.5), std=(0.1, 0.7, 0.3), border=0.1
    )
    with seeded("model"):
        net = MLP(num_classes=5, in_channels=3, input_size=(11, 13), hidden=(17,), dropout=0.5)
    return Model(net=net.train(), preprocessing=preprocessing, target_names=NAMES)


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (23, 31, 3), dtype=np.uint8)


def test_a_file_its_bytes_and_its_pixels_are_answered_alike(model, pixels, own_place):
    file = own_place / "picture.png"
    Image.fromarray(pixels).save(file)
    expected = model.predict(pixels)
    assert sum(expected.probabilities) == pytest.approx(1)
    for picture in (file, str(file), file.read_bytes()):
        assert model.predict(picture) == expected


def test_preprocess_is_its_preprocessing(model, pixels):
    assert model.image_shape == (3, 11, 13)
    assert torch.equal(model.preprocess(pixels), model.preprocessing(pixels))
    inverted = model.preprocess(pixels, invert=True)
    assert torch.equal(inverted, model.preprocessing(pixels, invert=True))
    assert not torch.equal(inverted, model.preprocess(pixels))


def test_the_ranking_is_the_softmax_of_the_net_in_evaluation_mode(model, pixels):
    model.net.eval()
    scores = model.net(model.preprocess(pixels)[None])[0]
    model.net.train()
    ranking = model.predict(pixels)
    assert ranking.best == NAMES[scores.argmax()]
    expected = dict(zip(NAMES, scores.softmax(0).tolist(), strict=True))
    assert dict(ranking.top(5)) == pytest.approx(expected, rel=1e-5)


def test_inverting_swaps_dark_and_bright(model, pixels):
    fitting = pixels[:11, :13]  # nothing is resized, so nothing is rounded
    assert model.predict(fitting, invert=True) == model.predict(255 - fitting)


def test_logits_are_given_in_evaluation_mode_without_gradients(model):
    images = torch.randn(7, 3, 11, 13)
    first, again = model.logits(images), model.logits(images)
    assert torch.equal(first, again)
    assert not first.requires_grad
    assert first.dtype == torch.float32


def test_every_module_gets_its_own_mode_back(model):
    model.net.dropout.eval()
    model.logits(torch.randn(2, 3, 11, 13))
    assert model.net.training
    assert model.net.fc1.training
    assert not model.net.dropout.training


def test_a_bright_border_looks_inverted_where_training_images_have_a_dark_one(model):
    white = np.full((11, 13, 3), 250, np.uint8)
    assert model.looks_inverted(white)
    assert not model.looks_inverted(255 - white)
