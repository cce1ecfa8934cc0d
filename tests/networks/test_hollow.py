import logging
import threading
import warnings

import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.hollow import make_hollow, quiet
from convscope.networks.trace import run


class Held(nn.Module):
    """Shares a weight, holds a tensor that is no buffer, has a hook that a copy must not run."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(7, 7)
        self.second = nn.Linear(7, 7)
        self.second.weight = self.first.weight
        self.scale = torch.ones(7)
        self.seen = []
        self.first.register_forward_hook(lambda *_: self.seen.append("hook"))
        self.dropout = nn.Dropout(0.5)

    def forward(self, values):
        return self.dropout(self.second(self.first(values)) * self.scale)


def test_a_copy_has_shapes_and_no_content_and_shares_what_is_shared():
    net = Held().train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    hollow = make_hollow(net)
    found = run(hollow, (7,))
    assert found.error is None
    assert hollow.net.second.weight is hollow.net.first.weight
    assert not hollow.net.training
    assert net.training
    assert net.seen == []
    assert len(net.first._forward_hooks) == 1
    assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
    assert type(net.first.weight) is nn.Parameter


def test_a_copy_can_be_run_for_several_shapes():
    hollow = make_hollow(nn.Conv2d(3, 5, 3))
    sizes = [run(hollow, (3, side, 13)).output.shape[2] for side in (11, 17)]
    assert sizes == [9, 15]


def test_a_net_of_half_precision_is_given_its_own_numbers():
    assert run(make_hollow(nn.Conv2d(3, 5, 3).half()), (3, 11, 13)).output.dtype == torch.float16


def test_weights_that_torch_makes_of_others_are_still_made():
    net = nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 5, 3)), nn.Flatten())
    net.append(nn.utils.spectral_norm(nn.Linear(5 * 9 * 11, 7)).eval())
    assert run(make_hollow(net), (3, 11, 13)).output.shape[1] == 7


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (nn.Sequential(nn.LazyLinear(5)), "Sequential has lazy layers, whose sizes are not known"),
        (Held(), "Held cannot be copied, so no shapes can be worked out: "),
    ],
)
def test_what_cannot_be_copied_is_told(net, said):
    net.lock = threading.Lock()
    with pytest.raises(BadNetwork) as refusal:
        make_hollow(net)
    assert str(refusal.value).startswith(said)


def test_inside_nothing_is_warned_of_and_afterwards_it_is_again():
    log = logging.getLogger("torch._subclasses.fake_tensor")
    with quiet():
        warnings.warn("unheard", stacklevel=1)
        assert log.disabled
    assert not log.disabled
    with pytest.warns(UserWarning, match="heard"):
        warnings.warn("heard", stacklevel=1)
