import json
import shutil
from pathlib import Path

import pytest

from tests.data.photographs import make_folder_of_classes


@pytest.fixture
def zoo(own_place) -> Path:
    for part in ("train", "test"):
        make_folder_of_classes(own_place / "zoo" / part, {"ants": 7, "bees": 11})
    return own_place / "zoo"


def test_a_sound_folder_ends_with_0_and_a_picture(convscope, zoo):
    outcome = convscope("data", "check", str(zoo))
    assert outcome.code == 0, outcome.out
    assert "nothing needs a decision" in outcome.out
    assert Path("pictures/zoo/mean-images.png").is_file()


def test_what_needs_a_decision_is_named_and_ends_with_1(convscope, zoo):
    shutil.copy(zoo / "train" / "ants" / "0.png", zoo / "test" / "ants" / "other.png")
    (zoo / "train" / "bees" / "1.png").write_bytes(b"no picture")
    (zoo / "train" / "cows").mkdir()
    outcome = convscope("data", "check", str(zoo))
    assert outcome.code == 1
    assert "train/ants/0.png = test/ants/other.png" in outcome.out
    assert "train/bees/1.png" in outcome.out
    assert "cows" in outcome.out


def test_json_is_one_object(convscope, zoo):
    outcome = convscope("data", "check", str(zoo), "--json")
    found = json.loads(outcome.out)
    assert found["counts"]["test"] == {"ants": 7, "bees": 11}
    assert found["decisions"] == []


def test_a_set_of_the_catalogue_is_checked_too(convscope):
    assert convscope("data", "check", "digits").code == 0


def test_an_unknown_name_is_told(convscope):
    outcome = convscope("data", "check", "nowhere")
    assert outcome.code == 2
    assert "no data set or folder is called 'nowhere'" in outcome.err
