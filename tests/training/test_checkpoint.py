import pytest
import torch
from torch import nn
from torch.testing import assert_close

from convscope.errors import BadModel, CannotWrite
from convscope.training.checkpoint import read_checkpoint, save_checkpoint
from convscope.training.optimizer import build_optimizer
from convscope.training.recipe import Recipe


def trained(recipe: Recipe, memory_format=torch.channels_last):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Flatten(), nn.Linear(495, 2))
    net = net.to(memory_format=memory_format)
    return net, build_optimizer(recipe, net)


def steps(net: nn.Module, optimizer: torch.optim.Optimizer, seeds: range) -> None:
    for seed in seeds:
        images = torch.randn(2, 3, 11, 13, generator=torch.Generator().manual_seed(seed))
        optimizer.zero_grad()
        net(images.contiguous(memory_format=torch.channels_last)).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize("optimizer_name", ["sgd", "adamw"])
def test_net_and_optimizer_go_on_to_the_last_bit(tmp_path, optimizer_name):
    recipe = Recipe(optimizer=optimizer_name, learning_rate=0.01)
    net, optimizer = trained(recipe)
    steps(net, optimizer, range(3))
    save_checkpoint(
        tmp_path,
        {"step": 3},
        modules={"net": net},
        optimizers={"o": optimizer},
        tensors={"best": {}},
    )
    steps(net, optimizer, range(3, 6))

    again, its_optimizer = trained(recipe)
    checkpoint = read_checkpoint(tmp_path)
    checkpoint.restore_module("net", again)
    checkpoint.restore_optimizer("o", its_optimizer)
    assert checkpoint.facts == {"step": 3}
    steps(again, its_optimizer, range(3, 6))
    assert_close(again.state_dict(), net.state_dict(), rtol=0, atol=0)


def save(folder, step):
    net = nn.Linear(2, 2)
    return save_checkpoint(folder, {"step": step}, modules={"net": net}, optimizers={}, tensors={})


def test_the_newest_two_are_kept(tmp_path):
    paths = [save(tmp_path, step) for step in range(4)]
    assert sorted(tmp_path.iterdir()) == paths[2:]
    assert read_checkpoint(tmp_path).facts == {"step": 3}


def test_a_damaged_newest_falls_back_to_the_one_before(tmp_path):
    save(tmp_path, 0)
    newest = save(tmp_path, 1)
    newest.write_bytes(newest.read_bytes()[:40])
    assert read_checkpoint(tmp_path).facts == {"step": 0}


def test_what_a_killed_writer_left_is_swept_away(tmp_path):
    (tmp_path / ".00000000.safetensors.99.part").write_bytes(b"half")
    save(tmp_path, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["00000000.safetensors"]


def test_without_any_the_run_cannot_go_on(tmp_path):
    with pytest.raises(BadModel, match="holds no checkpoint"):
        read_checkpoint(tmp_path / "nowhere")


def test_a_full_disk_is_one_sentence_and_the_old_checkpoint_stays(tmp_path, monkeypatch):
    save(tmp_path, 0)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(CannotWrite, match="the disk is full"):
        save(tmp_path, 1)
    assert read_checkpoint(tmp_path).facts == {"step": 0}
    assert len(list(tmp_path.iterdir())) == 1
