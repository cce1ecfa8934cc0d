import os
import pickle
from functools import partial

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from convscope.data.cifar import read_batch
from convscope.errors import BadData

# what Python 2 wrote for an array: numpy's _reconstruct, ndarray and dtype, by their old names
ARRAY = (
    b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
    b"(I1\n%bcnumpy\ndtype\n(S'%b'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntbI%d\n%btb"
)


def batch(values: np.ndarray, kind: bytes = b"u1", content: bytes | None = None) -> bytes:
    """A batch file as Python 2 wrote it, protocol 0: a dictionary with one array, `data`."""
    shape = b"(" + b"".join(b"I%d\n" % size for size in values.shape) + b"t"
    order = "F" if np.isfortran(values) else "C"
    text = content if content is not None else b"S" + repr(values.tobytes(order))[1:].encode()
    array = ARRAY % (shape, kind, order == "F", text + b"\n")
    return b"(dS'data'\n" + array + b"sS'labels'\n(lI3\naI1\nas."


VALUES = np.random.default_rng(0).integers(0, 256, (2, 3 * 11 * 13), dtype=np.uint8)


CODE = "__import__('pathlib').Path('struck').touch()"


class Calls:
    """Pickled, it asks for `function(*arguments)` to be called on reading."""

    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("values", [VALUES, np.asfortranarray(VALUES)], ids=["rows", "columns"])
def test_an_array_written_by_python_2_is_read_in_its_order(values):
    entries = read_batch(batch(values), "some")
    assert_array_equal(entries["data"], VALUES)
    assert entries["labels"] == [3, 1]


def test_plain_values_are_read_as_pickle_reads_them():
    entries = {"label_names": ["ant", "bee"], "labels": [0, 1, 1], "num_vis": 7}
    assert read_batch(pickle.dumps(entries, protocol=2), "some") == entries


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "call",
    [
        Calls(os.system, "touch struck"),
        Calls(eval, CODE),
        Calls(exec, CODE),
        Calls(np.memmap, "struck", "uint8", "w+", 0, (3,)),
        Calls(partial, os.system, "touch struck"),
    ],
    ids=["system", "eval", "exec", "memmap", "partial"],
)
def test_a_pickle_that_calls_anything_is_refused_and_nothing_runs(call, protocol, own_place):
    content = pickle.dumps({"data": call}, protocol=protocol)
    struck = own_place / "struck"
    pickle.loads(content)  # shows that the attack is one
    if call.call[0] is not partial:  # it only prepares a call
        struck.unlink()
    with pytest.raises(BadData, match="some is not a CIFAR batch: it asks for"):
        read_batch(content, "some")
    assert not struck.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("numpy.core.multiarray", "fromfile"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "fromfile"),
        ("numpy", "load"),
        ("numpy.core.multiarray", "_reconstruct.__globals__"),
        ("builtins", "getattr"),
        ("convscope.data.cifar", "read_batch"),
    ],
)
@pytest.mark.parametrize("opcode", [b"c%b\n%b\n.", b"\x80\x04\x8c%c%b\x8c%c%b\x93."])
def test_only_three_of_numpys_names_are_admitted(module, name, opcode):
    words = [module.encode(), name.encode()]
    new = opcode.startswith(b"\x80")
    fields = (len(module), words[0], len(name), words[1]) if new else tuple(words)
    with pytest.raises(BadData, match=f"it asks for {module}.{name}$"):
        read_batch(opcode % fields, "some")


def test_no_array_of_anything_but_bytes_is_read():
    for kind in (b"O8", b"i4", b"f8"):
        with pytest.raises(BadData, match="only unsigned bytes"):
            read_batch(batch(VALUES, kind=kind), "some")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a plain text",
        batch(VALUES)[:-200],
        batch(VALUES, content=b"S'too short'"),
        batch(VALUES, content=b"I7"),
        batch(VALUES, content=b"N"),
        b"(dP7\nI1\ns.",  # a persistent id
        b"\x80\xff.",
    ],
)
def test_what_is_no_batch_is_refused_by_name(content):
    with pytest.raises(BadData, match="^some is not a CIFAR batch: "):
        read_batch(content, "some")


def test_a_pickle_of_something_else_than_a_dictionary_is_refused():
    with pytest.raises(BadData, match="it holds a list"):
        read_batch(pickle.dumps([1, 2]), "some")


def test_the_published_files_are_what_pickle_reads(shared_data):
    content = (shared_data / "cifar-10-batches-py" / "test_batch").read_bytes()
    expected = pickle.loads(content, encoding="latin1")
    entries = read_batch(content, "test_batch")
    assert entries.keys() == expected.keys()
    assert entries["data"].shape == (10_000, 3 * 32 * 32)
    assert_array_equal(entries["data"], expected["data"])
    assert entries["labels"] == expected["labels"]
