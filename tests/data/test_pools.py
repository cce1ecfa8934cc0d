import pytest
import torch

from convscope.data.dataset import Dataset
from convscope.data.pools import in_parts, natural_key, told_copies, without_copies
from convscope.errors import BadData


@pytest.fixture
def album() -> Dataset:
    """23 pictures, each another, of five people in turn."""
    return Dataset(
        images=torch.arange(23, dtype=torch.uint8)[:, None, None, None].expand(23, 1, 3, 5),
        targets=torch.arange(23) % 2,
        names=[f"{i}.png" for i in range(23)],
        target_names=("ants", "bees"),
        groups=tuple(f"person {i % 5 + 8}" for i in range(23)),
    )


def test_words_are_ordered_as_people_order_them():
    words = ["img10", "Img2", "img1", "b", "A", "10", "9", "x2y11", "x2y9"]
    ordered = ["9", "10", "A", "b", "img1", "Img2", "img10", "x2y9", "x2y11"]
    assert sorted(words, key=natural_key) == ordered


def test_without_copies_gives_the_others_and_both_names_of_each_copy(album):
    kept, copies = without_copies(album, album.subset(range(12)))
    assert kept.names == album.names[12:]
    assert copies == [(name, name) for name in album.names[:12]]
    with pytest.raises(BadData, match="nothing is left to learn from"):
        without_copies(album, album)


def test_ten_copies_are_named_and_the_others_counted():
    said = told_copies([(f"a{i}", f"b{i}") for i in range(12)])
    assert len(said) == 11
    assert said[0].startswith("a0 is the same picture as b0, of another part")
    assert said[-1] == "... and 2 more such pictures"
    assert told_copies([]) == []


def test_parts_keep_their_pictures_and_torn_groups_are_told_in_order(album):
    notes: list[str] = []
    parts = in_parts(album, ["train"] * 20 + ["test"] * 3, notes)
    assert {part: len(dataset) for part, dataset in parts.items()} == {"train": 20, "test": 3}
    assert parts["test"].names == album.names[20:]
    torn = "person 8, person 9, person 10"
    assert notes == [f"pictures of 3 groups are in several parts: {torn}"]


def test_parts_that_keep_groups_together_need_no_note(album):
    notes: list[str] = []
    own = ["test" if group == "person 9" else "train" for group in album.groups or ()]
    assert set(in_parts(album, own, notes)) == {"train", "test"}
    assert notes == []
