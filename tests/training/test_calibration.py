import json

import pytest
import torch

from convscope import device
from convscope.data.download import cache_folder
from convscope.device import computes_bfloat16
from convscope.errors import BadValue
from convscope.networks.mlp import MLP
from convscope.training import calibration
from convscope.training.calibration import resolve
from convscope.training.objective import Classification
from convscope.training.recipe import Recipe

BATCH = (torch.zeros(5, 1, 11, 13), torch.zeros(5, dtype=torch.long))


def net() -> MLP:
    return MLP(2, 1, (11, 13), hidden=[3])


def test_what_the_recipe_fixes_is_taken_as_it_is(monkeypatch):
    monkeypatch.setattr(calibration, "_Trial", None)  # nothing may be measured
    recipe = Recipe(threads=1, precision="bfloat16", memory_format="contiguous", device="cpu")
    resolved = resolve(recipe, net(), Classification(), BATCH)
    assert resolved.to_json() == {
        "device": "cpu", "precision": "bfloat16", "memory_format": "contiguous", "threads": 1,
        "kernels": "torch",
    }  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(calibration, "_quiet", lambda: True)


def test_the_fastest_is_measured_once_and_remembered(monkeypatch):
    first = resolve(Recipe(device="cpu"), net(), Classification(), BATCH)
    assert (cache_folder() / "calibration.json").is_file()
    monkeypatch.setattr(calibration, "_Trial", None)
    assert resolve(Recipe(device="cpu"), net(), Classification(), BATCH) == first


def test_another_way_is_taken_only_if_it_is_clearly_faster(monkeypatch, tmp_path):
    class Trial:
        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate
            self.fastest = 1.0 if candidate.memory_format == "channels_last" else slow

        def run(self):
            pass

    monkeypatch.setattr(calibration, "_Trial", Trial)
    recipe = Recipe(device="cpu", threads=1, precision="float32")
    for slow, taken in ((0.95, "channels_last"), (0.5, "contiguous")):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache-{slow}"))
        chosen = resolve(recipe, net(), Classification(), BATCH)
        assert chosen.memory_format == taken


@pytest.mark.parametrize(("enough", "turns"), [(1000.0, calibration.ROUNDS), (0.0, 1)])
def test_long_steps_get_fewer_turns(monkeypatch, enough, turns):
    taken = []

    class Trial:
        fastest = 1.0

        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate

        def run(self):
            taken.append(self.candidate.memory_format)

    monkeypatch.setattr(calibration, "_Trial", Trial)
    monkeypatch.setattr(calibration, "ENOUGH", enough)
    resolve(Recipe(device="cpu", threads=1, precision="float32"), net(), Classification(), BATCH)
    assert taken == ["channels_last", "contiguous"] * turns


def test_fewer_threads_because_of_a_busy_neighbour_are_not_remembered(monkeypatch):
    class Trial:
        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate
            self.fastest = float(candidate.threads)  # seconds: one thread is the fastest

        def run(self):
            pass

    monkeypatch.setattr(calibration, "_Trial", Trial)
    monkeypatch.setattr(calibration, "usable_cores", lambda: 2)
    monkeypatch.setattr(device, "usable_cores", lambda: 2)
    recipe = Recipe(device="cpu", precision="float32")
    for quiet in (False, True):
        monkeypatch.setattr(calibration, "_quiet", lambda quiet=quiet: quiet)
        assert resolve(recipe, net(), Classification(), BATCH).threads == 1
        assert (cache_folder() / "calibration.json").exists() == quiet


def test_a_damaged_or_unwritable_memory_is_no_reason_to_stop(own_place):
    cache_folder().mkdir(parents=True)
    (cache_folder() / "calibration.json").write_text("[1, 2")
    resolved = resolve(Recipe(device="cpu"), net(), Classification(), BATCH)
    assert list(json.loads((cache_folder() / "calibration.json").read_text()).values()) == [
        resolved.to_json()
    ]


def test_bfloat16_is_tried_only_where_the_hardware_has_it(monkeypatch):
    seen = []

    class Trial:
        fastest = 1.0

        def __init__(self, candidate, net, objective, batch):
            self.candidate = candidate
            seen.append(candidate.precision)

        def run(self):
            pass

    monkeypatch.setattr(calibration, "_Trial", Trial)
    resolve(Recipe(device="cpu"), net(), Classification(), BATCH)
    assert ("bfloat16" in seen) == computes_bfloat16(torch.device("cpu"))


def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(BadValue, match="this machine offers auto, cpu"):
        resolve(Recipe(device="cuda:77"), net(), Classification(), BATCH)
