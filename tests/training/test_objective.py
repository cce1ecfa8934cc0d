import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.training.objective import Classification


class Fixed(nn.Module):
    def __init__(self, logits: torch.Tensor) -> None:
        super().__init__()
        self.logits = nn.Parameter(logits)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.logits


@pytest.fixture
def scores() -> torch.Tensor:
    return torch.randn(5, 3, generator=torch.Generator().manual_seed(0))


LABELS = torch.tensor([0, 2, 1, 1, 0])


def test_the_loss_is_the_mean_of_minus_log_probability(scores):
    expected = -torch.stack([scores[i].softmax(0)[c].log() for i, c in enumerate(LABELS)]).mean()
    assert_close(Classification().loss(Fixed(scores), (torch.zeros(5, 1), LABELS)), expected)


def test_shares_of_classes_that_are_all_or_nothing_are_labels(scores):
    shares = nn.functional.one_hot(LABELS, 3).float()
    by_labels = Classification(0.1).loss(Fixed(scores), (torch.zeros(5, 1), LABELS))
    assert_close(Classification(0.1).loss(Fixed(scores), (torch.zeros(5, 1), shares)), by_labels)


def test_smoothing_spreads_its_share_over_all_classes(scores):
    logs = scores.log_softmax(1)
    own = -logs[torch.arange(5), LABELS]
    expected = (0.7 * own - 0.3 * logs.mean(1)).mean()
    assert_close(Classification(0.3).loss(Fixed(scores), (torch.zeros(5, 1), LABELS)), expected)


def test_measuring_puts_the_mode_back_and_ignores_smoothing(scores):
    class One:
        def __len__(self):
            return 1

        def epoch(self, number, start=0):
            yield torch.zeros(5, 1), LABELS

    net = Fixed(scores).train()
    metrics = Classification(0.3).measure(net, One())
    assert net.training
    assert metrics["loss"] == pytest.approx(nn.functional.cross_entropy(scores, LABELS).item())
    assert metrics["accuracy"] == (scores.argmax(1) == LABELS).sum().item() / 5
