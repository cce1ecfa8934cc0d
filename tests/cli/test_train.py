import json
import shutil

import pytest

from convscope.errors import BadData
from tests.cli.conftest import SURE
from tests.data.photographs import make_folder_of_classes

SHORT = ["epochs=1", "--no-report", *SURE]

NET = """
from torch import nn

class Net(nn.Module):
    def __init__(self, num_classes, in_channels, width=3):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(in_channels, width, 3),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(width * 36, num_classes),
        )

    def forward(self, images):
        return self.body(images)
"""


def test_it_trains_tests_and_says_where_everything_lies(convscope, own_place):
    outcome = convscope("train", *SHORT)
    assert outcome.code == 0
    assert "test accuracy" in outcome.out
    assert "95 % interval" in outcome.out
    assert "run: runs/digits-cnn-1" in outcome.out
    assert "digits (1,151 train + 287 validation + 359 test)" in outcome.err
    assert "epoch   0/1  validation loss" in outcome.err
    assert "epoch   1/1  loss" in outcome.err
    assert (own_place / "runs/latest").resolve() == own_place / "runs/digits-cnn-1"


def test_json_is_one_object_with_the_promised_keys(convscope):
    result = json.loads(convscope("train", "--json", "--epochs", "2", "--no-report", *SURE).out)
    expected = {"run", "recipe", "epochs", "best_epoch", "validation", "test", "seconds"}
    assert expected | {"images_per_second", "ended", "findings", "notes", "page"} == set(result)
    assert result["recipe"] == "digits-cnn"
    assert result["epochs"] == 2
    assert set(result["validation"]) == {"loss", "accuracy"}
    test = result["test"]
    assert {"correct", "total", "accuracy", "interval", "loss", "per_class"} < set(test)
    assert test["total"] == 359
    assert test["accuracy"] == test["correct"] / 359
    assert test["interval"][0] < test["accuracy"] < test["interval"][1]
    assert sum(map(sum, test["confusion_matrix"])) == 359
    assert set(test["per_class"][0]) >= {"name", "correct", "total", "precision", "recall", "f1"}


def test_a_sealed_test_set_stays_sealed(convscope):
    assert json.loads(convscope("train", "--no-test", "--json", *SHORT).out)["test"] is None
    outcome = convscope("evaluate", "latest")
    assert outcome.code == 2
    assert "sealed and was never opened" in outcome.err


def test_flags_and_words_mean_the_same(convscope, own_place):
    runs = [
        convscope("train", "--json", "--no-report", *SURE, *words).out
        for words in (
            ["--epochs", "1", "--no-nesterov", "--batch-size", "50", "--seed", "3"],
            ["epochs=1", "nesterov=false", "batch-size=50", "seed=3"],
        )
    ]
    first, second = (json.loads(run)["test"] for run in runs)
    assert first == second


def test_ones_own_network_is_trained_and_opened_again(convscope, own_place):
    (own_place / "net.py").write_text(NET)
    outcome = convscope("train", "--network", "net.py:Net", "network.width=5", *SHORT)
    assert outcome.code == 0
    assert "net.py:Net: 1,860 parameters" in outcome.err
    assert convscope("evaluate", "latest").code == 0  # stored numbers need no network
    refused = convscope("evaluate", "latest", "--part", "validation")
    assert refused.code == 2
    assert "--network file.py:Class" in refused.err
    named = convscope("evaluate", "latest", "--part", "validation", "--network", "net.py:Net")
    assert named.code == 0


def test_a_network_is_written_out_where_it_is_trained_and_opened_again(convscope, own_place):
    spec = "conv 5 3; relu; maxpool 2; flatten; linear classes"
    outcome = convscope("train", "--network", spec, "schedule=constant", *SHORT)
    assert outcome.code == 0, outcome.err
    assert f"{spec}: 510 parameters" in outcome.err
    picture = make_folder_of_classes(own_place / "zoo", {"ants": 1}) / "ants/0.png"
    assert convscope("evaluate", "latest", "--part", "validation").code == 0
    assert convscope("predict", "latest", str(picture)).code == 0
    longer = convscope("train", "--resume", "latest", "--epochs", "2", "--no-report")
    assert longer.code == 0, longer.err
    assert convscope("report", "latest", "--no-suspects").code == 0
    page = (own_place / "runs/latest/report.html").read_text()
    assert f"network={spec}" in page
    assert f"{spec}, 510 parameters" in page


def test_a_pasted_sequential_is_trained(convscope):
    code = "net = nn.Sequential(\n    nn.Flatten(),\n    nn.Linear(8 * 8, 10),\n)\n"
    outcome = convscope("train", f"network={code}", *SHORT)
    assert outcome.code == 0, outcome.err
    assert "nn.Sequential(...): 650 parameters" in outcome.err


def test_a_recipe_with_arguments_takes_another_network_without_them(convscope):
    words = ["mnist-cnn", "data=digits", "augment=none", *SHORT]
    outcome = convscope("train", "network=flatten; linear classes", *words)
    assert outcome.code == 0, outcome.err
    refused = convscope("train", "network=flatten; linear classes", "network.hidden=5", *words)
    assert "flatten; linear classes takes no argument 'hidden': there are none" in refused.err


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("conv 5 3 pading 1; relu", 'line 1, word 4: "pading" is no option of conv: did you mean'),
        ("conv 5 9; relu", 'line 1, "conv 5 9": kernel_size 9 does not fit 1 map of 8x8'),
        ("flatten; linear 3", "flatten; linear 3 answers two images with (2, 3): (2, 10) is need"),
    ],
)
def test_a_spec_that_does_not_fit_is_told_before_any_training(convscope, own_place, spec, said):
    outcome = convscope("train", "--network", spec, *SHORT)
    assert outcome.code == 2
    assert said in outcome.err
    assert not (own_place / "runs").exists()


def test_a_finished_run_goes_on_only_under_a_constant_schedule(convscope):
    convscope("train", *SHORT)
    outcome = convscope("train", "--resume", "latest", "--epochs", "3")
    assert outcome.code == 2
    assert "--weights" in outcome.err
    convscope("train", "schedule=constant", *SHORT)
    longer = json.loads(
        convscope("train", "--resume", "latest", "--epochs", "2", "--json", "--no-report").out
    )
    assert longer["epochs"] == 2
    both = convscope("train", "mnist-mlp", "--resume", "latest")
    assert both.code == 2
    assert "--resume goes on with a run as it began" in both.err


def test_the_recipe_comes_from_the_data(convscope, monkeypatch):
    asked = []

    def stop(recipe, **_):
        asked.append(recipe)
        raise KeyboardInterrupt

    monkeypatch.setattr("convscope.training.run.train_watched", stop)
    for words in ([], ["--data", "digits"], ["data=cifar10"], ["mnist-mlp", "--data", "digits"]):
        assert convscope("train", *words).code == 130
    assert asked == ["digits-cnn", "digits-cnn", "cifar10-cnn-augmented", "mnist-mlp"]


@pytest.mark.parametrize("where", ["file/run", "/proc/nowhere"])
def test_a_folder_that_cannot_be_made_is_named(convscope, own_place, where):
    (own_place / "file").write_text("")
    outcome = convscope("train", "--out", where, *SHORT)
    assert outcome.code == 2
    assert where in outcome.err
    assert "cannot be written" in outcome.err


def test_a_folder_is_learned_from_reported_on_and_gone_on_with_from_anywhere(
    convscope, own_place, monkeypatch
):
    for part in ("train", "val"):
        make_folder_of_classes(own_place / "zoo" / part, {"ants": 12, "bees": 13})
    shutil.copy(own_place / "zoo/train/ants/3.png", own_place / "zoo/val/ants/again.png")
    words = ["schedule=constant", "epochs=1", "network=lenet", "augment=none", *SURE]
    outcome = convscope("train", "--data", "zoo", *words)
    assert outcome.code == 0, outcome.err
    assert "val becomes the sealed test set" in outcome.err
    assert "train/ants/3.png is the same picture as val/ants/again.png" in outcome.err
    assert "report: runs/folder-1/report.html" in outcome.out
    assert "again.png" in (own_place / "runs/folder-1/report.html").read_text()
    (own_place / "elsewhere").mkdir()
    run = str(own_place / "runs/folder-1")
    monkeypatch.chdir(own_place / "elsewhere")
    assert convscope("train", "--resume", run, "--epochs", "2", "--no-report").code == 0
    assert convscope("evaluate", run, "--part", "validation").code == 0
    assert convscope("report", run, "--no-suspects").code == 0
    assert convscope("predict", run, str(own_place / "zoo/val/ants/again.png")).code == 0
    refused = convscope("train", "--data", str(own_place / "nowhere"))
    assert refused.code == 2
    assert "no data set or folder is called" in refused.err


def test_ctrl_c_while_the_report_is_made_costs_only_the_report(convscope, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("convscope.reporting.run.write_report", interrupted)
    outcome = convscope("train", "epochs=1", *SURE)
    assert outcome.code == 0
    assert "test accuracy" in outcome.out
    assert "convscope report runs/digits-cnn-1 makes it" in outcome.err


def test_what_keeps_the_report_from_being_written_leaves_the_run(convscope, monkeypatch):
    def refuse(*_, **__):
        raise BadData("the disk ran away")

    monkeypatch.setattr("convscope.reporting.run.write_report", refuse)
    outcome = convscope("train", "epochs=1", *SURE)
    assert outcome.code == 0
    assert "there is no report: the disk ran away" in outcome.err
    assert "test accuracy" in outcome.out
