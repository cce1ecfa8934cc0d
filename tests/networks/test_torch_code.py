from collections import OrderedDict

import pytest
import torch
from hypothesis import given
from torch import nn
from torch.testing import assert_close

from convscope.errors import BadNetwork
from convscope.networks.pasted import read_code
from convscope.networks.residual import Residual
from convscope.networks.spec import build_spec
from convscope.networks.torch_code import to_code
from tests.networks.specs import SHAPE, SPECS

CHANNELS, *SIZE = SHAPE
NAMED = nn.Sequential(
    OrderedDict(
        stem=nn.Sequential(nn.Conv2d(3, 5, 3, padding=1), nn.ReLU()),
        body=nn.Sequential(Residual(nn.Sequential(nn.Conv2d(5, 5, 1)), nn.Dropout(0.5))),
        pool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        head=nn.Linear(5, 7),
    )
)


def executed(code: str) -> nn.Module:
    """The net that Python makes of the code, with nothing but torch at hand."""
    place: dict = {"__name__": "pasted"}
    exec(code, place)
    return place["net"]


def equal_answers(net: nn.Module, other: nn.Module) -> None:
    other.load_state_dict(net.state_dict())
    images = torch.randn(2, *SHAPE)
    assert_close(other.eval()(images), net.eval()(images), rtol=0, atol=0, equal_nan=True)


def test_the_code_is_what_a_person_would_write():
    text = "conv 10 3x5 padding 2; relu; maxpool 2; dropout 0.5; flatten; linear classes"
    assert to_code(build_spec(text, 7, 3, (13, 17))) == (
        "from torch import nn\n"
        "\n"
        "net = nn.Sequential(\n"
        "    nn.Conv2d(3, 10, (3, 5), padding=2),\n"
        "    nn.ReLU(),\n"
        "    nn.MaxPool2d(2),\n"
        "    nn.Dropout(0.5),\n"
        "    nn.Flatten(),\n"
        "    nn.Linear(560, 7),\n"
        ")\n"
    )


@given(SPECS)
def test_the_code_builds_the_net_run_or_read(text):
    net = build_spec(text, 7, CHANNELS, tuple(SIZE))
    code = to_code(net)
    read = read_code(code)
    assert repr(read) == repr(net)
    equal_answers(net, read)
    equal_answers(net, executed(code))


def test_named_layers_keep_their_names():
    code = to_code(NAMED)
    assert code.startswith("from collections import OrderedDict\n")
    assert '("pool", nn.AdaptiveAvgPool2d(1)),\n' in code
    for net in (read_code(code), executed(code)):
        assert list(net.state_dict()) == list(NAMED.state_dict())
        equal_answers(NAMED, net)


def test_the_residual_comes_along_only_where_it_is_used():
    assert "class Residual(nn.Module):" in to_code(NAMED)
    assert "class" not in to_code(nn.Sequential(nn.ReLU()))
    assert "convscope" not in to_code(NAMED)


def test_no_line_is_longer_than_a_page_is_wide():
    assert max(map(len, to_code(NAMED).splitlines())) <= 100


def test_an_empty_net_is_printed():
    assert to_code(nn.Sequential()) == "from torch import nn\n\nnet = nn.Sequential()\n"


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (nn.Linear(3, 5), "a Linear is no nn.Sequential"),
        (nn.Sequential(nn.Sequential(nn.PReLU())), "module 0.0 is a PReLU: only torch's own"),
        (nn.Sequential(Residual(nn.LSTM(3, 5))), "module 0.main is a LSTM: only torch's own"),
    ],
)
def test_a_module_that_cannot_be_printed_is_named(net, said):
    with pytest.raises(BadNetwork) as refusal:
        to_code(net)
    assert str(refusal.value).startswith(said)
