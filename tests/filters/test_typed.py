import numpy as np
import pytest
import torch
from numpy.lib import format as npy

from convscope.errors import BadValue, UnknownName
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.typed import find_kernel


def test_a_name_is_the_catalogues_kernel():
    assert find_kernel("sobel-x") is CATALOGUE["sobel-x"]
    assert find_kernel(" sobel-x\n") is CATALOGUE["sobel-x"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[[0,1],[1,0]]", [[0, 1], [1, 0]]),
        ("[1, 2, 1]", [[1, 2, 1]]),
        ("[[7]]", [[7]]),
        ("[[1],[2],[3],[4]]", [[1], [2], [3], [4]]),
        (" [ [1/9 , 1 / 4] , [-1/-8, 0.5/-2] ] ", [[1 / 9, 1 / 4], [1 / 8, -0.25]]),
        ("[[-.2, +2., 1e3, -1.5E-2]]", [[-0.2, 2, 1000, -0.015]]),
        ("[\n[1, 2, 3],\n\t[4, 5, 6]\n]", [[1, 2, 3], [4, 5, 6]]),
    ],
)
def test_numbers_are_typed_in_rows_of_any_size(text, values):
    kernel = find_kernel(text)
    assert kernel.values.tolist() == values
    assert kernel.values.dtype == torch.float64


def test_a_typed_kernel_is_called_by_its_numbers_or_by_its_size_where_they_are_many():
    assert find_kernel("[[0,1],[1,0]]").name == "[[0,1],[1,0]]"
    assert find_kernel("[[0.123456, 0.123456], [0.123456, 0.123456], [1, 1]]").name == "typed 3 x 2"


FILES = {
    "k.csv": ("1,2,3\n\n 4 , 5/2,-.6e1\n", [[1, 2, 3], [4, 2.5, -6]]),
    "k.txt": ("1 2\t3\r\n1/8  0 0\r\n", [[1, 2, 3], [0.125, 0, 0]]),
    "K.TXT": ("5", [[5]]),
    "excel.csv": ("\ufeff1,2\n3,4\n", [[1, 2], [3, 4]]),
    "k.json": ("[[1,\n 1/2],\n[3, 4]]\n", [[1, 0.5], [3, 4]]),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_text_holds_a_row_a_line(name, own_place):
    text, values = FILES[name]
    (own_place / name).write_text(text, "utf-8")
    kernel = find_kernel(name)
    assert kernel.values.tolist() == values
    assert kernel.name == name


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.array([[1, -2]], ">f4"),
        np.eye(3, dtype=bool),
        np.array([1, 2, 3], np.uint8),
    ],
)
def test_an_array_saved_by_numpy_is_read(array, own_place):
    np.save(own_place / "deep.npy", array)
    kernel = find_kernel(str(own_place / "deep.npy"))
    assert kernel.values.tolist() == np.atleast_2d(array).astype(float).tolist()
    assert kernel.name == "deep.npy"


@pytest.mark.parametrize(
    ("name", "meant"),
    [("sobel", "sobel-y or sobel-x"), ("gausian-5", "gaussian-5"), ("box 3", "box-3")],
)
def test_a_misspelt_name_is_answered_with_what_was_probably_meant(name, meant):
    with pytest.raises(UnknownName) as refusal:
        find_kernel(name)
    assert f"no kernel is called {name!r}: did you mean {meant}" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'' is no kernel: a kernel is a name, as sobel-x, or numbers"),
        ("1 2 1", "'1 2 1' is no kernel: a kernel is a name, as sobel-x, or numbers"),
        ("kernel.dat", "or a file that ends in .json, .csv, .txt, .npy"),
        ("[]", "[] is empty: a kernel has at least one number"),
        ("[[],[]]", "[[],[]] is empty: a kernel has at least one number"),
        ("[[1,2],[3]]", "has 2 numbers in row 1 and 1 in row 2: every row"),
        ("[[1,2],[3,4]", "[[1,2],[3,4] is no kernel: rows of numbers are"),
        ("[[[1]]]", "[[[1]]] is no kernel: rows of numbers are"),
        ("[[1],2]", "[[1],2] is no kernel: rows of numbers are"),
        ("[[1]][[2]]", "[[1]][[2]] is no kernel: rows of numbers are"),
        ("[" * 100_000, "... is no kernel: rows of numbers are"),
        ("[[1,a]]", "[[1,a]] has 'a' in row 1: finite numbers are needed, as 2, -0.5 or 1/9"),
        ("[[1],\n[b]]", "[[1], [b]] has 'b' in row 2: finite numbers"),
        ("[[1],[NaN]]", "has 'NaN' in row 2: finite numbers"),
        ("[[Infinity]]", "has 'Infinity' in row 1: finite numbers"),
        ("[[1e999]]", "has '1e999' in row 1: finite numbers"),
        ("[[1/0]]", "has '1/0' in row 1: finite numbers"),
        ("[[1e300/1e-300]]", "has '1e300/1e-300' in row 1: finite numbers"),
        ("[[1/2/3]]", "has '1/2/3' in row 1: finite numbers"),
        ("[[1,2,]]", "has '' in row 1: finite numbers"),
        ("[[1 2]]", "has '1 2' in row 1: finite numbers"),
        ("[[true]]", "has 'true' in row 1: finite numbers"),
        ("[[print(1)]]", "has 'print(1)' in row 1: finite numbers"),
        ("[[1e15]]", "holds 1e+15: a kernel's numbers are finite, -1e12 to 1e12"),
        (f"[{'1,' * 1001}1]", "is 1 x 1002: a kernel has at most 1001 numbers a side"),
        (f"[{'[1],' * 1001}[1]]", "is 1002 x 1: a kernel has at most 1001 numbers a side"),
        ("missing.csv", "missing.csv is no file: check the path"),
        (f"{'x' * 5000}.csv", "cannot be read (File name too long): check the path"),
    ],
)
def test_what_is_no_kernel_is_refused_and_named(text, words):
    with pytest.raises(BadValue) as refusal:
        find_kernel(text)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("ragged.csv", b"1 2\n3\n", "ragged.csv has 2 numbers in row 1 and 1 in row 2"),
        ("words.csv", b"a,b\n", "words.csv has 'a' in row 1: finite numbers"),
        ("semicolons.csv", b"0,5;1\n", "semicolons.csv has '5;1' in row 1: finite numbers"),
        ("gap.txt", b"1,,2\n", "gap.txt has '' in row 1: finite numbers"),
        ("empty.csv", b"", "empty.csv is empty: a kernel has at least one number"),
        ("blank.txt", b"\n  \n", "blank.txt is empty: a kernel has at least one number"),
        ("latin.txt", b"\xe9\xff", "latin.txt is not text: a kernel is a name"),
        ("object.json", b'{"kernel": [[1]]}', "object.json is no kernel: rows of numbers are"),
        ("null.json", b"[[null]]", "null.json has 'null' in row 1: finite numbers"),
        ("empty.npy", b"", "empty.npy holds no plain array of numbers"),
        ("pickle.npy", b"\x80\x04K\x01.", "pickle.npy holds no plain array of numbers"),
        ("large.txt", b"1 " * 25_000_001, "large.txt is too large for a kernel"),
    ],
)
def test_a_file_that_holds_no_kernel_is_refused_and_named(name, content, words, own_place):
    (own_place / name).write_bytes(content)
    with pytest.raises(BadValue) as refusal:
        find_kernel(name)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([{1: 2}], dtype=object), "no plain array of numbers (Array can't be memory-map"),
        (np.zeros((2, 3, 5)), "odd.npy holds 2 x 3 x 5 of float64: rows of numbers are needed"),
        (np.float64(3), "odd.npy holds one of float64: rows of numbers are needed"),
        (np.ones((2, 3), complex), "odd.npy holds 2 x 3 of complex128: rows of numbers"),
        (np.array([["a"]]), "odd.npy holds 1 x 1 of <U1: rows of numbers"),
        (np.zeros((0, 3)), "odd.npy is 0 x 3: a kernel has rows and columns"),
        (np.zeros((3, 0)), "odd.npy is 3 x 0: a kernel has rows and columns"),
        (np.array([[1, np.nan]]), "odd.npy holds nan: a kernel's numbers are finite"),
        (np.zeros((1002, 3)), "odd.npy is 1002 x 3: a kernel has at most 1001 numbers a side"),
    ],
)
def test_an_array_that_is_no_kernel_is_refused_and_named(array, words, own_place):
    np.save(own_place / "odd.npy", array)
    with pytest.raises(BadValue) as refusal:
        find_kernel("odd.npy")
    assert words in str(refusal.value)


def test_a_pickle_is_never_opened(own_place):
    class Trap:
        def __reduce__(self):
            return (own_place / "sprung").touch, ()

    np.save(own_place / "trap.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    with pytest.raises(BadValue, match=r"trap.npy holds no plain array of numbers"):
        find_kernel("trap.npy")
    assert not (own_place / "sprung").exists()


@pytest.mark.parametrize(
    "header", [b"{'descr': (", b"{'descr': '<f8'", b"(" * 9000, b"0777", b"\xff"]
)
def test_a_header_that_is_damaged_is_refused(header, own_place):
    start = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little")
    (own_place / "torn.npy").write_bytes(start + header)
    with pytest.raises(BadValue, match=r"torn.npy holds no plain array of numbers"):
        find_kernel("torn.npy")


@pytest.mark.parametrize("shape", [(10**6, 10**6), (10**30,), (-1, 3)])
def test_a_header_that_promises_more_than_its_file_holds_is_refused(shape, own_place):
    with (own_place / "bomb.npy").open("wb") as file:
        npy.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
    with pytest.raises(BadValue, match=r"bomb.npy holds no plain array of numbers"):
        find_kernel("bomb.npy")


def test_a_folder_is_no_kernel(own_place):
    (own_place / "kernels.csv").mkdir()
    with pytest.raises(BadValue, match=r"kernels.csv is no file: check the path"):
        find_kernel("kernels.csv")
