import json

import pytest
import torch
from torch.testing import assert_close

from convscope.errors import BadData, BadModel
from convscope.evaluation.evaluate import answers_on
from convscope.evaluation.suspects import find_suspects
from convscope.evaluation.test_set import read_openings, save_answers
from convscope.prediction.folder import read_config
from convscope.reporting.evidence import gather
from convscope.seed import generator


def test_the_answers_are_those_of_the_model_and_nothing_is_opened(run, splits):
    evidence = gather(run, data=splits)
    assert evidence.test is not None
    for answers, part in ((evidence.validation, "validation"), (evidence.test, "test")):
        assert_close(answers.logits, answers_on(evidence.model, splits[part]))
        assert answers.labels.equal(splits[part].labels)
        assert answers.name(3) == splits[part].names[3]
    assert len(read_openings(run)) == 1
    assert evidence.measured is evidence.test
    assert evidence.report.total == len(splits.test)


def test_the_baseline_is_the_most_frequent_class(evidence, splits):
    counts = splits.test.class_counts()
    assert evidence.baseline.share == max(counts) / sum(counts)
    assert evidence.baseline.name == evidence.class_names[counts.index(max(counts))]


def test_a_sealed_run_is_told_by_its_validation(run, splits):
    (run / "test_logits.safetensors").unlink()
    evidence = gather(run, data=splits)
    assert evidence.test is None
    assert evidence.report.part == "validation"
    assert evidence.report.total == len(splits.validation)


def test_a_lost_report_is_made_again_from_the_answers(run, splits, evidence):
    (run / "report.json").unlink()
    again = gather(run, data=splits).report
    assert (again.part, again.correct, again.total) == (
        "test", evidence.report.correct, evidence.report.total
    )  # fmt: skip
    assert again.confusion_matrix == evidence.report.confusion_matrix


def test_every_suspect_is_counted(run):
    drawn = generator("suspects")
    logits, labels = torch.randn(997, 3, generator=drawn), torch.arange(997) % 3
    save_answers(run, logits, labels, read_config(run)["weights_sha256"], "validation")
    found = gather(run).suspects["validation"]
    assert found == find_suspects(logits, labels, count=997)
    assert len(found) > 100


def test_a_run_whose_data_are_gone_keeps_its_numbers(run):
    evidence = gather(run)
    assert evidence.splits is None
    assert evidence.absent is not None
    assert evidence.measured.name(3) == "test 3"
    (run / "validation_logits.safetensors").unlink()
    with pytest.raises(BadModel, match="put them back"):
        gather(run)


def test_validation_is_answered_anew_where_no_answers_were_kept(run, splits):
    (run / "validation_logits.safetensors").unlink()
    evidence = gather(run, data=splits)
    assert_close(evidence.validation.logits, answers_on(evidence.model, splits.validation))


def test_other_data_are_refused(run, splits):
    config = json.loads((run / "config.json").read_text())
    config["data"]["fingerprint"] = "other"
    (run / "config.json").write_text(json.dumps(config))
    with pytest.raises(BadData, match="is not what"):
        gather(run, data=splits)
