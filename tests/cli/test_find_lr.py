import json
import shlex
from pathlib import Path

from tests.cli.conftest import SURE


def test_it_suggests_a_rate_and_leaves_a_picture_and_no_run(convscope, own_place):
    outcome = convscope("train", "--find-lr", "batch_size=32", *SURE)
    assert outcome.code == 0
    assert "suggested learning rate: 0.0" in outcome.out
    assert "the recipe has 0.01" in outcome.out
    assert (own_place / "learning-rate-digits-cnn.png").stat().st_size > 1000
    assert not (own_place / "runs").exists()
    command = outcome.out.split("use it with: ")[1].strip()
    assert shlex.split(command)[:4] == ["convscope", "train", "digits-cnn", "batch_size=32"]
    assert command.split()[-1].startswith("learning_rate=0.0")


def test_json_has_every_loss_and_the_command(convscope, own_place):
    outcome = convscope("train", "--find-lr", "--json", "--out", "rates.svg", *SURE)
    found = json.loads(outcome.out)
    assert {"recipe", "suggestion", "rates", "losses", "smoothed", "picture", "command"} < set(
        found
    )
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"])
    assert found["command"].endswith(f"learning_rate={found['suggestion']:g}")
    assert Path(found["picture"]).read_text().startswith("<?xml")


def test_where_nothing_is_learned_it_says_so(convscope):
    outcome = convscope("train", "--find-lr", "clip=1e-9", "optimizer=sgd", *SURE)
    assert outcome.code == 0
    assert "no rate lowered the loss within 150 steps" in outcome.out


def test_what_does_not_go_with_it_is_refused_in_a_sentence(convscope):
    several = convscope("train", "--find-lr", "learning_rate=0.1,0.2")
    resumed = convscope("train", "--find-lr", "--resume", "runs/x")
    folder = convscope("train", "--find-lr", "--out", "somewhere")
    assert (several.code, resumed.code, folder.code) == (2, 2, 2)
    assert "--find-lr tests one new run" in several.err
    assert "--find-lr tests one new run" in resumed.err
    assert "--out somewhere: give a name that ends in .svg or .png" in folder.err
