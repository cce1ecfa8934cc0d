import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork, UnknownName
from convscope.seeing.activations import recording, watching


def net() -> nn.Sequential:
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(2, 3, 5), nn.ReLU(), nn.Flatten(), nn.Linear(3 * 3 * 7, 4))


def hooks_of(watched: nn.Module) -> int:
    return sum(len(module._forward_hooks) for module in watched.modules())


def test_it_holds_what_the_layers_answer_with_the_gradient_path():
    watched, images = net(), torch.randn(2, 2, 7, 11)
    with watching(watched, ["0", "3"]) as answers:
        logits = watched(images)
    torch.testing.assert_close(answers["0"], watched[0](images))
    torch.testing.assert_close(answers["3"], logits, rtol=0, atol=0)
    assert answers["0"].grad_fn is not None
    assert hooks_of(watched) == 0


def test_what_works_in_place_afterwards_changes_nothing():
    watched = nn.Sequential(nn.Conv2d(2, 3, 5), nn.ReLU(inplace=True))
    images = torch.randn(2, 2, 7, 11)
    with watching(watched, ["0"]) as answers:
        rectified = watched(images)
    torch.testing.assert_close(answers["0"], watched[0](images))
    assert answers["0"].min() < 0
    assert rectified.min() == 0


def test_the_hooks_go_after_an_error():
    watched = net()
    with watching(watched, ["1"]):
        assert hooks_of(watched) == 1
    with pytest.raises(RuntimeError), watching(watched, ["1"]):
        watched(torch.randn(2, 5, 7, 11))
    assert hooks_of(watched) == 0


def test_an_unknown_layer_is_answered_with_the_likely_one_and_leaves_no_hook():
    watched = nn.Sequential()
    watched.add_module("features", nn.ReLU())
    with pytest.raises(UnknownName, match="did you mean features"), watching(watched, ["feature"]):
        pass
    assert hooks_of(watched) == 0


def test_a_layer_that_answers_two_tensors_is_refused():
    watched = nn.Sequential(nn.LSTM(3, 5))
    with pytest.raises(BadNetwork, match="layer 0 answers a tuple"), watching(watched, ["0"]):
        watched(torch.randn(2, 7, 3))
    assert hooks_of(watched) == 0


def test_the_innermost_modules_are_recorded_in_the_order_of_their_calls():
    watched = nn.Sequential(nn.Sequential(nn.Conv2d(2, 3, 1), nn.ReLU()), nn.Flatten())
    with recording(watched) as called:
        watched(torch.randn(2, 2, 5, 7))
    assert called == ["0.0", "0.1", "1"]
    assert hooks_of(watched) == 0
