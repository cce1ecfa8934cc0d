import base64

import pytest
import torch
from torch import nn

from convscope.drawing.figure import DARK, svg_text
from convscope.reporting.figures import (
    figures_of,
    first_filters,
    in_both_themes,
    save_figures,
    shown,
)


def test_a_run_has_a_figure_for_all_that_it_knows(evidence, calibrated):
    drawn = figures_of(evidence, calibrated)
    assert set(drawn) == {
        "loss", "accuracy", "per-class", "confusion", "reliability", "coverage", "filters",
    }  # fmt: skip


def test_a_figure_is_shown_in_two_lights_and_saved_in_two_formats(evidence, calibrated, tmp_path):
    drawn = figures_of(evidence, calibrated)
    figure = in_both_themes(drawn["loss"])
    addresses = shown(figure)
    assert addresses.light != addresses.dark
    content = base64.b64decode(addresses.dark.removeprefix("data:image/svg+xml;base64,"))
    assert content.decode("utf-8") == figure.dark == svg_text(drawn["loss"](DARK))
    save_figures({"loss": figure}, tmp_path / "figures")
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"loss.png", "loss.svg"}
    assert (tmp_path / "figures" / "loss.svg").read_text(encoding="utf-8") == figure.light


def test_the_first_filters_are_a_convolutions_or_a_linear_layers_rows():
    conv = nn.Sequential(nn.ReLU(), nn.Conv2d(3, 5, 7), nn.Conv2d(5, 2, 3))
    assert first_filters(conv, (3, 11, 13)) is conv[1].weight
    linear = nn.Sequential(nn.Flatten(), nn.Linear(3 * 11 * 13, 7))
    rows = first_filters(linear, (3, 11, 13))
    assert rows is not None
    assert rows.shape == (7, 3, 11, 13)
    assert torch.equal(rows.flatten(1), linear[1].weight)


@pytest.mark.parametrize("net", [nn.Conv2d(2, 5, 3), nn.Linear(7, 2), nn.ReLU()])
def test_other_first_layers_have_no_picture(net):
    assert first_filters(net, (3, 11, 13)) is None
