"""Points on the command line, from a folder with a table to pictures with points drawn."""

import json

import pytest

from tests.data.marked import make_spots

PEOPLE = [f"person{i}_{j}.png" for i in range(11) for j in range(3)]
SURE = ("--threads", "1", "--precision", "float32", "--memory-format", "contiguous")


@pytest.fixture
def spots(own_place):
    folder = make_spots(own_place / "spots", "train", PEOPLE)
    return make_spots(folder, "test", [f"guest{i}_1.png" for i in range(5)], seed=7)


def test_a_folder_is_learned_measured_asked_and_reported(convscope, spots, own_place):
    trained = convscope(
        "train",
        "--data",
        str(spots),
        "size=16",
        "epochs=2",
        "network.width=4",
        *SURE,
        "--out",
        "run",
    )
    assert trained.code == 0, trained.err
    assert "test error" in trained.out
    assert "16 groups" in trained.err
    assert "points: spots" in trained.err
    measured = convscope("evaluate", "run")
    assert "always answering the mean places" in measured.out
    assert "left" in measured.out
    stored = json.loads(convscope("evaluate", "run", "--json").out)
    assert stored["task"] == "points"
    anew = json.loads(convscope("evaluate", "run", "--data", str(spots), "--json").out)
    assert anew["error"] == pytest.approx(stored["error"], rel=1e-4)
    page = json.loads(convscope("report", "run", "--json").out)
    assert page["error"] == stored["error"]
    picture = str(spots / "test" / "guest0_1.png")
    asked = convscope("predict", "run", picture, "--json", "--out", "drawn")
    (answer,) = json.loads(asked.out)["predictions"]
    assert [point["point"] for point in answer["points"]] == ["left", "right"]
    assert (own_place / "drawn" / "guest0_1-points.png").is_file()
    table = convscope("predict", "run", picture, "--csv").out.splitlines()
    assert table[0] == "name,left_x,left_y,right_x,right_y"
    for words in (
        ("evaluate", "run", "--learning-curve"), ("evaluate", "run", "run"),
        ("evaluate", "run", "--dropout-demo", picture), ("evaluate", "run", "--invariance"),
    ):  # fmt: skip
        refused = convscope(*words)
        assert refused.code == 2
        assert "run answers with points" in refused.err


def test_the_data_are_shown_and_checked(convscope, spots, own_place):
    shown = convscope("data", "show", str(spots), "--recipe", "points")
    assert "2 of 2 points are known in every image" in shown.out
    assert (own_place / "pictures" / "spots" / "contact-sheet.png").is_file()
    checked = convscope("data", "check", str(spots))
    assert "points are known" in checked.out
    assert (own_place / "pictures" / "spots" / "points.png").is_file()


def test_a_flip_without_pairs_is_refused_only_where_it_was_asked_for(convscope, spots):
    for table in spots.glob("*.csv"):
        table.write_text(table.read_text().replace("left_", "one_").replace("right_", "two_"))
    short = ("--data", str(spots), "size=16", "epochs=1", "network.width=4", *SURE, "--no-report")
    usual = convscope("train", *short)
    assert usual.code == 0, usual.err
    assert "no picture is mirrored" in usual.err
    refused = convscope("train", *short, "augment=flip")
    assert refused.code == 2
    assert "pairs.csv" in refused.err


def test_a_bad_cell_is_one_sentence(convscope, spots):
    text = (spots / "train.csv").read_text().splitlines()
    text[4] = text[4].replace(",", ",oops", 1)
    (spots / "train.csv").write_text("\n".join(text))
    refused = convscope("train", "--data", str(spots))
    assert refused.code == 2
    assert "line 5, column left_x: 'oops" in refused.err
    assert len(refused.err.strip().splitlines()) == 1


def test_drawing_is_for_points_alone(convscope, spots):
    refused = convscope("predict", "bundled:mnist-cnn", str(spots / "test"), "--out", "drawn")
    assert refused.code == 2
    assert "--out is for models that answer with points" in refused.err
