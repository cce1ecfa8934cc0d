import dataclasses
import json
import shutil

import pytest
import torch
from torch.testing import assert_close

from convscope.errors import BadData, BadModel
from convscope.reporting.points_evidence import gather_points
from tests.reporting.points_run import clues, located, spots  # noqa: F401


def test_errors_are_those_that_the_test_told(clues, spots):  # noqa: F811
    assert clues.part == "test"
    assert clues.errors.nanmean(1).mean().item() == pytest.approx(clues.report.error, rel=1e-5)
    assert clues.guesses.nanmean(1).mean().item() == pytest.approx(clues.report.guess, rel=1e-5)
    assert_close(clues.points, spots.test.targets, equal_nan=True)
    assert clues.name(3) == spots.test.names[3]
    assert clues.seconds > 0


def test_without_its_data_the_numbers_are_told_all_the_same(located):  # noqa: F811
    bare = gather_points(located)
    assert bare.dataset is None
    assert bare.guesses is None
    assert "from Python" in bare.absent
    assert bare.name(3) == "test 3"
    assert bare.report.guess is not None  # it was stored


def test_while_the_test_is_sealed_it_is_about_validation(located, spots, own_place):  # noqa: F811
    folder = shutil.copytree(located, own_place / "run")
    (folder / "test_logits.safetensors").unlink()
    sealed = gather_points(folder, data=spots)
    assert sealed.part == "validation"
    assert sealed.report.total == len(spots.validation)
    (folder / "validation_logits.safetensors").unlink()
    with pytest.raises(BadModel, match="no stored answers"):
        gather_points(folder, data=spots)


def test_a_report_of_another_kind_is_damage(located, spots, own_place):  # noqa: F811
    folder = shutil.copytree(located, own_place / "run")
    stored = json.loads((folder / "report.json").read_text())
    del stored["test"]["task"]
    (folder / "report.json").write_text(json.dumps(stored))
    with pytest.raises(BadModel, match="damaged"):
        gather_points(folder, data=spots)


def test_other_data_are_refused(located, spots):  # noqa: F811
    other = dataclasses.replace(spots, fingerprint="other")
    with pytest.raises(BadData, match="not what"):
        gather_points(located, data=other)


def test_points_that_were_never_known_are_no_error(clues):  # noqa: F811
    assert torch.equal(clues.errors.isnan(), clues.points.isnan().any(2))
