import json
import math
import re
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from torch import Tensor

from convscope.atomic import write_json
from convscope.errors import BadData, BadModel
from convscope.evaluation.comparison import Comparison, compare_answers, compare_runs
from convscope.evaluation.metrics import top_k_correct, wilson_interval
from convscope.evaluation.test_set import read_openings, save_answers
from convscope.seed import generator

counts = st.tuples(*[st.integers(0, 97)] * 4).filter(any)
LABELS = torch.arange(31) % 5


def make_comparison(both: int, only_a: int, only_b: int, neither: int, **fields) -> Comparison:
    """Two models that are right on so many images together and alone."""
    cells = torch.tensor([both, only_a, only_b, neither])
    right_a = torch.tensor([1, 1, 0, 0]).repeat_interleave(cells)
    right_b = torch.tensor([1, 0, 1, 0]).repeat_interleave(cells)
    labels = torch.arange(len(right_a)) % 3
    a, b = (torch.eye(3)[labels] * (2 * right[:, None] - 1) for right in (right_a, right_b))
    return compare_answers(a, b, labels, **fields)


def make_run(name: str, logits: Tensor | None, **fields) -> Path:
    """A folder with what a comparison reads of a run."""
    folder = Path(name)
    folder.mkdir(parents=True)
    config = {
        "format": "convscope-1",
        "data": {"test_fingerprint": "same"},
        "target_names": ["ant", "bee", "cat", "dog", "eel"],
        "weights_sha256": "abc",
        **fields,
    }
    write_json(folder / "config.json", config)
    if logits is not None:
        save_answers(folder, logits, LABELS, "abc")
    return folder


def noise(name: str) -> Tensor:
    return torch.randn(31, 5, generator=generator(name)) + 2 * torch.eye(5)[LABELS]


@pytest.mark.parametrize(
    ("both", "only_a", "only_b", "neither", "low", "high"),
    [
        (20, 2, 12, 16, 0.0562, 0.3292),  # Newcombe 1998, method 10
        (1, 7, 1, 12, -0.507, -0.026),  # Fagerland, Lydersen, Laake 2014, table II
        (59, 16, 6, 80, -0.1186, -0.0046),  # R's contingencytables, its example of Cavo 2012
    ],
)
def test_the_interval_has_the_published_values(both, only_a, only_b, neither, low, high):
    found = make_comparison(both, only_a, only_b, neither).interval
    assert found == pytest.approx((low, high), abs=5e-4 if abs(low) > 0.5 else 5e-5)


@given(counts)
def test_the_counts_agree_with_each_other(cells):
    both, only_a, only_b, neither = cells
    found = make_comparison(*cells)
    assert (found.both, found.only_a, found.only_b, found.neither) == cells
    assert found.total == sum(cells)
    assert (found.correct_a, found.correct_b) == (both + only_a, both + only_b)
    assert found.difference == pytest.approx((found.correct_b - found.correct_a) / found.total)


@given(counts)
def test_the_p_value_is_scipys_binomial_test_on_what_one_alone_knows(cells):
    _, only_a, only_b, _ = cells
    expected = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    assert make_comparison(*cells).p_value == pytest.approx(expected)


@given(counts)
def test_the_interval_holds_the_difference_within_minus_1_and_1(cells):
    found = make_comparison(*cells)
    low, high = found.interval
    assert -1 <= low <= found.difference <= high <= 1


@given(counts)
def test_with_the_models_exchanged_everything_mirrors(cells):
    both, only_a, only_b, neither = cells
    found, mirrored = make_comparison(*cells), make_comparison(both, only_b, only_a, neither)
    assert mirrored.difference == -found.difference
    assert mirrored.p_value == found.p_value
    assert mirrored.interval == pytest.approx((-found.interval[1], -found.interval[0]))


def test_where_the_answers_have_nothing_in_common_the_two_intervals_are_squared_and_added():
    # both * neither = only_a * only_b: no correlation
    found = make_comparison(6, 14, 15, 35)
    (low_a, high_a), (low_b, high_b) = wilson_interval(20, 70), wilson_interval(21, 70)
    low = 1 / 70 - math.hypot(21 / 70 - low_b, high_a - 20 / 70)
    high = 1 / 70 + math.hypot(high_b - 21 / 70, 20 / 70 - low_a)
    assert found.interval == pytest.approx((low, high))


def test_where_the_answers_are_opposite_the_two_intervals_are_simply_added():
    found = make_comparison(0, 14, 9, 0)  # each is right where the other is not: correlation -1
    (low_a, high_a), (low_b, high_b) = wilson_interval(14, 23), wilson_interval(9, 23)
    assert found.interval == pytest.approx((low_b - high_a, high_b - low_a))


def test_answers_that_go_together_tell_a_difference_more_narrowly():
    apart, together = make_comparison(49, 21, 23, 9), make_comparison(70, 0, 2, 30)
    assert apart.difference == pytest.approx(together.difference)
    width_apart, width_together = (c.interval[1] - c.interval[0] for c in (apart, together))
    assert width_together < width_apart / 2


def test_right_is_what_the_report_counts():
    a, b = noise("a"), noise("b")
    a[:3], b[2:7, 1] = torch.nan, torch.nan
    found = compare_answers(a, b, LABELS)
    assert found.correct_a == top_k_correct(a, LABELS, 1)
    assert found.correct_b == top_k_correct(b, LABELS, 1)


def test_a_clear_difference_is_said_with_its_interval_and_its_odds():
    found = make_comparison(9600, 100, 220, 80, names=("mnist-1", "mnist-2"))
    assert found.sentence == (
        "mnist-2 is better than mnist-1 by 1.20 percentage points (95 % interval 0.85 to 1.56): "
        "of 10,000 images, mnist-2 alone is right on 220, mnist-1 alone on 100; were both equally "
        "good, chance would bring so large a difference in fewer than 1 of 10^10 comparisons "
        "(McNemar, exact)."
    )


def test_the_better_model_comes_first_whichever_it_is():
    names = ("one", "two")
    ahead = make_comparison(60, 3, 20, 10, names=names).sentence
    behind = make_comparison(60, 20, 3, 10, names=names[::-1]).sentence
    assert ahead == behind
    assert ahead.startswith("two is better than one by 18.28 percentage points")
    assert "in 1 of 2,000 comparisons" in ahead


def test_a_difference_that_chance_brings_is_not_called_one():
    found = make_comparison(9700, 103, 96, 101)
    assert found.sentence == (
        "A and B cannot be told apart: a lead of 0.07 percentage points "
        "(95 % interval -0.21 to 0.35) may be chance (McNemar, exact: p = 0.67); "
        "of 10,000 images, A alone is right on 103, B alone on 96."
    )


@pytest.mark.parametrize("alone", [0, 5])
def test_no_difference_at_all_is_chance(alone):
    found = make_comparison(90, alone, alone, 11)
    assert (found.difference, found.p_value) == (0.0, 1.0)
    assert found.sentence.startswith("A and B cannot be told apart: a lead of 0.00 percentage")


def test_a_chance_too_small_for_a_number_is_still_said():
    found = make_comparison(0, 0, 10007, 0)
    assert found.p_value == 0.0
    assert "in fewer than 1 of 10^300 comparisons" in found.sentence


def test_its_json_has_the_fields_and_the_sentence():
    found = make_comparison(60, 3, 20, 10)
    stored = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert stored["sentence"] == found.sentence
    assert (stored["names"], stored["interval"]) == (["A", "B"], list(found.interval))
    assert stored["only_b"] == 20


def test_runs_are_compared_by_what_they_stored_and_nothing_is_written():
    a, b = make_run("runs/one", noise("a")), make_run("runs/two", noise("b"))
    before = {path: path.read_bytes() for path in Path("runs").rglob("*") if path.is_file()}
    expected = compare_answers(noise("a"), noise("b"), LABELS, ("one", "two"))
    assert compare_runs(a, b) == compare_runs("one", "runs/two") == expected
    assert {p: p.read_bytes() for p in Path("runs").rglob("*") if p.is_file()} == before
    assert read_openings(a) == []


def test_a_run_that_training_left_can_be_compared_with_itself(run):
    found = compare_runs(run, "noise-1")
    assert (found.total, found.difference, found.p_value) == (31, 0.0, 1.0)


def test_a_link_has_the_name_of_its_run_and_equal_names_get_their_folders():
    make_run("runs/one", noise("a"))
    Path("runs/latest").symlink_to("one")
    make_run("other/two", noise("b"))
    make_run("other/one", noise("c"))
    assert compare_runs("latest", "other/two").names == ("one", "two")
    assert compare_runs("one", "other/one").names == ("runs/one", "other/one")


@pytest.mark.parametrize(
    "fields",
    [
        {"data": {"test_fingerprint": "other"}},
        {"data": None},
        {"target_names": ["bee", "ant", "cat", "dog", "eel"]},
    ],
)
def test_runs_on_other_test_images_or_classes_are_refused(fields):
    make_run("one", noise("a"))
    make_run("two", noise("b"), **fields)
    with pytest.raises(BadData, match="one and two have not the same test images and classes"):
        compare_runs("one", "two")


def test_runs_that_do_not_say_what_they_were_tested_on_are_refused():
    make_run("one", noise("a"), data={})
    make_run("two", noise("b"), data={})
    with pytest.raises(BadData, match="not the same test images"):
        compare_runs("one", "two")


def test_runs_with_other_labels_are_refused():
    make_run("one", noise("a"))
    save_answers(make_run("two", None), noise("b"), LABELS.flip(0), "abc")
    with pytest.raises(BadData, match="not the same test images"):
        compare_runs("one", "two")


def test_a_sealed_run_says_how_to_open_it():
    make_run("one", noise("a"))
    make_run("two", None)
    said = "the test set of two is sealed .* `convscope evaluate two --part test` opens it"
    with pytest.raises(BadModel, match=said):
        compare_runs("one", "two")


def test_answers_of_earlier_weights_are_not_compared():
    make_run("one", noise("a"))
    make_run("two", noise("b"), weights_sha256="def")
    said = "the test answers in two are of earlier weights: `convscope train --resume two`"
    with pytest.raises(BadModel, match=said):
        compare_runs("one", "two")


def test_the_bundled_model_has_no_answers_and_it_is_said():
    make_run("one", noise("a"))
    said = "bundled:mnist-cnn comes without its answers to the test images: compare with a run"
    with pytest.raises(BadModel, match=re.escape(said)):
        compare_runs("one", "bundled:mnist-cnn")
