import json
from pathlib import Path

import pytest

from convscope.errors import BadModel, CannotWrite
from convscope.reporting import run as module
from convscope.reporting.run import write_report


@pytest.fixture
def one_figure(monkeypatch) -> None:
    """The figures take most of the time, and have tests of their own."""
    drawn = module.figures_of
    monkeypatch.setattr(module, "figures_of", lambda *known: {"loss": drawn(*known)["loss"]})


def test_page_and_figures_lie_in_the_runs_folder_the_same_at_every_writing(run, splits, one_figure):
    def written() -> dict[str, bytes]:
        told = write_report(run, data=splits, suspects=False)
        assert told.page == run / "report.html"
        assert f"{told.evidence.report.correct} of" in told.page.read_text()
        figures = sorted((run / "figures").iterdir())
        return {path.name: path.read_bytes() for path in [told.page, *figures]}

    first = written()
    assert set(first) == {"report.html", "loss.svg", "loss.png"}
    assert written() == first


def test_the_latest_run_is_told_by_its_own_name(run, splits, one_figure):
    Path("latest").symlink_to("run")
    assert write_report("latest", data=splits, suspects=False).page == Path("run/report.html")
    assert "latest" not in Path("run/report.html").read_text()


def test_nothing_is_opened_and_nothing_else_changes(run, splits, one_figure):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    write_report(run, data=splits, suspects=False)
    assert all(path.read_bytes() == content for path, content in before.items())
    assert len(json.loads((run / "test_openings.json").read_text())) == 1


def test_a_run_whose_data_are_gone_gets_a_page_that_says_so(run, one_figure):
    page = write_report(run).page.read_text()
    assert f"no pictures in this page: {run} was trained on data given from Python" in page
    assert '"pictures":{}' in page


def test_a_sealed_run_gets_a_page_about_validation(run, splits, one_figure):
    for name in ("test_logits.safetensors", "test_openings.json"):
        (run / name).unlink()
    (run / "report.json").write_text('{"test": null}')
    page = write_report(run, data=splits, suspects=False).page.read_text()
    assert f"of {len(splits.validation)} validation images" in page
    assert "The test set is still sealed" in page
    assert not (run / "test_openings.json").exists()


def test_what_takes_seconds_is_done_without_asking(run, splits, one_figure, monkeypatch):
    asked = []
    monkeypatch.setattr(module, "find_subject", lambda *_, **__: "subject")
    monkeypatch.setattr(module, "cross_validate", lambda *_: asked.append("suspects"))
    monkeypatch.setattr(module, "measure_learning_curve", lambda *_: asked.append("curve"))
    write_report(run, data=splits, suspects=False)
    assert asked == []
    write_report(run, data=splits, learning_curve=True)
    assert asked == ["suspects", "curve"]
    asked.clear()
    monkeypatch.setattr(module, "SOON", 0.0)
    write_report(run, data=splits)
    assert asked == []


def test_what_three_models_say_of_the_training_images_is_kept(run, splits, one_figure):
    said = write_report(run, data=splits, suspects=True).evidence.suspects
    assert set(said) == {"validation", "train"}
    assert "Three models were trained" in (run / "report.html").read_text()
    assert write_report(run, data=splits, suspects=False).evidence.suspects == said


def test_what_was_only_offered_may_fail_what_was_asked_for_may_not(
    run, splits, one_figure, monkeypatch
):
    def refuse(*_, **__):
        raise BadModel("trained with a network of your own")

    monkeypatch.setattr(module, "find_subject", refuse)
    assert write_report(run, data=splits).page.is_file()
    with pytest.raises(BadModel, match="network of your own"):
        write_report(run, data=splits, suspects=True)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(28, "No space left on device"), CannotWrite),
    ],
)
@pytest.mark.parametrize("when", ["os.fsync", "convscope.reporting.run.render"])
def test_what_happens_in_the_middle_leaves_the_page_that_was_there(
    run, splits, one_figure, monkeypatch, when, happens, told
):
    (run / "report.html").write_text("the old page")

    def fail(*_):
        raise happens

    monkeypatch.setattr(when, fail)
    with pytest.raises(told if when == "os.fsync" else type(happens)):
        write_report(run, data=splits, suspects=False)
    assert (run / "report.html").read_text() == "the old page"
    assert not list(run.glob("*.part"))


@pytest.mark.parametrize("name", ["nowhere", "bundled:nothing"])
def test_a_run_that_is_not_there_is_told(name):
    with pytest.raises(BadModel, match=name):
        write_report(name)


def test_the_model_in_the_box_and_an_unfinished_run_are_told(run):
    with pytest.raises(BadModel, match="`convscope train mnist-cnn` makes a run"):
        write_report("bundled:mnist-cnn")
    (run / "config.json").unlink()
    with pytest.raises(BadModel, match=r"run is unfinished .*: `convscope train --resume run`"):
        write_report("run")
