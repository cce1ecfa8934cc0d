import base64
import hashlib
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from convscope.evaluation.points_report import PointsReport
from convscope.reporting.sweep import render_sweep, write_sweep_page
from convscope.training.sweep import Swept, sweep

FIELDS = {
    "network": "mlp",
    "network_arguments": {"hidden": 5},
    "epochs": 2,
    "threads": 1,
    "precision": "float32",
    "memory_format": "contiguous",
}
GRIDS = {
    "rates": {"learning_rate": (0.001, 0.01), "batch_size": (64, 128)},
    "seeds": {"network.hidden": (3, [5, 4]), "seed": (1, 2)},
    "diverged": {"weight_decay": (1e6, 0.0), "seed": (1, 2)},
}


class Reader(HTMLParser):
    """What a browser sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Swept]:
    """One sweep of each grid, in folders that the page is written to."""
    place = tmp_path_factory.mktemp("sweeps")
    return {
        name: sweep(
            "digits-cnn", grid, out=place / name,
            fields=FIELDS | ({"optimizer": "sgd"} if name == "diverged" else {}),
        )
        for name, grid in GRIDS.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def page(made) -> str:
    return write_sweep_page(made["rates"]).read_text(encoding="utf-8")


def test_the_winner_and_its_sealed_test_stand_first(page, made):
    swept, text = made["rates"], Reader(page).text
    report = swept.report
    assert report is not None
    assert f"{report.correct} of {report.total} test images that it had never seen" in text
    assert f"Of 4 runs, this one has the lowest validation loss, {swept.winner.value:.4f}" in text
    assert text.index(swept.winner.trial.words) < text.index("The runs")
    assert "only its test was opened" in text
    assert "they flatter it" in text


def test_the_table_holds_every_run_the_best_first(page, made):
    rows = re.findall(r"<tr[^>]*><td class=\"number\">(\d)</td>.*?</tr>", page)
    losses = {o.trial.number: o.value for o in made["rates"].outcomes}
    assert [int(number) for number in rows] == sorted(losses, key=lambda number: losses[number])
    for value in losses.values():
        assert f">{value:.4f}</td>" in page


def test_every_link_leads_to_a_run_beside_the_page(page, made):
    folder = made["rates"].sweep.folder
    addresses = [a["href"] or "" for tag, a in Reader(page).elements if tag == "a"]
    links = [unquote(address) for address in addresses if not address.startswith("#")]
    assert len(links) == 4
    for link in links:
        assert (folder / link).resolve().parent == folder.resolve()
        assert (folder / link / "config.json").is_file()
    anchors = {address[1:] for address in addresses if address.startswith("#")}
    assert anchors == {a["id"] for _, a in Reader(page).elements if "id" in a}


def test_a_report_that_is_there_is_linked(made, own_place):
    winner = made["rates"].winner
    report = winner.trial.folder / "report.html"
    report.write_text("report")
    page = write_sweep_page(made["rates"]).read_text()
    report.unlink()
    assert page.count("/report.html") == 1


def test_only_styles_that_carry_their_hash_are_allowed_and_no_script(page):
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "<script" not in page
    attributes = [name for _, a in Reader(page).elements for name in a]
    assert not [name for name in attributes if name == "style" or name.startswith("on")]
    assert "://" not in page


def test_seeds_are_told_as_choices_with_mean_and_spread(made):
    swept = made["seeds"]
    text = Reader(write_sweep_page(swept).read_text()).text
    first = swept.choices[0]
    low, high = first.spread
    mean = f"{first.value:.4f} ({low:.4f} to {high:.4f})"
    assert (
        f"Of 2 choices with 2 seeds each, this one has the lowest mean validation loss, {mean}"
        in (text)
    )
    assert "What was chosen between" in text
    assert "5+4" in text


def test_runs_that_diverged_are_told(made):
    swept = made["diverged"]
    assert [outcome.ended for outcome in swept.outcomes[:2]] == ["diverged"] * 2
    text = Reader(write_sweep_page(swept).read_text()).text
    assert "2 of 4 runs diverged." in text


def test_runs_that_failed_before_any_measurement_are_told(made):
    failed = tuple(replace(each, history=None) for each in made["diverged"].outcomes[:2])
    choices = (replace(made["diverged"].choices[-1], outcomes=failed),)
    swept = replace(
        made["diverged"], outcomes=failed, choices=choices, winner=None, report=None,
        ended="diverged",
    )  # fmt: skip
    text = Reader(render_sweep(swept)).text
    assert "There is nothing to choose" in text
    assert "No run came as far as a first measurement" in text
    assert "What each value was worth" not in text


def test_where_nothing_is_left_to_choose_the_page_says_so():
    fields = {**FIELDS, "optimizer": "sgd"}
    swept = sweep("digits-cnn", {"weight_decay": (1e6, 9e5)}, fields=fields)
    text = Reader(write_sweep_page(swept).read_text()).text
    assert "There is nothing to choose" in text
    assert "test images" not in text


def test_a_sealed_sweep_says_so():
    swept = sweep("digits-cnn", {"seed": (1, 2)}, fields=FIELDS, open_test=False)
    text = Reader(write_sweep_page(swept).read_text()).text
    assert "digits: 2 runs compared" in text
    assert "the test set is still sealed" in text
    assert "2 runs differ in the seed alone, their mean validation loss is" in text


def test_points_are_told_by_their_error(made):
    report = PointsReport(
        data="faces", part="test", total=500, measured=499, points=9000, unit="the eyes' distance",
        error=0.031, interval=(0.029, 0.034), median=0.03, guess=None, shares=[], per_point=[],
    )  # fmt: skip
    text = Reader(render_sweep(replace(made["rates"], report=report))).text
    assert "digits: 3.1 % off" in text
    assert "points are off by 3.1 % of the eyes' distance on average" in text
    assert "lies between 2.9 % and 3.4 %" in text


def test_the_commands_repeat_it(page, made):
    text = Reader(page).text
    assert made["rates"].command in text
    winner = made["rates"].winner.trial
    assert f"batch_size={winner.recipe.batch_size}" in text
    assert "convscope predict " in text


def test_a_lead_is_weighed_against_chance(page):
    text = Reader(page).text
    assert re.search(r"By accuracy on the same validation images: run \d.*\(McNemar, exact", text)


def test_hostile_values_are_text(own_place):
    place = "<img src=x onerror=alert(1)>"
    made = sweep("digits-cnn", {"seed": (1, 2)}, fields=FIELDS, out="start")
    assert made.winner is not None
    shutil.copytree(made.winner.trial.folder, own_place / place)
    grid = {"weights": (place, str(Path("start") / made.winner.trial.folder.name))}
    page = write_sweep_page(sweep("digits-cnn", grid, fields=FIELDS, out=f"{place} 2")).read_text()
    reader = Reader(page)
    assert place in "".join(reader.words)
    assert [a for tag, a in reader.elements if tag == "img" and a.get("src") == "x"] == []
