"""Nets whose tolerance is known: one that counts, one that looks at the upper half."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from convscope.data.dataset import Dataset, Splits
from convscope.data.preprocess import Preprocessing
from convscope.errors import BadData, BadModel, BadValue
from convscope.evaluation.evaluate import evaluate
from convscope.evaluation.invariance import measure_invariance, measure_runs
from convscope.evaluation.test_set import read_openings
from convscope.evaluation.tolerance import curve_of
from convscope.evaluation.transformations import UNITS
from convscope.prediction.folder import save_config
from convscope.prediction.model import Model
from convscope.seed import generator

SIDE = 17


class Counts(nn.Module):
    """Says "many" if more than 12 pixels are bright: no shift can change that."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.stack([12 - images.sum((1, 2, 3)), images.sum((1, 2, 3)) - 12], 1)


class LooksUp(nn.Module):
    """Says "many" if the upper half is brighter than the lower one."""

    def forward(self, images: Tensor) -> Tensor:
        upper, lower = images[:, :, :8].sum((1, 2, 3)), images[:, :, -8:].sum((1, 2, 3))
        return torch.stack([lower - upper, upper - lower], 1)


def model(net: nn.Module, permutation: int | None = None) -> Model:
    step = Preprocessing(
        size=(SIDE, SIDE), resize=SIDE, channels=1, mean=(0.0,), std=(1.0,), permutation=permutation
    )
    return Model(net=net, preprocessing=step, target_names=("few", "many"))


@pytest.fixture
def squares() -> Dataset:
    """White squares in the upper half: 3 pixels a side are few, 6 are many."""
    images = torch.zeros(60, 1, SIDE, SIDE, dtype=torch.uint8)
    places = torch.randint(4, 8, (60,), generator=generator("squares"))
    for i, (image, place) in enumerate(zip(images, places.tolist(), strict=True)):
        side = 6 if i % 2 else 3
        image[0, 2 : 2 + side, place : place + side] = 255
        image[0, -1, 8] = i  # no two are equal
    return Dataset(
        images=images,
        targets=torch.arange(60) % 2,
        names=[str(i) for i in range(60)],
        target_names=("few", "many"),
    )


def test_a_net_that_counts_pixels_bears_every_turn_and_shift_but_not_every_size(squares):
    (found,) = measure_invariance({"counts": model(Counts())}, squares, data="squares")
    shift, scale, rotate = found.curves
    assert found.unchanged.accuracy == 1
    assert (found.guessing, found.half_way) == (0.5, 0.75)
    assert (found.images, found.of, found.part) == (60, 60, "all")
    assert [step.accuracy for step in rotate.steps] == [1.0] * 13
    whole = [step for step in shift.steps if step.amount <= 2]  # nothing leaves the picture yet
    assert [step.accuracy for step in whole] == [1.0] * 3
    # 36 pixels become 12 at sqrt(12 / 36) = 0.58 times the size, 9 become 12 at 1.15 times
    assert (scale.fails_below, scale.fails_above) == (0.55, 1.2)
    recalls = {step.amount: [row.recall for row in step.per_class] for step in scale.steps}
    assert (recalls[0.55], recalls[0.6]) == ([1.0, 0.0], [1.0, 1.0])
    assert (recalls[1.0], recalls[1.2]) == ([1.0, 1.0], [0.0, 1.0])
    assert scale.worst(1).per_class[1].mistaken_for == "few"


def test_a_net_that_looks_up_is_turned_around_by_half_a_turn(squares):
    everything = squares.subset([i for i in range(60) if i % 2])
    given = {"up": model(LooksUp()), "counts": model(Counts())}
    up, counts = measure_invariance(given, everything)
    assert (up.name, counts.name) == ("up", "counts")
    rotate = up.curves[2]
    assert rotate.steps[-1].amount == 180
    assert rotate.steps[-1].accuracy == 0
    assert counts.curves[2].steps[-1].accuracy == 1
    assert up.half_way is None  # always saying "many" is as good
    assert rotate.fails_above is None
    assert "no better than guessing" in up.sentences[0]


def test_the_picture_is_changed_before_its_pixels_are_permuted(squares):
    plain, permuted = measure_invariance(
        {"plain": model(Counts()), "permuted": model(Counts(), 3)}, squares
    )
    for one, another in zip(plain.curves, permuted.curves, strict=True):
        assert [s.correct for s in one.steps] == [s.correct for s in another.steps]


def test_what_fails_is_told_with_its_numbers_and_what_was_cut_off(squares):
    (found,) = measure_invariance({"counts": model(Counts())}, squares)
    assert found.sentences == [
        "shift: does not fail up to 8 pixels",
        "scale: fails from 0.55 times the size and below, 50.0 % right "
        "(95 % interval 37.7 to 62.3)",
        "scale: fails from 1.2 times the size upwards, 50.0 % right (95 % interval 37.7 to 62.3)",
        "rotate: does not fail up to 180 degrees",
    ]
    told = json.loads(json.dumps(found.to_json()))
    assert told["sentences"] == found.sentences
    assert [row["class"] for row in told["worst"]] == ["few", "many"]
    assert told["worst"][1]["scale"]["mistaken_for"] == "few"
    assert [curve["kind"] for curve in told["curves"]] == list(UNITS)


def test_what_was_cut_off_is_told(squares):
    (found,) = measure_invariance({"counts": model(Counts())}, squares)
    half = replace(found.unchanged, amount=9.0, inside=0.5, accuracy=0.25, interval=(0.1, 0.4))
    cut = replace(found, curves=(curve_of("shift", found.unchanged, [half], 0.75),))
    assert cut.sentences == [
        "shift: fails from 9 pixels upwards, 25.0 % right (95 % interval 10.0 to 40.0), "
        "with 50 % of what stands out still in the pictures"
    ]


def test_a_limit_takes_its_share_of_every_class(squares):
    heard: list[str] = []
    (found,) = measure_invariance({"c": model(Counts())}, squares, limit=20, told=heard.append)
    assert (found.images, found.of) == (20, 60)
    assert [row.total for row in found.unchanged.per_class] == [10, 10]
    (again,) = measure_invariance({"c": model(Counts())}, squares, limit=20)
    assert again == found
    assert heard[0] == "shift: 1 pixels"
    assert len(heard) == sum(len(curve.steps) - 1 for curve in found.curves)


def test_nothing_of_the_model_is_changed(squares):
    net = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(SIDE**2), nn.Linear(SIDE**2, 2)).train()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    measure_invariance({"net": model(net)}, squares)
    assert net.training
    assert_close(net.state_dict(), before, rtol=0, atol=0)


def test_what_cannot_be_measured_is_told(squares, dataset):
    with pytest.raises(BadData, match=r"counts takes images of \(1, 17, 17\)"):
        measure_invariance({"counts": model(Counts())}, dataset)
    with pytest.raises(BadValue, match="limit 0: at least 1"):
        measure_invariance({"counts": model(Counts())}, squares, limit=0)


def test_a_run_is_measured_on_what_it_held_out(run: Path, splits: Splits):
    (found,) = measure_runs([run])
    assert (found.name, found.data, found.part) == ("noise-1", "noise", "validation")
    assert found.of == len(splits.validation)
    report = evaluate(run, part="validation")
    assert found.unchanged.correct == report.correct
    assert len(read_openings(run)) == 1  # the sealed test stayed shut


def test_runs_that_held_out_other_images_are_not_measured_together(run, model, splits):
    with pytest.raises(BadValue, match="a run is given twice"):
        measure_runs([run, "noise-1"])
    other = run.parent / "other"
    other.mkdir()
    (other / "model.safetensors").write_bytes((run / "model.safetensors").read_bytes())
    config = json.loads((run / "config.json").read_text())
    save_config(
        other,
        model,
        {
            "data": {**config["data"], "fingerprint": "another"},
            "weights_sha256": config["weights_sha256"],
        },
    )
    with pytest.raises(BadData, match="noise-1, other did not hold out the same images"):
        measure_runs([run, other])
    with pytest.raises(BadModel, match="no run 'nowhere'"):
        measure_runs(["nowhere"])
