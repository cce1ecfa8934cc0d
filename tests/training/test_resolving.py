import json

import pytest
import torch
from torch import nn

from convscope import device
from convscope.data.download import cache_folder
from convscope.device import Resolved, computes_bfloat16
from convscope.errors import BadNetwork, BadValue
from convscope.networks.mlp import MLP
from convscope.training import resolving
from convscope.training.objective import Classification
from convscope.training.recipe import Recipe
from convscope.training.resolving import rehearse, resolve

BATCH = (torch.zeros(5, 1, 11, 13), torch.zeros(5, dtype=torch.long))


def net() -> MLP:
    return MLP(2, 1, (11, 13), hidden=[3])


def test_what_the_recipe_fixes_is_taken_as_it_is(monkeypatch):
    monkeypatch.setattr(resolving, "_Stepper", None)  # nothing may be measured
    recipe = Recipe(threads=1, precision="bfloat16", memory_format="contiguous", device="cpu")
    resolved = resolve(recipe, net(), Classification(), BATCH)
    assert resolved.to_json() == {
        "device": "cpu", "precision": "bfloat16", "memory_format": "contiguous", "threads": 1,
        "kernels": "torch",
    }  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(resolving, "_quiet", lambda: True)


def test_the_fastest_is_measured_once_and_remembered(monkeypatch):
    first = resolve(Recipe(device="cpu"), net(), Classification(), BATCH)
    assert (cache_folder() / "resolved.json").is_file()
    monkeypatch.setattr(resolving, "_Stepper", None)
    assert resolve(Recipe(device="cpu"), net(), Classification(), BATCH) == first


def test_another_way_is_taken_only_if_it_is_clearly_faster(monkeypatch, tmp_path):
    class Stepper:
        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate
            self.fastest = 1.0 if candidate.memory_format == "channels_last" else slow

        def run(self):
            pass

    monkeypatch.setattr(resolving, "_Stepper", Stepper)
    recipe = Recipe(device="cpu", threads=1, precision="float32")
    for slow, taken in ((0.95, "channels_last"), (0.5, "contiguous")):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache-{slow}"))
        chosen = resolve(recipe, net(), Classification(), BATCH)
        assert chosen.memory_format == taken


@pytest.mark.parametrize(("enough", "turns"), [(1000.0, resolving.ROUNDS), (0.0, 1)])
def test_long_steps_get_fewer_turns(monkeypatch, enough, turns):
    taken = []

    class Stepper:
        fastest = 1.0

        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate

        def run(self):
            taken.append(self.candidate.memory_format)

    monkeypatch.setattr(resolving, "_Stepper", Stepper)
    monkeypatch.setattr(resolving, "ENOUGH", enough)
    resolve(Recipe(device="cpu", threads=1, precision="float32"), net(), Classification(), BATCH)
    assert taken == ["channels_last", "contiguous"] * turns


def test_fewer_threads_because_of_a_busy_neighbour_are_not_remembered(monkeypatch):
    class Stepper:
        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate
            self.fastest = float(candidate.threads)  # seconds: one thread is the fastest

        def run(self):
            pass

    monkeypatch.setattr(resolving, "_Stepper", Stepper)
    monkeypatch.setattr(resolving, "usable_cores", lambda: 2)
    monkeypatch.setattr(device, "usable_cores", lambda: 2)
    recipe = Recipe(device="cpu", precision="float32")
    for quiet in (False, True):
        monkeypatch.setattr(resolving, "_quiet", lambda quiet=quiet: quiet)
        assert resolve(recipe, net(), Classification(), BATCH).threads == 1
        assert (cache_folder() / "resolved.json").exists() == quiet


def test_a_damaged_or_unwritable_memory_is_no_reason_to_stop(own_place):
    cache_folder().mkdir(parents=True)
    (cache_folder() / "resolved.json").write_text("[1, 2")
    resolved = resolve(Recipe(device="cpu"), net(), Classification(), BATCH)
    assert list(json.loads((cache_folder() / "resolved.json").read_text()).values()) == [
        resolved.to_json()
    ]


def test_bfloat16_is_tried_only_where_the_hardware_has_it(monkeypatch):
    seen = []

    class Stepper:
        fastest = 1.0

        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate
            seen.append(candidate.precision)

        def run(self):
            pass

    monkeypatch.setattr(resolving, "_Stepper", Stepper)
    resolve(Recipe(device="cpu"), net(), Classification(), BATCH)
    assert ("bfloat16" in seen) == computes_bfloat16(torch.device("cpu"))


def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(BadValue, match="this machine offers auto, cpu"):
        resolve(Recipe(device="cuda:77"), net(), Classification(), BATCH)


def test_a_batch_that_is_too_small_to_learn_from_is_told_with_the_remedy():
    pooled = nn.Sequential(nn.Flatten(), nn.LazyLinear(5), nn.BatchNorm1d(5), nn.Linear(5, 2))
    pooled(BATCH[0])
    alone = tuple(each[:1] for each in BATCH)
    chosen = Resolved(device="cpu", precision="float32", memory_format="contiguous", threads=1)
    rehearse(chosen, pooled, Classification(), BATCH, "mine")
    with pytest.raises(BadNetwork, match="mine cannot take a training step .*: layer 2 "
                       r"\(BatchNorm1d\) gets one value per channel from a batch of one image: "
                       "train with batches of 2 or more"):  # fmt: skip
        rehearse(chosen, pooled, Classification(), alone, "mine")
