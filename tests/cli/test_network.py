import json
from pathlib import Path

import pytest
from PIL import Image as Picture

from convscope.networks.catalogue import CATALOGUE

SPEC = "conv 10 3; maxpool 4; conv 20 5 padding 2; maxpool 2"


def test_every_network_is_listed(convscope):
    listed = convscope("network", "list").out
    assert all(name in listed for name in CATALOGUE)
    shown = json.loads(convscope("network", "list", "--json").out)
    assert list(shown) == list(CATALOGUE)
    assert shown["vgg16"]["parameters"] == 138_357_544
    assert shown["vgg16"]["input_shape"] == [3, 224, 224]


def test_a_spec_is_shown_as_json(convscope):
    shown = json.loads(convscope("network", "show", SPEC, "--input", "3,130,130", "--json").out)
    assert list(shown) == ["input_shape", "parameters", "macs", "layers"]
    assert [row["output_shape"] for row in shown["layers"]] == [
        [10, 128, 128], [10, 32, 32], [20, 32, 32], [20, 16, 16],
    ]  # fmt: skip
    assert [row["parameters"] for row in shown["layers"]] == [280, 0, 5020, 0]


def test_everything_is_worked_out_if_asked(convscope):
    told = convscope("network", "show", SPEC, "--input", "3,130,130", "--explain", "all").out
    assert "(130 - 3 + 2*0)/1 + 1 = 128" in told
    assert "10 x (3x3x3) + 10 = 280" in told
    assert "5,300 parameters; 9,543,680 MACs" in told
    one = convscope("network", "show", SPEC, "--input", "3,130,130", "--explain", "2").out
    assert "20 x (5x5x10) + 20 = 5,020" in one
    assert "(130 - 3" not in one
    shown = convscope("network", "show", "cnn", "--explain", "fc2", "--json").out
    rows = {row["name"]: row for row in json.loads(shown)["layers"]}
    assert rows["fc2"]["formulas"]["parameters"] == "10 x 500 + 10 = 5,010"
    assert "formulas" not in rows["conv1"]


def test_the_table_says_what_a_value_sees(convscope):
    told = convscope("network", "show", "cnn").out
    rows = {row.split()[0]: row.split() for row in told.splitlines() if row}
    assert " ".join(rows["conv3"]) == "conv3 Conv2d 3x3 64x8x8 18,496 1,179,648 16.4 kB 18x18 4"
    assert rows["fc2"][-1] == "all"


def test_a_run_is_shown_with_its_own_images(convscope):
    shown = json.loads(convscope("network", "show", "bundled:mnist-cnn", "--json").out)
    assert shown["input_shape"] == [1, 28, 28]
    refused = convscope("network", "show", "bundled:mnist-cnn", "--classes", "7")
    assert "a run has the classes it was trained for" in refused.err


def test_a_class_in_a_file_and_pasted_code_are_shown(convscope):
    Path("mine.py").write_text(
        "from torch import nn\n"
        "class Net(nn.Module):\n"
        "    def __init__(self, num_classes, in_channels):\n"
        "        super().__init__()\n"
        "        self.conv = nn.Conv2d(in_channels, num_classes, 3)\n"
        "        self.spare = nn.Linear(2, 3)\n"
        "    def forward(self, images):\n"
        "        return self.conv(images).mean((2, 3))\n"
    )
    outcome = convscope("network", "show", "mine.py:Net", "--input", "2,11,13", "--classes", "7")
    assert "7x9x11" in outcome.out
    assert "spare (Linear, 9 parameters) is never called" in outcome.err
    code = "nn.Sequential(nn.Conv2d(1, 5, 3), nn.Flatten())"
    shown = json.loads(convscope("network", "show", code, "--input", "1,7,11", "--json").out)
    assert shown["layers"][-1]["output_shape"] == [5 * 5 * 9]


def test_sequences_are_shown_too(convscope):
    spec = "conv1d 5 3; relu; maxpool1d 2"
    shown = json.loads(convscope("network", "show", spec, "--input", "2,29", "--json").out)
    assert [row["output_shape"] for row in shown["layers"]] == [[5, 27], [5, 27], [5, 13]]
    assert shown["layers"][-1]["receptive_field"] == [4]


def test_a_spec_is_printed_as_code(convscope):
    words = ("network", "show", "conv 5 3; relu", "--input", "3,9,9", "--code")
    assert "net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU())" in convscope(*words).out
    assert "nn.Conv2d(3, 5, 3)" in json.loads(convscope(*words, "--json").out)["code"]
    assert "is no nn.Sequential" in convscope("network", "show", "cnn", "--code").err


@pytest.mark.parametrize("flags", [(), ("--dark",)])
def test_a_diagram_is_drawn(convscope, flags):
    words = ("network", "show", "cnn", *flags, "--diagram")
    assert "diagram: here/cnn.svg" in convscope(*words, "here/cnn.svg").out
    assert Path("here/cnn.svg").read_text().startswith("<?xml")
    shown = json.loads(convscope(*words, "cnn.png", "--json").out)
    with Picture.open(shown["diagram"]) as picture:
        assert min(picture.size) > 300


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cnnn",), "no network is called 'cnnn': did you mean cnn?"),
        (("conv 5 3",), "conv 5 3 does not say for which images: add --input 3,32,32, say"),
        (("cnn", "--input", "3,a"), "--input 3,a: write channels, height and width with commas"),
        (("cnn", "--input", "3,0,7"), "--input 3,0,7: write channels"),
        (("cnn", "--explain", "conv9"), "--explain conv9: no layer is called so; did you mean"),
        (
            ("cnn", "--diagram", "cnn.pdf"),
            "--diagram cnn.pdf: give a name that ends in .svg or .png",
        ),
        (("cnn", "--classes", "0"), "Invalid value for '--classes'"),
        (("bundled:mnist-cnn", "--input", "1,61,67"), "fc1 (Linear) takes"),
    ],
)
def test_what_cannot_be_shown_is_one_sentence(convscope, words, said):
    outcome = convscope("network", "show", *words)
    assert outcome.code == 2
    assert outcome.out == ""
    assert said in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1
