from pathlib import Path

import pytest
import torch
from torch import nn

from convscope.errors import BadNetwork, UnknownName
from convscope.networks.build import (
    build_network,
    check_fit,
    is_path,
    is_written_out,
    one_line,
    title,
)
from convscope.networks.catalogue import CATALOGUE

DATA = {"num_classes": 7, "in_channels": 3, "input_size": (13, 17)}


def write(code: str, name: str = "mine.py") -> str:
    Path(name).write_text(code, encoding="utf-8")
    return name


def test_a_misspelt_network_is_answered_with_the_nearest():
    with pytest.raises(UnknownName, match="no network is called 'resnet9': did you mean resnet8"):
        build_network("resnet9", **DATA)


def test_a_misspelt_argument_is_answered_with_the_nearest():
    said = "mlp takes no argument 'hiden': did you mean hidden?"
    with pytest.raises(BadNetwork, match=said):
        build_network("mlp", **DATA, arguments={"hiden": [11]})


def test_a_network_without_arguments_says_that_there_are_none():
    with pytest.raises(BadNetwork, match="lenet takes no argument 'hidden': there are none"):
        build_network("lenet", **DATA, arguments={"hidden": 11})


@pytest.mark.parametrize("argument", DATA)
def test_what_the_data_decide_is_no_argument(argument):
    said = f"{argument} comes from the data: leave network.{argument} out"
    with pytest.raises(BadNetwork, match=said):
        build_network("cnn", **DATA, arguments={argument: 5})


def test_an_argument_of_the_wrong_type_is_told_with_all_that_was_given():
    with pytest.raises(BadNetwork, match=r"mlp could not be built with num_classes=7.*hidden='x'"):
        build_network("mlp", **DATA, arguments={"hidden": "x"})


def test_an_argument_reaches_the_network():
    net = build_network("mlp", **DATA, arguments={"hidden": [11], "dropout": 0.5})
    assert net.fc1.out_features == 11
    assert net.dropout.p == 0.5


@pytest.mark.parametrize(
    ("signature", "given"),
    [
        ("num_classes", {"num_classes": 7}),
        ("in_channels, num_classes", {"num_classes": 7, "in_channels": 3}),
        ("input_size, width=5", {"input_size": (13, 17), "width": 11}),
        ("**everything", {**DATA, "width": 11}),
        ("", {}),
    ],
)
def test_a_class_in_a_file_is_given_what_its_signature_names(signature, given):
    file = write(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        f"    def __init__(self, {signature}):\n"
        "        super().__init__()\n"
        "        self.given = {k: v for k, v in locals().items() if k[0] not in '_s'}\n"
    )
    arguments = {"width": 11} if "width" in given else {}
    net = build_network(f"{file}:Net", **DATA, arguments=arguments)
    found = net.given.get("everything", net.given)
    assert found == given


def test_a_function_in_a_file_builds_too():
    file = write(
        "from torch import nn\ndef tiny(num_classes):\n    return nn.Linear(5, num_classes)"
    )
    assert build_network(f"{file}:tiny", **DATA).out_features == 7


def test_a_file_may_use_dataclasses_with_postponed_annotations():
    file = write(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from torch import nn\n"
        "@dataclass\nclass Width:\n    value: int = 5\n"
        "class Net(nn.Linear):\n"
        "    def __init__(self, num_classes):\n"
        "        super().__init__(Width().value, num_classes)\n"
    )
    assert build_network(f"{file}:Net", **DATA).weight.shape == (7, 5)


def test_a_file_shadows_no_installed_module():
    import json

    file = write("from torch import nn\nclass Net(nn.Identity): ...\n", "json.py")
    build_network(f"{file}:Net", **DATA)
    import sys

    assert sys.modules["json"] is json


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine.py", "'mine.py' names no class: write it as file.py:Class"),
        ("gone.py:Net", "gone.py does not exist"),
        ("mine.py:Nett", "mine.py has no 'Nett': did you mean Net?"),
        ("mine.py:Unlike", "mine.py has no 'Unlike': there are Net"),
        ("mine.py:number", "mine.py has no 'number': there are Net"),
        ("mine.py:Net", "mine.py:Net could not be built with num_classes=7: no weights today"),
        ("mine.py:lists", "mine.py:lists gives a list: a torch.nn.Module is needed"),
        ("broken.py:Net", "broken.py fails when it is run: NameError: name 'nn' is not defined"),
        ("syntax.py:Net", "syntax.py fails when it is run: SyntaxError"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(name, said):
    write(
        "class Net:\n"
        "    def __init__(self, num_classes):\n"
        "        raise OSError('no weights today')\n"
        "def lists():\n    return [1]\n"
        "number = 5\n"
    )
    write("class Net(nn.Module): ...\n", "broken.py")
    write("class Net(\n", "syntax.py")
    with pytest.raises(BadNetwork) as refusal:
        build_network(name, **DATA)
    assert str(refusal.value).startswith(said)


def test_a_name_is_a_path_only_with_a_python_file():
    assert [is_path(name) for name in ("a/b.py:Net", "b.py", "resnet8", "py", "a:b")] == [
        True, True, False, False, False,
    ]  # fmt: skip


SPEC = "conv 5 3; relu; flatten; linear classes"
CODE = "nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(825, 7))"


@pytest.mark.parametrize(
    "text", [SPEC, SPEC.replace("; ", "\n"), CODE, f"import torch\nx = {CODE}"]
)
def test_a_network_may_be_written_out(text):
    net = build_network(text, **DATA)
    assert [type(module) for module in net] == [nn.Conv2d, nn.ReLU, nn.Flatten, nn.Linear]
    check_fit(net, "mine", (3, 13, 17), 7)
    assert is_written_out(text)


def test_a_path_comes_before_a_name_and_a_name_before_a_spec(monkeypatch):
    file = write(
        "from torch import nn\ndef relu(num_classes):\n    return nn.Linear(5, num_classes)",
        "conv 5 3.py",
    )
    assert build_network(f"{file}:relu", **DATA).out_features == 7
    monkeypatch.setitem(CATALOGUE, "relu", lambda num_classes: nn.Linear(3, num_classes))
    assert build_network("relu", **DATA).in_features == 3
    assert not is_written_out("relu")
    assert not is_written_out(f"{file}:relu")
    assert isinstance(build_network("relu;", **DATA)[0], nn.ReLU)


def test_a_text_of_several_lines_names_no_file_to_run():
    code = f"# {write('raise SystemExit')}:Net\n{CODE}"
    assert not is_path(code)
    assert len(build_network(code, **DATA)) == 4


def test_sequences_have_one_length():
    net = build_network(
        "conv1d 5 3; flatten; linear classes", num_classes=7, in_channels=2, input_size=(13,)
    )
    assert net(torch.zeros(3, 2, 13)).shape == (3, 7)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("con 5 3; relu", 'line 1, word 1: "con" is no layer: did you mean conv or conv1d?'),
        ("conv 5 15", 'line 1, "conv 5 15": kernel_size 15 does not fit 3 maps of 13x17'),
        ("nn.Sequential(nn.Conv2(3, 5))", 'line 1: "nn.Conv2" is no layer that can be read'),
    ],
)
def test_what_is_written_out_wrongly_is_told_in_its_own_words(text, said):
    with pytest.raises(BadNetwork) as refusal:
        build_network(text, **DATA)
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize("text", [SPEC, CODE])
def test_a_network_that_is_written_out_takes_no_arguments(text):
    with pytest.raises(BadNetwork, match="takes no argument 'width': there are none"):
        build_network(text, **DATA, arguments={"width": 5})


def test_a_long_network_is_called_in_short():
    assert title("resnet8") == "resnet8"
    assert title("flatten\nlinear classes\n") == "flatten; linear classes"
    assert title("nn.Sequential(nn.Flatten())") == "nn.Sequential(nn.Flatten())"
    assert title("import torch\nnn.Sequential(nn.Flatten())") == "nn.Sequential(...)"
    assert title(CODE) == "nn.Sequential(...)"
    told = title("conv 16 3 padding 1; relu; " * 5 + "flatten; linear classes")
    assert told == "conv 16 3 padding 1; relu; conv 16 3 pad ... ; flatten; linear classes"


def test_only_a_spec_means_the_same_on_one_line():
    assert one_line("relu\nflatten") == "relu; flatten"
    code = "import torch\nnn.Sequential()"
    assert one_line(code) == code
    assert one_line("a\nb.py:Net ") == "a; b.py:Net"
    assert one_line("cnn") == "cnn"


class Answering(nn.Module):
    """Gives what it was told to, after a layer whose statistics training would change."""

    def __init__(self, answer) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)
        self.answer = answer

    def forward(self, images):
        return self.answer(self.norm(images))


def flat(images):
    return images.flatten(1)


def test_a_fitting_net_is_left_as_it_was():
    net = Answering(lambda images: images.mean((2, 3))).train()
    net.norm.eval()
    before = {key: t.clone() for key, t in net.state_dict().items()}
    check_fit(net, "mine", (3, 13, 17), 3)
    assert net.training
    assert not net.norm.training
    assert all(torch.equal(t, before[key]) for key, t in net.state_dict().items())


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (flat, "mine answers two images with (2, 663): (2, 5) is needed, one score per class"),
        (lambda images: [images], "mine answers two images with list: (2, 5) is needed"),
        (lambda images: images @ images, "mine does not take images of 3x13x17 (c x h x w): "),
        (lambda images: images.nothing, "mine does not take images of 3x13x17 (c x h x w): "),
    ],
)
def test_a_net_that_does_not_fit_is_told_and_keeps_its_modes(answer, said):
    net = Answering(answer).train()
    net.norm.eval()
    with pytest.raises(BadNetwork) as refusal:
        check_fit(net, "mine", (3, 13, 17), 5)
    assert str(refusal.value).startswith(said)
    assert net.training
    assert not net.norm.training
