import json
from pathlib import Path


def test_it_writes_the_page_and_says_what_to_do_next(convscope, trained):
    outcome = convscope("report", "--no-suspects")
    assert outcome.code == 0
    assert "report: runs/digits-cnn-1/report.html" in outcome.out
    assert "next: " in outcome.out
    assert Path("runs/digits-cnn-1/report.html").is_file()


def test_json_is_one_object_about_the_page(convscope, trained):
    told = json.loads(convscope("report", "latest", "--suspects", "--json").out)
    assert told["bytes"] == Path(told["page"]).stat().st_size < 2_000_000
    assert told["interval"][0] < told["accuracy"] < told["interval"][1]
    assert set(told["suspects"]) == {"train", "validation"}
    assert told["learning_curve"] is None
    assert told["next"][0]["sentence"]


def test_a_run_that_is_not_finished_is_told(convscope, trained):
    Path("runs/digits-cnn-1/config.json").unlink()
    outcome = convscope("report")
    assert outcome.code == 2
    assert "is unfinished" in outcome.err
    assert convscope("report", "nowhere").code == 2


def test_the_model_in_the_box_has_no_run_to_report_on(convscope):
    outcome = convscope("report", "bundled:mnist-cnn")
    assert outcome.code == 2
    assert outcome.err.startswith("convscope: bundled:mnist-cnn comes without a report: ")
