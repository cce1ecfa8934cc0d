import pytest
import torch
from torch import nn

from convscope.networks.blocks import Dropout
from convscope.seed import seeded


@pytest.mark.parametrize("p", [0.1, 0.25, 0.5, 0.9])
def test_dropout_drops_its_share_and_keeps_the_sum(p):
    values = torch.ones(499, 503)
    with seeded("dropout", p):
        answer = Dropout(p).train()(values)
    n, kept = values.numel(), answer != 0
    deviation = (p * (1 - p) / n) ** 0.5
    assert abs((~kept).sum().item() / n - p) < 5 * deviation
    torch.testing.assert_close(answer[kept], torch.full((int(kept.sum()),), 1 / (1 - p)))


def test_neighbours_are_dropped_independently():
    with seeded("dropout"):
        kept = (Dropout(0.5).train()(torch.ones(1_000_003)) != 0).float()
    for lag in (1, 2, 3, 4):
        together = (kept[lag:] * kept[:-lag]).mean().item()
        assert abs(together - 0.25) < 0.003


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_in_evaluation_and_at_the_ends_it_is_torchs(p):
    values = torch.randn(3, 5, 7)
    assert torch.equal(Dropout(p).eval()(values), values)
    if p in (0, 1):
        torch.testing.assert_close(Dropout(p).train()(values), nn.Dropout(p).train()(values))


def test_gradients_flow_where_values_did():
    values = torch.ones(101, requires_grad=True)
    answer = Dropout(0.5).train()(values)
    answer.sum().backward()
    torch.testing.assert_close(values.grad, answer.detach())
