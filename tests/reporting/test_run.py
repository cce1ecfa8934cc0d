import json

import pytest

from convscope.errors import BadModel, CannotWrite
from convscope.reporting import run as module
from convscope.reporting.run import write_report


def test_the_page_and_its_figures_lie_in_the_runs_folder(run, splits):
    written = write_report(run, data=splits, suspects=False)
    assert written.page == run / "report.html"
    assert f"{written.evidence.report.correct} of" in written.page.read_text()
    assert (run / "figures" / "confusion.svg").is_file()
    assert (run / "figures" / "loss.png").is_file()


def test_the_same_run_gives_the_same_page(run, splits):
    first = write_report(run, data=splits, suspects=False).page.read_bytes()
    assert write_report(run, data=splits, suspects=False).page.read_bytes() == first


def test_nothing_is_opened_and_nothing_else_changes(run, splits):
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    write_report(run, data=splits, suspects=False)
    assert all(path.read_bytes() == content for path, content in before.items())
    assert len(json.loads((run / "test_openings.json").read_text())) == 1


def test_what_takes_seconds_is_done_without_asking_and_kept(run, splits, monkeypatch):
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


def test_what_was_only_offered_may_fail_what_was_asked_for_may_not(run, splits, monkeypatch):
    def refuse(*_, **__):
        raise BadModel("trained with a network of your own")

    monkeypatch.setattr(module, "find_subject", refuse)
    assert write_report(run, data=splits).page.is_file()
    with pytest.raises(BadModel, match="network of your own"):
        write_report(run, data=splits, suspects=True)


def test_an_error_leaves_the_page_that_was_there(run, splits, monkeypatch):
    (run / "report.html").write_text("the old page")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(CannotWrite, match="the disk is full"):
        write_report(run, data=splits, suspects=False)
    assert (run / "report.html").read_text() == "the old page"


@pytest.mark.parametrize("name", ["nowhere", "bundled:nothing"])
def test_a_run_that_is_not_there_is_told(name):
    with pytest.raises(BadModel, match=name):
        write_report(name)
