import csv
import io
import json

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw


def draw_one(ink: int, paper: int) -> Picture.Image:
    """A thick vertical stroke: a one."""
    picture = Picture.new("L", (280, 280), paper)
    ImageDraw.Draw(picture).line([(145, 50), (140, 230)], fill=ink, width=26)
    return picture


@pytest.fixture
def pictures(own_place):
    folder = own_place / "pictures"
    folder.mkdir()
    draw_one(255, 0).save(folder / "=one.png")
    draw_one(0, 255).save(folder / "paper.png")
    return folder


def test_a_drawn_one_is_a_one(convscope, pictures):
    outcome = convscope("predict", "bundled:mnist-cnn", "pictures/=one.png", "--top", "3")
    assert outcome.code == 0
    assert outcome.out.startswith("pictures/=one.png: 1 ")
    assert outcome.out.count("%") == 3


def test_dark_ink_on_white_paper_is_named_and_can_be_inverted(convscope, pictures):
    outcome = convscope("predict", "bundled:mnist-cnn", "pictures/paper.png")
    assert "paper.png looks inverted" in outcome.err
    assert "--invert" in outcome.err
    inverted = convscope("predict", "bundled:mnist-cnn", "pictures/paper.png", "--invert")
    assert inverted.err == ""
    assert inverted.out.startswith("pictures/paper.png: 1 ")


def test_a_folder_is_answered_as_one_json_object(convscope, pictures):
    result = json.loads(convscope("predict", "bundled:mnist-cnn", "pictures", "--json").out)
    answers = {p["file"]: p for p in result["predictions"]}
    assert list(answers) == ["pictures/=one.png", "pictures/paper.png"]
    assert [answers[file]["inverted"] for file in answers] == [False, True]
    ranking = answers["pictures/=one.png"]["ranking"]
    assert len(ranking) == 5
    assert ranking[0]["class"] == "1"
    probabilities = [entry["probability"] for entry in ranking]
    assert probabilities == sorted(probabilities, reverse=True)


def test_csv_is_safe_to_open_in_a_spreadsheet(convscope, pictures, monkeypatch):
    monkeypatch.chdir(pictures)
    text = convscope("predict", "bundled:mnist-cnn", "=one.png", "--csv", "--top", "2").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["file"] for row in rows] == ["'=one.png", "'=one.png"]
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert rows[0]["class"] == "1"


def test_an_unreadable_picture_is_named_and_the_others_are_answered(convscope, pictures):
    (pictures / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    outcome = convscope("predict", "bundled:mnist-cnn", "pictures")
    assert outcome.code == 2
    assert "broken.png" in outcome.err
    assert len(outcome.out.splitlines()) == 2


def test_a_name_cannot_steer_the_terminal(convscope, own_place):
    name = "a\x1b[31mb.png"
    Picture.fromarray(np.zeros((28, 28), np.uint8)).save(own_place / name)
    outcome = convscope("predict", "bundled:mnist-cnn", name)
    assert "\x1b" not in outcome.out
    assert "a\\x1b[31mb.png" in outcome.out


def test_two_formats_at_once_are_refused(convscope, pictures):
    outcome = convscope("predict", "bundled:mnist-cnn", "pictures", "--json", "--csv")
    assert outcome.code == 2
    assert "ask for one" in outcome.err
