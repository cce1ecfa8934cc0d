import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.steps import BATCH, IMAGE
from convscope.networks.trace import trace


class Branches(nn.Module):
    """Modules and functions, a shared activation, a skip, and a layer that is never called."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.BatchNorm2d(5))
        self.side = nn.Conv2d(5, 5, 1)
        self.relu = nn.ReLU()
        self.spare = nn.Linear(2, 2)
        self.head = nn.Linear(5, 7)

    def forward(self, images):
        maps = self.relu(self.stem(images))
        maps = self.relu(self.side(maps) + maps)
        maps = F.dropout(F.relu(F.max_pool2d(maps, 2)), training=self.training)
        return self.head(maps.mean((2, 3)))


def test_layers_and_functions_come_in_the_order_in_which_they_are_run():
    steps = trace(Branches(), (3, 11, 13)).steps
    assert [(step.call.name, step.call.kind) for step in steps] == [
        ("stem.0", "Conv2d"), ("stem.1", "BatchNorm2d"), ("relu", "ReLU"), ("side", "Conv2d"),
        ("add()", "add"), ("relu", "ReLU"), ("max_pool2d()", "max_pool2d"), ("mean()", "mean"),
        ("head", "Linear"),
    ]  # fmt: skip
    assert [step.sources for step in steps] == [
        (IMAGE,), (0,), (1,), (2,), (2, 3), (4,), (5,), (6,), (7,),
    ]  # fmt: skip
    assert steps[6].output_shape == (BATCH, 5, 5, 6)


def test_functions_are_named_by_where_they_are_called():
    class Inner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3)

        def forward(self, maps):
            maps = self.conv(maps)
            maps += maps.mT.mT[:, :, :1]
            return maps

    names = [step.call.name for step in trace(nn.Sequential(Inner()), (3, 7, 11)).steps]
    assert names == ["0.conv", "0.mT()", "0.mT()", "0.index()", "0.add()"]


def test_where_a_net_fails_is_its_innermost_call():
    found = trace(nn.Sequential(nn.Flatten(), nn.Sequential(nn.Linear(5, 7))), (3, 2))
    assert (found.failed.name, found.failed.kind) == ("1.0", "Linear")
    assert found.failed.input_shapes == ((BATCH, 6),)
    assert found.output is None
    assert [step.call.name for step in found.steps] == ["0"]
    assert found.maker(found.failed) is found.steps[0]


@pytest.mark.parametrize(("length", "axes"), [((17,), 1), ((3, 17), 2), ((3, 11, 13), 2)])
def test_the_input_may_be_a_row_a_sequence_or_an_image(length, axes):
    found = trace(nn.ReLU(), length)
    assert found.steps[0].output_shape == (BATCH, *length)
    assert len(found.steps[0].reach) == (axes if len(length) > 1 else 0)


def test_tokens_that_are_numbers_of_words_are_whole_numbers():
    found = trace(nn.Sequential(nn.Embedding(29, 5), nn.LayerNorm(5), nn.Linear(5, 7)), (11,))
    assert found.error is None
    assert found.output.shape == (BATCH, 11, 7)
    assert [sight.field(11) for sight in found.steps[-1].reach] == [1]


def test_a_net_that_holds_no_modules_is_told_by_its_functions_and_a_layer_by_itself():
    class Written(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(5, 3, 3, 3))

        def forward(self, images):
            return F.relu(F.conv2d(images, self.weight))

    assert [s.call.name for s in trace(Written(), (3, 7, 11)).steps] == ["conv2d()"]
    assert [s.call.kind for s in trace(nn.Conv2d(3, 5, 3), (3, 7, 11)).steps] == ["Conv2d"]


def test_a_failure_that_the_net_catches_is_none():
    class Trying(nn.Module):
        def forward(self, images):
            try:
                maps = images.view(-1, 7, 1000)
            except RuntimeError:
                maps = images.flatten(1)
            return F.linear(maps, torch.ones(5, 429))

    found = trace(Trying(), (3, 11, 13))
    assert found.failed is None
    assert [step.call.name for step in found.steps] == ["flatten()", "linear()"]
