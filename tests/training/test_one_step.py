"""One step against the same step written with torch alone."""

import copy
import json
import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.testing import assert_close

from convscope.data.preprocess import Preprocessing
from convscope.errors import BadNetwork, BadValue, Diverged, UnknownName
from convscope.networks.cnn import CNN
from convscope.networks.mlp import MLP
from convscope.prediction.model import Model
from convscope.seed import seeded
from convscope.training.one_step import take_one_step

NAMES = ("ant", "bee", "cat", "dog", "eel")
PICTURE = np.random.default_rng(0).integers(0, 256, (11, 13, 1), dtype=np.uint8)


def model(net: nn.Module, **fields) -> Model:
    step = Preprocessing(size=(11, 13), resize=11, channels=1, mean=(0.4,), std=(0.3,), **fields)
    return Model(net=net, preprocessing=step, target_names=NAMES)


@pytest.fixture
def mlp() -> Model:
    with seeded("one step"):
        return model(MLP(5, 1, (11, 13), hidden=(17,), dropout=0.5).train())


@pytest.fixture
def cnn() -> Model:
    with seeded("one step"):
        return model(CNN(5, 1, (11, 13), hidden=7))


def by_torch(model: Model, label: int, rate: float) -> tuple[nn.Module, Tensor, Tensor, Tensor]:
    """The net after the step, the image, the logits before, and the loss before."""
    net = copy.deepcopy(model.net).eval()
    image = model.preprocess(PICTURE)[None]
    logits = net(image)
    loss = F.cross_entropy(logits, torch.tensor([label]))
    loss.backward()
    torch.optim.SGD(net.parameters(), lr=rate).step()
    return net, image, logits.detach()[0], loss.detach()


def test_the_numbers_are_those_of_torch(mlp):
    taken = take_one_step(mlp, PICTURE, "cat", weight="fc1.weight[3,71]", learning_rate=0.05)
    net, image, logits, loss = by_torch(mlp, 2, 0.05)
    before, after = mlp.net.get_parameter("fc1.weight"), net.get_parameter("fc1.weight")
    assert (taken.class_names, taken.label) == (NAMES, 2)
    assert taken.logits == tuple(logits.tolist())
    assert taken.probabilities == tuple(logits.softmax(0).tolist())
    assert taken.loss == loss.item()
    assert taken.weight.before == before[3, 71].item()
    assert after.grad is not None
    assert taken.weight.gradient == after.grad[3, 71].item()
    assert taken.weight.after == after[3, 71].item()
    assert taken.weight.after != taken.weight.before
    answer = net(image)
    assert taken.loss_after == F.cross_entropy(answer, torch.tensor([2])).item()
    assert taken.probability_after == answer.softmax(1)[0, 2].item()


def test_the_numbers_follow_from_each_other_by_their_formulas(mlp):
    taken = take_one_step(mlp, PICTURE, "dog", learning_rate=0.01)
    assert taken.largest == max(taken.logits)
    expected = [math.exp(z - taken.largest) for z in taken.logits]
    assert taken.exponentials == pytest.approx(expected, rel=1e-5)
    assert taken.exponential_sum == pytest.approx(sum(expected), rel=1e-6)
    assert taken.probabilities == pytest.approx([e / sum(expected) for e in expected], rel=1e-5)
    assert taken.loss == pytest.approx(-math.log(taken.probabilities[3]), rel=1e-5)
    truth = [0, 0, 0, 1, 0]
    expected = [p - y for p, y in zip(taken.probabilities, truth, strict=True)]
    assert taken.logit_gradient == pytest.approx(expected, abs=1e-6)
    weight = taken.weight
    assert weight.name == "fc2.weight"
    assert weight.unit_gradient == pytest.approx(taken.logit_gradient[weight.index[0]])
    assert weight.incoming is not None
    assert weight.gradient == pytest.approx(weight.unit_gradient * weight.incoming)
    assert weight.after == pytest.approx(weight.before - 0.01 * weight.gradient, abs=1e-8)


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_a_short_step_lowers_the_loss_as_its_slope_says(name, request):
    given = request.getfixturevalue(name)
    taken = take_one_step(given, PICTURE, "bee", learning_rate=1e-3)
    net, _, _, _ = by_torch(given, 1, 1e-3)
    squares = [
        p.grad.double().square().sum().item() for p in net.parameters() if p.grad is not None
    ]
    assert taken.squared_gradient == pytest.approx(sum(squares))
    assert taken.expected_fall == pytest.approx(1e-3 * sum(squares))
    assert taken.fall == taken.loss - taken.loss_after
    assert taken.fall == pytest.approx(taken.expected_fall, rel=0.1)
    assert taken.fall > 0


def test_the_watched_weight_of_a_linear_layer_inside_has_its_two_factors_too(mlp):
    taken = take_one_step(mlp, PICTURE, "eel", weight="fc1.weight[5,17]").weight
    incoming = mlp.preprocess(PICTURE).flatten()[17].item()
    assert taken.incoming == incoming
    assert taken.gradient == pytest.approx((taken.unit_gradient or 0) * incoming, rel=1e-5)


def test_a_filters_weight_sums_over_places_and_has_no_two_factors(cnn):
    weight = take_one_step(cnn, PICTURE, "eel", weight="conv1.weight[3,0,2,1]").weight
    assert (weight.unit_gradient, weight.incoming) == (None, None)
    assert weight.gradient != 0
    assert take_one_step(cnn, PICTURE, "eel", weight="fc1.bias[2]").weight.incoming is None


def test_nothing_of_the_model_is_changed(mlp):
    before = copy.deepcopy(mlp.net.state_dict())
    mlp.net.requires_grad_(False)
    take_one_step(mlp, PICTURE, "cat", learning_rate=3.0)
    assert_close(mlp.net.state_dict(), before, rtol=0, atol=0)
    assert mlp.net.training
    assert not any(p.requires_grad for p in mlp.net.parameters())
    assert not any(module._forward_hooks for module in mlp.net.modules())


def test_dropout_is_off_so_the_numbers_can_be_had_again(mlp):
    assert take_one_step(mlp, PICTURE, "cat") == take_one_step(mlp, PICTURE, "cat")


def test_a_permuted_and_an_inverted_picture_go_the_models_own_way(mlp):
    permuted = Model(
        net=mlp.net,
        preprocessing=model(mlp.net, permutation=3).preprocessing,
        target_names=NAMES,
    )
    taken = take_one_step(permuted, PICTURE, "cat", invert=True)
    answered = permuted.logits(permuted.preprocess(255 - PICTURE)[None])[0]
    assert_close(torch.tensor(taken.logits), answered)


def test_it_becomes_json_whole(mlp):
    taken = take_one_step(mlp, PICTURE, "cat")
    told = json.loads(json.dumps(taken.to_json(), allow_nan=False))
    assert told["weight"]["index"] == list(taken.weight.index)
    assert told["fall"] == taken.fall
    assert tuple(told["logit_gradient"]) == taken.logit_gradient


class Wild(nn.Module):
    """Gives the same scores for every picture."""

    def __init__(self, *scores: float) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.tensor(scores, dtype=torch.float32))

    def forward(self, images: Tensor) -> Tensor:
        return self.scores.expand(len(images), -1)


def test_what_makes_no_sense_is_told(mlp):
    with pytest.raises(UnknownName, match="no class of the model is called 'cta': did you mean ca"):
        take_one_step(mlp, PICTURE, "cta")
    for rate in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(BadValue, match=f"learning rate {rate:g}: a number above 0"):
            take_one_step(mlp, PICTURE, "cat", learning_rate=rate)
    with pytest.raises(Diverged, match=r"1e\+38 times the gradient is too long a step"):
        take_one_step(mlp, PICTURE, "cat", learning_rate=1e38)
    with pytest.raises(Diverged, match="no finite numbers"):
        take_one_step(model(Wild(0, math.nan, 0, 0, 0)), PICTURE, "cat")
    with pytest.raises(BadNetwork, match="Sequential has no weights"):
        take_one_step(model(nn.Sequential(nn.Flatten())), PICTURE, "cat")


def test_equal_scores_have_the_loss_of_guessing():
    taken = take_one_step(model(Wild(1, 1, 1, 1, 1)), PICTURE, "ant", learning_rate=0.5)
    assert taken.loss == pytest.approx(math.log(5))
    assert taken.logit_gradient == pytest.approx([0.2 - 1, 0.2, 0.2, 0.2, 0.2])
    assert taken.weight.name == "scores"
    assert taken.weight.index == (0,)
    assert taken.weight.after == pytest.approx(1 + 0.5 * 0.8)
    assert taken.squared_gradient == pytest.approx(0.8**2 + 4 * 0.2**2)
