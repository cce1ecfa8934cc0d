from collections import Counter

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from convscope.data.dataset import Dataset
from convscope.data.loading import load_data
from convscope.data.memory_map import MappedImages
from convscope.data.split import (
    content_hash,
    content_hashes,
    cut,
    fingerprint,
    hashes_of,
    hold_out,
    in_folds,
)
from convscope.errors import BadData

C, H, W = 3, 2, 5


def dataset(contents: list[int], labels: list[int], groups: list[int] | None = None) -> Dataset:
    """Picture i is `contents[i]` written into an otherwise black image."""
    images = torch.zeros(len(contents), C, H, W, dtype=torch.uint8)
    numbers = torch.tensor(contents)
    images[:, 1, 1, 3], images[:, 0, 0, 4] = (numbers % 256).byte(), (numbers // 256).byte()
    return Dataset(
        images=images,
        targets=torch.tensor(labels),
        names=[f"{i}" for i in range(len(contents))],
        target_names=("ant", "bee", "cow"),
        groups=None if groups is None else tuple(map(str, groups)),
    )


def names(part: Dataset) -> set[str]:
    return set(part.names)


@st.composite
def tangled(draw) -> tuple[list[int], list[int], list[int] | None]:
    """What `dataset` takes, with pictures that repeat and groups that overlap with them."""
    n = draw(st.integers(2, 37))
    numbers = {"min_size": n, "max_size": n}
    return (
        draw(st.lists(st.integers(0, 23), **numbers)),
        draw(st.lists(st.integers(0, 2), **numbers)),
        draw(st.none() | st.lists(st.integers(0, 13), **numbers)),
    )


shares = st.floats(0.05, 0.95)


@given(tangled(), shares, st.integers(0, 3))
def test_equal_pictures_and_groups_stay_together_and_nothing_is_lost(fields, share, seed):
    whole = dataset(*fields)
    try:
        kept, held = hold_out(whole, share, seed)
    except BadData:
        assume(False)
    assert names(kept) | names(held) == names(whole)
    assert len(kept) + len(held) == len(whole)
    assert not set(content_hashes(kept.images)) & set(content_hashes(held.images))
    if whole.groups is not None:
        assert not set(kept.groups) & set(held.groups)


@given(st.lists(st.integers(0, 2), min_size=6, max_size=97), shares)
def test_each_class_of_single_images_keeps_its_share_and_is_in_both_parts(labels, share):
    assume(max(Counter(labels).values()) > 1)
    kept, held = hold_out(dataset(list(range(len(labels))), labels), share)
    for label, count in Counter(labels).items():
        here, there = kept.class_counts()[label], held.class_counts()[label]
        assert here + there == count
        assert abs(there - count * share) <= 1
        assert count == 1 or min(here, there) >= 1


@given(tangled(), st.randoms(use_true_random=False))
def test_the_cut_is_the_same_whatever_the_order_of_the_images(fields, random):
    whole = dataset(*fields)
    order = list(range(len(whole)))
    random.shuffle(order)
    try:
        kept, held = hold_out(whole, 0.3)
    except BadData:
        with pytest.raises(BadData):
            hold_out(whole.subset(order), 0.3)
        return
    kept_again, held_again = hold_out(whole.subset(order), 0.3)
    assert names(held) == names(held_again)
    assert names(kept) == names(kept_again)


def test_pictures_tied_by_content_and_by_group_in_turn_stay_together():
    # 0 and 1 show the same, 1 and 2 are one group, 2 and 3 show the same; the rest stands alone
    contents, groups = [0, 0, 1, 1, *range(2, 31)], [0, 1, 1, 2, *range(3, 32)]
    whole = dataset(contents, [0] * 33, groups)
    for seed in range(30):
        _, held = hold_out(whole, 0.5, seed)
        assert len({"0", "1", "2", "3"} & names(held)) in (0, 4)


def test_large_groups_are_held_out_as_near_to_the_share_as_they_can():
    groups = [i // 7 for i in range(210)]
    kept, held = hold_out(dataset(list(range(210)), [i % 3 for i in range(210)], groups), 0.2)
    assert abs(len(held) - 42) <= 7
    assert set(Counter(held.groups).values()) == {7}
    assert max(held.class_counts()) - min(held.class_counts()) <= 7


def test_the_parts_keep_the_order_of_the_whole():
    kept, held = hold_out(dataset(list(range(53)), [0] * 53), 0.2)
    for part in (kept, held):
        assert [int(name) for name in part.names] == sorted(int(name) for name in part.names)


def test_another_split_seed_makes_another_cut_and_the_same_one_the_same():
    whole = dataset(list(range(97)), [0] * 97)
    cuts = [tuple(hold_out(whole, 0.3, seed)[1].names) for seed in (0, 1, 2, 1)]
    assert len(set(cuts)) == 3
    assert cuts[1] == cuts[3]


@given(tangled(), st.integers(2, 5))
def test_folds_hold_each_image_once_and_keep_equal_pictures_and_groups_together(fields, count):
    whole = dataset(*fields)
    try:
        folds = in_folds(whole, count)
    except BadData:
        assume(False)
    assert len(folds) == count
    assert torch.cat(folds).sort().values.equal(torch.arange(len(whole)))
    parts = [whole.subset(fold) for fold in folds]
    for images in (set(content_hashes(part.images)) for part in parts):
        assert sum(bool(images & set(content_hashes(part.images))) for part in parts) == 1
    for groups in (set(part.groups or ()) for part in parts):
        assert sum(bool(groups & set(part.groups or ())) for part in parts) <= 1


@given(st.lists(st.integers(0, 2), min_size=5, max_size=97), st.integers(2, 5))
def test_each_class_of_single_images_is_spread_evenly_over_the_folds(labels, count):
    whole = dataset(list(range(len(labels))), labels)
    parts = [whole.subset(fold) for fold in in_folds(whole, count)]
    for counts in zip(*(part.class_counts() for part in parts), strict=True):
        assert max(counts) - min(counts) <= 1
    sizes = [len(part) for part in parts]
    assert min(sizes) > 0
    assert max(sizes) - min(sizes) <= 3  # one per class


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 13)), min_size=5, max_size=31))
def test_no_fold_is_ahead_by_more_than_the_largest_group_of_a_class(groups):
    labels = [label for label, size in groups for _ in range(size)]
    named = [number for number, (_, size) in enumerate(groups) for _ in range(size)]
    whole = dataset(list(range(len(labels))), labels, named)
    parts = [whole.subset(fold) for fold in in_folds(whole, 3)]
    for label, counts in enumerate(zip(*(part.class_counts() for part in parts), strict=True)):
        largest = max((size for own, size in groups if own == label), default=0)
        assert max(counts) - min(counts) <= largest


@pytest.mark.parametrize("first", range(0, 700, 100))
def test_small_groups_make_up_for_large_ones_whatever_the_images_are(first):
    groups = [0] * 8 + [1] * 5 + [2] * 5 + [3] * 3 + [4] * 3
    folds = in_folds(dataset(list(range(first, first + 24)), [0] * 24, groups), 3)
    assert [len(fold) for fold in folds] == [8, 8, 8]


def test_a_group_of_two_classes_goes_where_most_of_it_is_missing():
    labels, groups = [0] * 4 + [1] * 5 + [0, 0, 1], [0] * 4 + [1] * 5 + [2] * 3
    whole = dataset(list(range(12)), labels, groups)
    parts = [whole.subset(fold) for fold in in_folds(whole, 2)]
    assert sorted(part.class_counts() for part in parts) == [[2, 6, 0], [4, 0, 0]]


@given(tangled(), st.randoms(use_true_random=False))
def test_the_folds_are_the_same_whatever_the_order_of_the_images(fields, random):
    whole = dataset(*fields)
    order = list(range(len(whole)))
    random.shuffle(order)
    try:
        folds = in_folds(whole, 2)
    except BadData:
        with pytest.raises(BadData):
            in_folds(whole.subset(order), 2)
        return
    again = whole.subset(order)
    assert [names(whole.subset(fold)) for fold in folds] == [
        names(again.subset(fold)) for fold in in_folds(again, 2)
    ]


def test_a_fold_keeps_the_order_of_the_whole():
    for fold in in_folds(dataset(list(range(53)), [0] * 53), 3):
        assert fold.equal(fold.sort().values)


def test_fewer_groups_than_folds_are_refused():
    with pytest.raises(BadData, match="8 images in 2 groups cannot be cut in 3 parts"):
        in_folds(dataset(list(range(8)), [0] * 8, [i // 4 for i in range(8)]), 3)


def test_without_a_published_test_part_one_is_sealed_first():
    whole = dataset(list(range(101)), [0] * 101)
    splits = cut("some", whole, None, validation=0.25)
    assert splits.counts() == {"train": 61, "validation": 20, "test": 20}
    another = cut("some", whole, None, validation=0.5)
    assert names(another.test) == names(splits.test)


def test_a_published_test_part_is_taken_as_it_is():
    pool, test = dataset(list(range(50)), [0] * 50), dataset(list(range(100, 117)), [1] * 17)
    splits = cut("some", pool, test, validation=0.2)
    assert splits.test is test
    assert splits.counts() == {"train": 40, "validation": 10, "test": 17}


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1, 1.5, float("nan")])
def test_a_share_that_leaves_nothing_is_refused(share):
    with pytest.raises(BadData, match="between 0 and 1"):
        hold_out(dataset([0, 1, 2, 3], [0] * 4), share)


def test_what_cannot_be_torn_apart_is_refused():
    with pytest.raises(BadData, match="5 images in 1 groups cannot be cut"):
        hold_out(dataset([7] * 5, [0] * 5), 0.4)


def test_hashes_are_equal_exactly_where_the_pictures_are():
    hashes = content_hashes(dataset([3, 5, 3, 259], [0] * 4).images)
    assert hashes[0] == hashes[2]
    assert len(set(hashes)) == 3


def test_each_hash_is_of_its_own_image_and_goes_with_it_into_a_subset():
    whole = dataset([5, 259, 7, 5, 3], [0] * 5)
    hashes = hashes_of(whole)
    assert list(hashes) == [content_hash(image) for image in whole.images.numpy()]
    known = Dataset(**{**vars(whole), "hashes": torch.tensor([list(one) for one in hashes]).byte()})
    for part in (whole.subset([4, 1, 3]), known.subset([4, 1, 3])):
        assert list(hashes_of(part)) == [hashes[4], hashes[1], hashes[3]]


def test_known_hashes_are_not_computed_again():
    whole = dataset([5, 6, 7], [0] * 3)
    known = torch.arange(48, dtype=torch.uint8).view(3, 16)
    assert hashes_of(Dataset(**{**vars(whole), "hashes": known})) == [
        bytes(range(16 * i, 16 * i + 16)) for i in range(3)
    ]


def test_images_in_a_memory_map_have_the_hashes_of_those_in_memory():
    whole = dataset(list(range(2011)), [0] * 2011)  # three blocks
    file = whole.images.permute(0, 2, 3, 1).contiguous()
    rows = torch.arange(2011).flip(0)
    mapped = Dataset(**{**vars(whole), "images": MappedImages(file, rows)})
    assert list(hashes_of(mapped)) == list(hashes_of(whole))[::-1]
    assert len(set(hashes_of(mapped))) == 2011


def test_the_fingerprint_changes_with_a_pixel_a_label_a_class_name_and_the_parts():
    whole = dataset(list(range(7)), [0, 1, 0, 1, 0, 1, 0])
    one_pixel, one_label = whole.images.clone(), whole.targets.clone()
    one_pixel[6, 2, 1, 4] += 1
    one_label[6] = 1
    fields = {"names": whole.names, "target_names": whole.target_names}
    variants = [
        [whole],
        [Dataset(images=one_pixel, targets=whole.targets, **fields)],
        [Dataset(images=whole.images, targets=one_label, **fields)],
        [Dataset(**{**vars(whole), "target_names": ("ant", "bee", "cat")})],
        [whole.subset(range(3)), whole.subset(range(3, 7))],
        [whole.subset(range(4)), whole.subset(range(4, 7))],
    ]
    prints = [fingerprint(*variant) for variant in variants]
    assert len(set(prints)) == len(variants)
    assert fingerprint(whole.subset(range(7))) == prints[0]


def test_digits_are_cut_as_published_in_the_guide():
    splits = load_data("digits")
    assert splits.counts() == {"train": 1151, "validation": 287, "test": 359}
    assert splits.fingerprint == load_data("digits").fingerprint
    pictures = [set(content_hashes(splits[part].images)) for part in splits.counts()]
    assert not pictures[0] & pictures[1]
    assert not pictures[2] & (pictures[0] | pictures[1])
    for label, count in enumerate(splits.test.class_counts()):
        total = sum(splits[part].class_counts()[label] for part in splits.counts())
        assert abs(count - 0.2 * total) <= 1
