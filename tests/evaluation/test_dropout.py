import numpy as np
import pytest
import torch
from torch import nn

from convscope.data.preprocess import Preprocessing
from convscope.evaluation.dropout import answer_in_both_modes
from convscope.prediction.model import Model

PIXELS = np.random.default_rng(7).integers(0, 256, (11, 13, 1), dtype=np.uint8)


def make_model(p: float) -> Model:
    net = nn.Sequential(
        nn.Conv2d(1, 5, 3), nn.BatchNorm2d(5), nn.Flatten(), nn.Dropout(p), nn.Linear(495, 3)
    )
    net.train()
    net[3].eval()
    preprocessing = Preprocessing(size=(11, 13), resize=11, channels=1, mean=(0.5,), std=(0.5,))
    return Model(net=net, preprocessing=preprocessing, target_names=("ant", "bee", "cat"))


def test_evaluation_answers_are_all_equal_and_training_answers_all_differ():
    model = make_model(0.5)
    both = answer_in_both_modes(model, PIXELS, times=7)
    assert [len(both.train), len(both.eval)] == [7, 7]
    assert set(both.eval) == {model.predict(PIXELS)}
    assert len(set(both.train)) == 7
    assert both.has_dropout


@pytest.mark.parametrize("p", [0.0, None])
def test_without_dropout_nothing_differs_and_it_is_said(p):
    model = make_model(0.0)
    if p is None:
        model.net[3] = nn.Identity()
    both = answer_in_both_modes(model, PIXELS, times=3)
    assert len({*both.train, *both.eval}) == 1
    assert not both.has_dropout


def test_modes_statistics_and_the_generator_are_as_they_were():
    model = make_model(0.5)
    before = {key: t.clone() for key, t in model.net.state_dict().items()}
    modes = [m.training for m in model.net.modules()]
    drawn = torch.get_rng_state()
    answer_in_both_modes(model, PIXELS, times=3)
    assert (
        [m.training for m in model.net.modules()] == modes == [True, True, True, True, False, True]
    )
    assert all(torch.equal(t, before[key]) for key, t in model.net.state_dict().items())
    assert torch.equal(torch.get_rng_state(), drawn)


def test_the_demonstration_is_the_same_each_time():
    model = make_model(0.5)
    first, again = (answer_in_both_modes(model, PIXELS, times=5).to_json() for _ in range(2))
    assert first == again
    assert first["has_dropout"] is True
    assert all(0 < answer["probability"] <= 1 for answer in first["train"])
