import itertools
import shutil
from dataclasses import replace
from statistics import fmean

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.data.preprocess import fit_preprocessing
from convscope.errors import BadModel, BadValue
from convscope.networks.build import build_network
from convscope.networks.published import PUBLISHED
from convscope.prediction.folder import read_config
from convscope.training.beginning import begin, brought_along, find_beginning, stored_size
from convscope.training.plan import load_recipe_data, make_plan
from convscope.training.run import resume, train, train_watched
from convscope.training.running import Nobody
from tests.data.photographs import make_folder_of_classes
from tests.prediction.published_cnn import PREPROCESSING, publish_cnn


@pytest.fixture
def published(own_place, monkeypatch) -> nn.Module:
    return publish_cnn(monkeypatch, own_place)


@pytest.fixture
def beginner(recipe):
    """A recipe that begins with published weights."""

    def make(**fields):
        return recipe(network="cnn", network_arguments={}, **{"pretrained": True, **fields})

    return make


def test_a_recipe_without_weights_begins_with_none(recipe):
    assert find_beginning(recipe()) is None
    assert stored_size(recipe()) == 0
    assert stored_size(recipe(data="zoo", size=23)) == 23


def test_pictures_are_stored_as_large_as_the_weights_learned_to_see_them(published, beginner):
    assert stored_size(beginner(data="zoo")) == 11  # the shorter of 11 x 13
    assert stored_size(beginner(data="zoo", size=23)) == 23
    assert stored_size(beginner(data="digits")) == 0  # comes as it is
    assert stored_size(beginner(data="zoo", pretrained=False, weights="bundled:mnist-cnn")) == 28


def test_a_folder_is_loaded_at_that_size(published, beginner, own_place):
    make_folder_of_classes(own_place / "zoo", {"ants": 12, "bees": 13})
    assert load_recipe_data(beginner(data="zoo")).train.image_shape == (3, 11, 11)


def test_mean_and_deviation_come_with_the_weights(published, beginner, bars):
    images = torch.randint(0, 256, (7, 3, 11, 13), dtype=torch.uint8)
    fitted = fit_preprocessing(images)
    brought = brought_along(fitted, find_beginning(beginner()))
    assert (brought.mean, brought.std) == (PREPROCESSING.mean, PREPROCESSING.std)
    assert (brought.size, brought.resize, brought.border) == ((11, 13), 11, fitted.border)
    assert brought_along(fitted, None) == fitted
    grey = brought_along(fit_preprocessing(bars.train.images), find_beginning(beginner()))
    assert grey.mean == (pytest.approx(fmean(PREPROCESSING.mean)),)
    assert grey.std == (pytest.approx(fmean(PREPROCESSING.std)),)


def test_a_fixed_range_of_the_recipe_stays(published, beginner, bars):
    plan = make_plan("x", beginner(normalization="-1..1"), data=bars)
    assert (plan.preprocessing.mean, plan.preprocessing.std) == ((0.5,), (0.5,))
    assert make_plan("x", beginner(), data=bars).preprocessing.mean == (pytest.approx(0.4),)


def test_a_net_begins_with_the_weights_but_for_its_head(published, beginner):
    net = build_network("cnn", num_classes=7, in_channels=3, input_size=(11, 13))
    fresh = net.fc2.weight.detach().clone()
    source = find_beginning(beginner())
    record = begin(net, source, [str(i) for i in range(7)])
    assert torch.equal(net.conv1.weight, published.conv1.weight)
    assert torch.equal(net.fc1.bias, published.fc1.bias)
    assert torch.equal(net.fc2.weight, fresh)
    assert record["source"] == PUBLISHED["cnn"].url
    assert record["sha256"].startswith(PUBLISHED["cnn"].sha256)
    assert record["notes"] == [
        "new head: fc2.weight and fc2.bias begin anew, for 7 classes and not 1,000"
    ]


def test_a_plan_of_grey_pictures_sums_the_filters_and_says_so(published, beginner, bars):
    plan = make_plan("x", beginner(), data=bars)
    assert_close(plan.net.conv1.weight.cpu(), published.conv1.weight.sum(1, keepdim=True))
    first, second = plan.began_with["notes"]
    assert first.startswith("conv1.weight takes 1 channel and not 3")
    assert second.startswith("new head: fc2.weight")


def test_config_json_records_what_a_run_began_with(published, beginner, bars):
    run = train(beginner(epochs=1), data=bars)
    config = read_config(run.folder)
    assert config["recipe"]["pretrained"] is True
    assert config["began_with"]["source"] == PUBLISHED["cnn"].url
    assert len(config["began_with"]["sha256"]) == 64
    assert "began_with" not in make_plan("x", beginner(pretrained=False), data=bars).provenance()


def test_weights_are_found_again_from_anywhere(published, recipe, bars, own_place, monkeypatch):
    torch.save(published.state_dict(), own_place / "mine.pt")
    asked = recipe(network="cnn", network_arguments={}, weights="mine.pt")
    plan = make_plan("x", asked, data=bars)
    assert plan.recipe.weights == str(own_place / "mine.pt")
    (own_place / "elsewhere").mkdir()
    monkeypatch.chdir(own_place / "elsewhere")
    again = make_plan("x", plan.recipe, data=bars)
    assert again.preprocessing == plan.preprocessing


def test_a_run_that_goes_on_needs_no_weights_any_more(published, beginner, bars, monkeypatch):
    plan = make_plan("x", beginner(), data=bars)
    machine = {k: v for k, v in plan.resolved.to_json().items() if k != "kernels"}
    monkeypatch.delenv("CONVSCOPE_DATA")
    monkeypatch.setattr("convscope.networks.published.HOME", "http://127.0.0.1:9/")
    again = make_plan("x", beginner(), data=bars, machine=machine, preprocessing=plan.preprocessing)
    assert again.preprocessing == plan.preprocessing
    older = make_plan("x", beginner(), data=bars, machine=machine)  # whose checkpoint lacks it
    assert older.preprocessing == plan.preprocessing
    assert older.began_with == {"source": PUBLISHED["cnn"].url}


def test_weights_of_another_network_are_refused(published, beginner, bars, own_place):
    torch.save(nn.Linear(3, 5).state_dict(), own_place / "other.pt")
    with pytest.raises(BadModel, match="the weights of other.pt do not fit the network"):
        make_plan("x", beginner(pretrained=False, weights="other.pt"), data=bars)
    with pytest.raises(BadModel, match="no published weights of 'lenet' are known"):
        make_plan("x", beginner().changed(network="lenet"), data=bars)


def test_a_net_from_python_begins_with_a_file_but_has_no_published_weights(
    published, recipe, beginner, bars, own_place
):
    given, net = (nn.Sequential(nn.Flatten(), nn.Linear(143, k)) for k in (2, 2))
    torch.save(given.state_dict(), own_place / "mine.pt")
    make_plan("x", recipe(weights="mine.pt"), data=bars, network=net)
    assert torch.equal(net[1].weight.cpu(), given[1].weight)
    with pytest.raises(BadValue, match="pretrained goes with a network's name"):
        make_plan("x", beginner(), data=bars, network=net)


def test_as_many_other_classes_get_a_new_head_too(recipe, bars, own_place):
    first = train(recipe(epochs=1), data=bars)
    again = make_plan("x", recipe(weights=str(first.folder)), data=bars)
    assert again.began_with is not None
    assert again.began_with["notes"] == []
    parts = {part: replace(bars[part], target_names=("left", "right")) for part in bars.counts()}
    other = make_plan("x", recipe(weights=str(first.folder)), data=replace(bars, **parts))
    assert other.began_with is not None
    (note,) = other.began_with["notes"]
    assert note.startswith("new head")
    assert note.endswith("begin anew, for 2 other classes")


def test_a_run_goes_on_without_what_it_began_with(recipe, own_place):
    make_folder_of_classes(own_place / "zoo", {"ants": 12, "bees": 13})
    fields = {"data": "zoo", "network": "cnn", "network_arguments": {}, "size": 0}
    first = train(recipe(epochs=1, **{**fields, "size": 11}))
    chosen = recipe(epochs=2, weights=str(first.folder), **fields)
    whole = train(chosen, out="whole")
    train_watched(chosen, out="cut", onlooker=StopsAtOnce())
    shutil.rmtree(first.folder)
    again = resume("cut")
    assert again.model.preprocessing == whole.model.preprocessing
    assert_close(again.model.net.state_dict(), whole.model.net.state_dict(), rtol=0, atol=0)
    assert again.model.provenance["began_with"] == whole.model.provenance["began_with"]


class StopsAtOnce(Nobody):
    """Gives one batch, as if Ctrl-C had come then."""

    left = 1

    def batches(self, batches):
        for batch in itertools.islice(batches, self.left):
            self.left -= 1
            yield batch
