import inspect
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.pasted import is_code, read_code
from convscope.networks.residual import Residual

HEAD = "nn.Flatten(), nn.Linear(3 * 11 * 13, 7)"
RESIDUAL = inspect.getsource(Residual)


@pytest.mark.parametrize(
    "text",
    [
        f"nn.Sequential({HEAD})",
        f"torch.nn.Sequential({HEAD})",
        "Sequential(Flatten(), Linear(429, 7))",
        f"import torch.nn as nn\n\nmodel = nn.Sequential(\n    {HEAD},  # scores\n)\n",
        f"import torch\nfrom torch import nn\nnet: nn.Module = nn.Sequential({HEAD})",
        "    net = nn.Sequential(\n        nn.Flatten(start_dim=1),\n"
        "        nn.Linear(in_features=429, out_features=7, bias=True))\n",
    ],
)
def test_a_sequential_is_read_however_it_is_written(text):
    net = read_code(text)
    assert is_code(text)
    assert repr(net) == repr(nn.Sequential(nn.Flatten(), nn.Linear(429, 7)))
    assert net(torch.randn(2, 3, 11, 13)).shape == (2, 7)


def test_its_weights_are_those_that_running_it_would_draw():
    text = "nn.Sequential(nn.Conv2d(3, 5, 3), nn.Sequential(nn.Flatten(), nn.Linear(495, 7)))"
    torch.manual_seed(3)
    found = read_code(text).state_dict()
    torch.manual_seed(3)
    expected = eval(text).state_dict()
    assert list(found) == list(expected)
    assert all(torch.equal(found[key], expected[key]) for key in expected)


@pytest.mark.parametrize(
    "pairs",
    [
        "[('conv', nn.Conv2d(3, 5, 3)), ('act', nn.ReLU())]",
        "(('conv', nn.Conv2d(3, 5, 3)), ('act', nn.ReLU()))",
        "{'conv': nn.Conv2d(3, 5, 3), 'act': nn.ReLU()}",
        "conv=nn.Conv2d(3, 5, 3), act=nn.ReLU()",
    ],
)
def test_an_ordered_dictionary_gives_the_layers_their_names(pairs):
    for name in ("OrderedDict", "collections.OrderedDict"):
        net = read_code(f"nn.Sequential({name}({pairs}))")
        assert list(net.state_dict()) == ["conv.weight", "conv.bias"]
        assert isinstance(net.act, nn.ReLU)


def test_nothing_works_in_place_that_was_written_so():
    for text in ("nn.ReLU(True)", "nn.ReLU(inplace=True)", "nn.Dropout(0.3, True)"):
        (module,) = read_code(f"nn.Sequential({text})")
        assert not module.inplace


def test_a_residual_is_read_with_the_class_that_is_printed():
    text = f"from torch import Tensor, nn\n\n\n{RESIDUAL}\n\nnet = nn.Sequential("
    net = read_code(f"{text}Residual(nn.Linear(3, 5), shortcut=nn.Linear(3, 5)))")
    assert isinstance(net[0], Residual)
    assert list(net.state_dict())[0] == "0.main.weight"
    changed = RESIDUAL.replace("self.main(maps) +", "self.main(maps) -")
    with pytest.raises(BadNetwork, match='line 1: "class Residual" is not read'):
        read_code(f"{changed}\nnn.Sequential(Residual(nn.ReLU()))")


HOSTILE = [
    "__import__('os').system('touch executed')",
    "nn.Sequential(__import__('os').system('touch executed'))",
    "nn.Sequential(nn.Linear(__import__('os').system('touch executed'), 5))",
    "nn.Sequential(nn.Linear(open('executed', 'w').write('x'), 5))",
    'nn.Sequential(nn.Linear(3, 5, bias=exec(\'open("executed", "w")\')))',
    "nn.Sequential((lambda: open('executed', 'w'))())",
    "nn.Sequential(*[nn.ReLU() for _ in range(open('executed', 'w').fileno())])",
    "nn.Sequential(**{'a': open('executed', 'w')})",
    "nn.Sequential(nn.Linear(**{'in_features': open('executed', 'w')}))",
    "nn.Sequential(nn.modules.module.sys.modules['os'].system('touch executed'))",
    "import os\nnet = nn.Sequential(nn.ReLU())",
    "from os import *\nnet = nn.Sequential(nn.ReLU())",
    "from . import os\nnet = nn.Sequential(nn.ReLU())",
    "class Residual(nn.Module):\n    open('executed', 'w')\nnet = nn.Sequential(Residual())",
    "@open('executed', 'w').write\nclass Residual: pass\nnet = nn.Sequential(nn.ReLU())",
    "def f(x=open('executed', 'w')): pass\nnet = nn.Sequential(nn.ReLU())",
    "with open('executed', 'w'):\n    net = nn.Sequential(nn.ReLU())",
    "net = nn.Sequential(nn.ReLU()) if open('executed', 'w') else None",
    "net[open('executed', 'w')] = nn.Sequential(nn.Linear(2, 'x'))",
    'nn.Sequential(nn.Linear(f\'{open("executed", "w")}\', 5))',
    "nn.Sequential(nn.LazyLinear(5))",
    "nn.Sequential(nn.utils.skip_init(nn.Linear, 3, 5))",
    "nn.Sequential(torch.load('x.pt'))",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_ever_run(text, own_place):
    modules = set(sys.modules)
    with pytest.raises(BadNetwork):
        read_code(text)
    assert not Path("executed").exists()
    assert set(sys.modules) == modules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("net = nn.Sequential(\n    nn.Conv2(3, 8, 3),\n)",
         'line 2: "nn.Conv2" is no layer that can be read: did you mean Conv2d or Conv1d?'),
        ("nn.Sequential(nn.LSTM(3, 5))", 'line 1: "nn.LSTM" is no layer that can be read: there'),
        ("nn.Sequential(torch.relu(3))", 'line 1: "torch.relu" is no layer that can be read: nn.C'),
        ("nn.Sequential(nn.ReLU)", 'line 1: "nn.ReLU" is no module: a call such as nn.ReLU()'),
        ("nn.Sequential(nn.Softmax(dim=1))", 'line 1: "nn.Softmax" is not needed, since the loss'),
        ("nn.Sequential(nn.Conv2d(3, 8))", "line 1: \"nn.Conv2d(3, 8)\" cannot be built: missing a "
         "required argument: 'kernel_size'"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3, groups=5))", 'line 1: "nn.Conv2d(3, 8, 3, groups=5)" '
         "cannot be built: in_channels must be divisible by groups"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3, pading=1))", 'line 1: "nn.Conv2d(3, 8, 3, pading=1)" '
         "cannot be built: got an unexpected keyword argument 'pading'"),
        ("nn.Sequential(nn.ReLU(device='cuda'))", "line 1: \"nn.ReLU(device='cuda')\" cannot"),
        ("nn.Sequential(nn.Linear(3, 5, device='meta'))", "line 1: \"nn.Linear(3, 5, device='meta')"
         '" cannot be built: device is not read'),
        ("nn.Sequential(nn.Linear(n, 5))", 'line 1: "n" is a name, which is not read: write its'),
        ("nn.Sequential(nn.Linear(3, -5))", 'line 1: "nn.Linear(3, -5)" cannot be built: Trying'),
        ("nn.Sequential(nn.Dropout('a'))", "line 1: \"nn.Dropout('a')\" cannot be built: "),
        ("nn.Sequential(a=nn.ReLU())", 'line 1: "nn.ReLU()" has a name, and nn.Sequential takes'),
        ("nn.Sequential(OrderedDict([('a', nn.ReLU()), ('a', nn.ReLU())]))",
         "line 1: \"'a'\" is no name for a layer: text that no other layer has is needed"),
        ("nn.Sequential(OrderedDict([('a.b', nn.ReLU())]))", "line 1: \"'a.b'\" is no name for"),
        ("nn.Sequential(OrderedDict(forward=nn.ReLU()))", "line 1: \"'forward'\" is no name for"),
        ("nn.Sequential(OrderedDict(**x))", 'line 1: "None" is no name for a layer'),
        ("nn.Sequential(OrderedDict(x))", 'line 1: "OrderedDict(x)" is not read: a list of (name'),
        ("nn.Sequential(OrderedDict([nn.ReLU()]))", 'line 1: "nn.ReLU()" is not read: (name, la'),
        ("import os\nnn.Sequential(nn.ReLU())", 'line 1: "import os" is not read: only imports of'),
        ("nn.ReLU()", 'line 1: "nn.ReLU()" is one layer: write nn.Sequential(...) around it'),
        ("class Net(nn.Module):\n    pass", 'line 1: "class Net" is not read, only nn.Sequential(.'
         "..) is: save it in a file and give --network file.py:Class"),
        ("net = nn.Sequential(\n    nn.ReLU()\n", "line 1: this is no Python code: '(' was never"),
        ("a = nn.Sequential()\nb = nn.Sequential()", "the code holds 2 networks: one"),
        ("import torch", "the code holds 0 networks: one nn.Sequential(...) is needed"),
        ("for n in x: pass", 'line 1: "for n in x:" is not read: only imports of torch and one'),
        ("nn.Sequential(\0)", "line 1: this is no Python code: source code string cannot contain"),
        ("nn.Sequential(nn.Linear(2000003, 1000003))", "the network would have 2,000,010,000,012"),
        ("nn.Sequential(nn.Linear(9999999999999999999, 3))", 'line 1: "nn.Linear(999'),
        (f"nn.Sequential(nn.Linear({'+'.join(['1'] * 30000)}, 3))", "the code cannot be read: "),
        ("nn.Sequential(" * 500 + ")" * 500, "line 1: this is no Python code: too many nested"),
        ("-" * 3000 + "1", ""),
    ],
)  # fmt: skip
def test_what_is_not_read_is_named_with_its_line(text, said):
    with pytest.raises(BadNetwork) as refusal:
        read_code(text)
    assert str(refusal.value).startswith(said)
    assert "\n" not in str(refusal.value)


def test_what_is_meant_as_code():
    codes = ["nn.Sequential()", "import torch", "x = Sequential (", "nn.ReLU()", "class Net: pass"]
    others = ["conv 3 3; relu", "cnn", "", "sequential", "import", "inn.x 3"]
    assert all(is_code(text) for text in codes)
    assert not any(is_code(text) for text in others)
