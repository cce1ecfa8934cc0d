import json
from pathlib import Path

import pytest

from tests.cli.conftest import SURE


def test_one_run_is_told_by_amount_by_limit_and_by_class(convscope, trained):
    outcome = convscope("evaluate", "latest", "--invariance", "--limit", "100")
    assert outcome.code == 0
    assert outcome.err.split() == ["shift", "scale", "rotate"]  # progress
    assert "digits, validation: 1" in outcome.out
    for heading in ("shift, pixels", "scale, times the size", "rotate, degrees"):
        assert f"{heading}  digits-cnn-1" in outcome.out
    assert "digits-cnn-1 fails where its accuracy is surely below" in outcome.out
    assert "shift: taken for" in outcome.out
    drawn = [line.removeprefix("figure: ") for line in outcome.out.splitlines()[-4:]]
    assert [Path(path).name for path in drawn] == [
        "invariance.png", "invariance.svg", "invariance-classes.png", "invariance-classes.svg",
    ]  # fmt: skip
    assert all(Path(path).is_file() for path in drawn)
    assert {Path(path).parent.resolve() for path in drawn} == {Path("runs/digits-cnn-1").resolve()}
    assert len(json.loads(Path("runs/latest/test_openings.json").read_text())) == 1


def test_several_runs_share_one_figure_and_one_object(convscope, trained):
    convscope("train", "epochs=1", "permute_pixels=true", "--no-report", *SURE)
    words = ["evaluate", "digits-cnn-1", "digits-cnn-2", "--invariance", "--limit", "60"]
    told = json.loads(convscope(*words, "--out", "drawn", "--json").out)
    assert [run["name"] for run in told["runs"]] == ["digits-cnn-1", "digits-cnn-2"]
    assert told["figures"] == [
        f"drawn/{stem}.{suffix}"
        for stem in ("invariance", "invariance-classes-1", "invariance-classes-2")
        for suffix in ("png", "svg")
    ]
    first, second = told["runs"]
    assert first["images"] == second["images"]
    assert [curve["kind"] for curve in first["curves"]] == ["shift", "scale", "rotate"]
    unchanged = [s for s in first["curves"][1]["steps"] if s["amount"] == 1]
    assert unchanged[0]["correct"] == first["unchanged"]["correct"]
    assert {row["class"] for row in first["worst"]} == set("0123456789")
    assert "digits-cnn-1" in convscope(*words, "--out", "drawn").out


def test_all_validation_images_give_the_validation_accuracy(convscope, trained):
    report = json.loads(convscope("evaluate", "latest", "--part", "validation", "--json").out)
    words = ["evaluate", "latest", "--invariance", "--limit", "5000", "--json"]
    (run,) = json.loads(convscope(*words).out)["runs"]
    assert run["images"] == run["of"] == report["total"]
    assert run["unchanged"]["correct"] == report["correct"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--invariance", "--part", "test"], "changes the validation images: leave --part out"),
        (["--invariance", "--dropout-demo", "x.png"], "leave --dropout-demo out"),
        (["--limit", "5"], "--limit: only --invariance takes this"),
        (["--out", "here"], "--out: only --invariance takes this"),
        (["one", "two"], "3 runs: two are compared; --invariance takes any number"),
        (["--invariance", "--limit", "0"], "0 is not in the range"),
        (["other", "--invariance"], "no run 'other'"),
    ],
)
def test_what_does_not_go_together_is_told(convscope, words, said):
    outcome = convscope("evaluate", "bundled:mnist-cnn", *words)
    assert outcome.code == 2
    assert said in outcome.err
