from pathlib import Path

import pytest

from convscope.errors import BadValue, UnknownName
from convscope.networks.build import build_network
from convscope.networks.catalogue import CATALOGUE
from convscope.networks.overview import build_bare, list_networks, usual_input

LISTED = {network.name: network for network in list_networks()}


def test_every_network_is_listed_with_a_line_about_it():
    assert list(LISTED) == list(CATALOGUE)
    assert all(len(network.about) > 20 for network in LISTED.values())
    assert LISTED["cnn"].about.startswith("Three convolutions and two linear layers")


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("mlp", 669_706), ("vgg16", 138_357_544), ("resnet18", 11_689_512), ("resnet8", 75_290),
     ("squeezenet1_1", 1_235_496)],
)  # fmt: skip
def test_parameters_at_the_usual_input_are_the_published_ones(name, parameters):
    assert LISTED[name].parameters == parameters
    assert LISTED[name].to_json()["parameters"] == parameters


def test_the_usual_input_is_what_the_signature_says():
    assert usual_input("lenet") == ((1, 28, 28), 10)
    assert usual_input("resnet50") == ((3, 224, 224), 1000)
    assert usual_input("resnet20") == ((3, 32, 32), 10)
    assert usual_input("flatten; linear classes") is None


def test_a_class_in_a_file_may_say_its_own():
    head = (
        "from torch import nn\nclass {}(nn.Flatten):\n"
        "    def __init__(self, {}): super().__init__()\n"
    )
    Path("mine.py").write_text(
        head.format("Sized", "num_classes=7, in_channels=2, input_size=(11, 13)")
        + head.format("Free", "num_classes=7")
    )
    assert usual_input("mine.py:Sized") == ((2, 11, 13), 7)
    assert usual_input("mine.py:Free") is None


def test_a_bare_network_has_shapes_and_no_weights_and_the_same_parameters():
    net = build_bare("cnn", (1, 23, 29), 7)
    assert {p.device.type for p in net.parameters()} == {"meta"}
    whole = build_network("cnn", num_classes=7, in_channels=1, input_size=(23, 29))
    assert {k: v.shape for k, v in net.state_dict().items()} == {
        k: v.shape for k, v in whole.state_dict().items()
    }


def test_what_is_no_network_or_no_image_is_refused():
    with pytest.raises(UnknownName, match="no network is called 'cnnn': did you mean cnn?"):
        usual_input("cnnn")
    with pytest.raises(BadValue, match="cnn takes images of channels, height and width: an input "):
        build_bare("cnn", (3, 29), 7)
