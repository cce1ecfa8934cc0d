import hashlib
import pickle
from contextlib import suppress
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

from convscope.errors import BadModel
from convscope.prediction.weights import (
    encode_weights,
    open_weights,
    plain,
    put_weights,
    read_weights,
    sha256,
)


def small_net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 5, 2), nn.BatchNorm2d(5), nn.Flatten(), nn.Linear(7, 11))


class Malicious:
    def __reduce__(self):
        return Path.touch, (Path("executed"),)


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin", ".safetensors"])
def test_weights_are_read_back_as_they_were(own_place, suffix):
    weights = small_net().state_dict()
    save = safetensors.torch.save_file if suffix == ".safetensors" else torch.save
    save(weights, own_place / f"net{suffix}")
    found = read_weights(own_place / f"net{suffix}")
    assert found.keys() == weights.keys()
    assert all(torch.equal(found[key], weights[key]) for key in weights)


def test_a_pickled_module_is_refused(own_place):
    torch.save(small_net(), own_place / "net.pt")
    said = "net.pt holds no weights that can be read safely: save .* a state_dict alone, is needed"
    with pytest.raises(BadModel, match=said):
        read_weights(own_place / "net.pt")


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_file_that_was_cut_off_is_told_to_be_fetched_again(own_place, suffix, kept):
    path = own_place / f"net{suffix}"
    save = safetensors.torch.save_file if suffix == ".safetensors" else torch.save
    save(small_net().state_dict(), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(BadModel, match="is cut off or damaged: fetch or copy it again"):
        read_weights(path)


@pytest.mark.parametrize("key", ["state_dict", "model_state_dict", "model"])
def test_the_weights_of_a_checkpoint_are_used_and_the_rest_left_alone(own_place, key):
    net = small_net()
    optimizer = torch.optim.SGD(net.parameters(), 0.1).state_dict()
    content = {"epoch": 3, key: net.state_dict(), "optimizer": optimizer, "best": 0.5}
    torch.save(content, own_place / "checkpoint.pth")
    found, notes = open_weights(own_place / "checkpoint.pth")
    assert found.keys() == net.state_dict().keys()
    assert all(torch.equal(found[name], t) for name, t in net.state_dict().items())
    assert notes == [
        f"{own_place}/checkpoint.pth is a checkpoint: its {key} is used, the rest is left alone"
    ]


@pytest.mark.parametrize("prefixes", [["module."], ["_orig_mod."], ["module.", "_orig_mod."]])
def test_what_wrapping_a_net_puts_before_its_keys_is_taken_off(own_place, prefixes):
    net = small_net()
    weights = {"".join(prefixes) + key: t for key, t in net.state_dict().items()}
    torch.save(weights, own_place / "wrapped.pt")
    found, notes = open_weights(own_place / "wrapped.pt")
    put_weights(small_net(), found, "wrapped.pt")
    assert [note.split("'")[1] for note in notes] == prefixes
    assert all(note.endswith("taken off") for note in notes)


def test_a_module_that_is_called_module_keeps_its_name(own_place):
    weights = {"module.weight": torch.ones(3), "head.weight": torch.ones(5)}
    torch.save(weights, own_place / "net.pt")
    assert open_weights(own_place / "net.pt")[0].keys() == weights.keys()
    assert open_weights(own_place / "net.pt")[1] == []


def test_a_checkpoint_with_more_than_tensors_beside_the_weights_is_refused(own_place):
    torch.save({"state_dict": small_net().state_dict(), "net": Malicious()}, own_place / "c.pth")
    with pytest.raises(BadModel, match="c.pth holds no weights that can be read safely"):
        read_weights(own_place / "c.pth")
    assert not Path("executed").exists()


@pytest.mark.parametrize("save", [torch.save, lambda x, p: p.write_bytes(pickle.dumps(x))])
@pytest.mark.parametrize("content", [Malicious(), {"a": torch.zeros(3), "b": Malicious()}])
def test_nothing_of_a_malicious_pickle_is_run(own_place, save, content):
    save(content, own_place / "net.pt")
    with pytest.raises(BadModel, match="holds no weights that can be read safely"):
        read_weights(own_place / "net.pt")
    assert not Path("executed").exists()
    pickle.loads(pickle.dumps(Malicious()))
    assert Path("executed").exists()  # it would have run


@pytest.mark.parametrize(
    "content", [{"a": 5}, {"a": {"b": torch.zeros(3)}}, {3: torch.zeros(3)}, torch.zeros(3), [1]]
)
def test_what_is_no_plain_state_dict_is_refused(own_place, content):
    torch.save(content, own_place / "net.pt")
    with pytest.raises(BadModel, match=r"net.pt holds no plain state_dict: save `net.state_dict"):
        read_weights(own_place / "net.pt")


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(BadModel, match="gone.pt does not exist: check the path"):
        read_weights(Path("gone.pt"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    suffix=st.sampled_from([".pt", ".safetensors"]),
    legacy=st.booleans(),
    cut=st.integers(0, 400),
    changes=st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), max_size=5),
)
def test_a_damaged_file_is_refused_or_read_but_never_fails_otherwise(
    own_place, suffix, legacy, cut, changes
):
    path = own_place / f"damaged{suffix}"
    weights = {"a": torch.arange(7.0)}
    if suffix == ".pt":
        torch.save(weights, path, _use_new_zipfile_serialization=not legacy)
    else:
        safetensors.torch.save_file(weights, path)
    content = bytearray(path.read_bytes())
    for place, value in changes:
        content[place % len(content)] = value
    path.write_bytes(content[: len(content) - cut])
    found = {}
    with suppress(BadModel):
        found = read_weights(path)
    assert all(isinstance(t, torch.Tensor) for t in found.values())


def test_equal_weights_are_equal_bytes_whatever_their_order_in_memory():
    net, copy = small_net(), small_net().to(memory_format=torch.channels_last)
    copy.load_state_dict(net.state_dict())
    assert copy[0].weight.stride() != net[0].weight.stride()
    assert encode_weights(copy) == encode_weights(net)
    with torch.no_grad():
        copy[3].bias[5] += 1
    assert encode_weights(copy) != encode_weights(net)


def test_what_is_encoded_shares_no_memory_with_the_net():
    shared = torch.randn(5, 3)
    first, second = plain({"a": shared, "b": shared.T}).values()
    shared.zero_()
    assert first.any()
    assert torch.equal(first.T, second)
    assert second.is_contiguous()
    assert first.data_ptr() != second.data_ptr()


def test_fitting_weights_are_put_in():
    net, other = small_net(), small_net()
    put_weights(net, other.state_dict(), "other")
    assert all(map(torch.equal, net.state_dict().values(), other.state_dict().values()))


def test_old_files_without_the_count_of_batches_are_taken():
    net, weights = small_net(), small_net().state_dict()
    del weights["1.num_batches_tracked"]
    put_weights(net, weights, "old.pt")
    assert all(torch.equal(net.state_dict()[key], t) for key, t in weights.items())


def test_weights_in_half_precision_are_widened():
    net, half = small_net(), {k: t.half() for k, t in small_net().state_dict().items()}
    put_weights(net, half, "half.pt")
    assert torch.equal(net[0].weight, half["0.weight"].float())


def test_weights_that_do_not_fit_are_named_and_change_nothing():
    net = small_net()
    before = encode_weights(net)
    weights = {**small_net().state_dict(), "7.weight": torch.zeros(3)}
    del weights["1.running_var"]
    weights["3.weight"] = torch.zeros(13, 7)
    with pytest.raises(BadModel) as refusal:
        put_weights(net, weights, "other.pt")
    assert str(refusal.value) == (
        "the weights of other.pt do not fit the network (missing: 1.running_var; "
        "unexpected: 7.weight; of another shape: 3.weight (13, 7) instead of (11, 7)): "
        "take the network, and the arguments of it, that they were made for"
    )
    assert encode_weights(net) == before


@pytest.mark.parametrize("kind", [torch.int8, torch.bool, torch.complex64])
def test_numbers_of_another_kind_are_refused(kind):
    weights = {**small_net().state_dict(), "0.weight": small_net()[0].weight.detach().to(kind)}
    with pytest.raises(BadModel, match=f"of another kind: 0.weight {kind}"):
        put_weights(small_net(), weights, "odd.pt")


def test_sparse_tensors_are_refused_with_the_remedy(own_place):
    torch.save({"a": torch.eye(3).to_sparse()}, own_place / "sparse.pt")
    with pytest.raises(BadModel, match=r"sparse.pt holds sparse tensors \(a\): .*to_dense"):
        read_weights(own_place / "sparse.pt")


def test_of_many_wrong_keys_the_first_four_are_named():
    with pytest.raises(BadModel, match=r"missing: 0.bias, 0.weight, 1.bias, .* and 4 more\)"):
        put_weights(small_net(), {}, "nothing")


def test_sha256_is_hashlibs():
    assert sha256(b"convscope") == hashlib.sha256(b"convscope").hexdigest()
