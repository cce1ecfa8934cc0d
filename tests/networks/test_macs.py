import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from convscope.networks.steps import BATCH
from convscope.networks.trace import trace

FILTERS = torch.ones(5, 6, 3, 2)
NETS = {
    "convolution": (nn.Conv2d(6, 5, (3, 7), stride=2, padding=1), (6, 23, 29)),
    "grouped": (nn.Conv2d(6, 9, 3, groups=3), (6, 23, 29)),
    "transposed": (nn.ConvTranspose2d(6, 5, 3, stride=2), (6, 11, 13)),
    "sequence": (nn.Conv1d(6, 5, 3), (6, 29)),
    "linear": (nn.Linear(17, 5), (17,)),
    "linear on tokens": (nn.Linear(17, 5), (7, 17)),
    "no products": (nn.Sequential(nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2)), (6, 23, 29)),
}


@pytest.mark.parametrize("name", NETS)
def test_macs_are_half_of_torchs_count_of_operations(name):
    net, shape = NETS[name]
    with FlopCounterMode(display=False) as counter:
        net(torch.ones(2, *shape))
    found = trace(net, shape)
    assert sum(step.macs for step in found.steps) * 2 * 2 == counter.get_total_flops() * BATCH


class Attending(nn.Module):
    def forward(self, tokens):
        heads = tokens.unflatten(2, (4, 6)).transpose(1, 2)
        return F.scaled_dot_product_attention(heads, heads, heads[..., :5])


def test_attention_multiplies_each_query_with_each_key_and_each_weight_with_each_value():
    (step,) = (s for s in trace(Attending(), (7, 24)).steps if s.macs)
    assert step.macs == BATCH * 4 * (7 * 7 * 6 + 7 * 7 * 5)


def test_a_convolution_that_is_called_as_a_function_counts_too():
    class Written(nn.Module):
        def forward(self, maps):
            return F.conv2d(maps, FILTERS) @ torch.ones(28, 3)

    counts = {s.call.kind: s.macs // BATCH for s in trace(Written(), (6, 23, 29)).steps}
    assert counts == {"conv2d": 5 * 21 * 28 * 6 * 3 * 2, "matmul": 5 * 21 * 28 * 3}


def test_each_step_of_an_lstm_multiplies_its_input_and_its_state():
    (step,) = trace(nn.LSTM(11, 5, batch_first=True), (7, 11)).steps
    assert step.macs == BATCH * 7 * (4 * 5 * 11 + 4 * 5 * 5)
