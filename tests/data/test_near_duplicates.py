import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image as Picture
from torch.nn import functional as F

from convscope.data.dataset import Dataset
from convscope.data.memory_map import MappedImages
from convscope.data.near_duplicates import CROWD, find_alike, perceptual_hashes

H, W = 37, 41


def photographs(n: int, seed: int = 0, c: int = 3) -> torch.Tensor:
    """(n, c, H, W) smooth random pictures, no two alike."""
    coarse = torch.rand(n, c, 7, 7, generator=torch.Generator().manual_seed(seed))
    return F.interpolate(coarse, (H, W), mode="bicubic").clamp(0, 1).mul(255).byte()


def dataset(images: torch.Tensor, labels: list[int] | None = None) -> Dataset:
    n = len(images)
    return Dataset(
        images=images,
        targets=torch.tensor(labels or [0] * n),
        names=[str(i) for i in range(n)],
        target_names=("a", "b"),
    )


def pairs(parts: dict[str, Dataset]) -> list[tuple]:
    return [(*pair.first, *pair.second, pair.exact) for pair in find_alike(parts)]


def saved_again(image: torch.Tensor, quality: int) -> torch.Tensor:
    buffer = io.BytesIO()
    Picture.fromarray(image.permute(1, 2, 0).numpy()).save(buffer, "JPEG", quality=quality)
    return torch.from_numpy(np.array(Picture.open(buffer))).permute(2, 0, 1)


def test_different_pictures_are_not_alike():
    assert (
        find_alike({"train": dataset(photographs(97)), "test": dataset(photographs(53, 1))}) == []
    )


def test_equal_pictures_are_found_within_and_across_parts_and_paired_with_the_first():
    train, test = photographs(13), photographs(7, 1)
    train[11] = train[2]
    test[3] = test[5] = train[2]
    assert pairs({"train": dataset(train), "test": dataset(test)}) == [
        ("train", 2, "train", 11, True),
        ("train", 2, "test", 3, True),
        ("train", 2, "test", 5, True),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        lambda image: saved_again(image, 85),
        lambda image: image.float().mul(0.8).add(20).byte(),
        lambda image: F.interpolate(
            F.interpolate(image[None].float(), (29, 31), mode="bilinear", antialias=True), (H, W),
            mode="bilinear",
        )[0].byte(),
    ],
    ids=["saved again", "darker", "resized"],
)  # fmt: skip
def test_a_picture_that_was_changed_a_little_is_found_and_its_label_compared(changed):
    train, test = photographs(23), photographs(11, 1)
    test[4] = changed(train[9])
    parts = {"train": dataset(train, [1] * 23), "test": dataset(test, [0] * 11)}
    (pair,) = find_alike(parts)
    assert (pair.first, pair.second) == (("train", 9), ("test", 4))
    assert not pair.exact
    assert not pair.same_label
    assert 0.95 < pair.correlation < 1


def test_one_sky_above_two_seas_is_not_one_picture():
    """The pixels agree, the steps between them do not."""
    sky = torch.linspace(230, 20, H).view(1, 1, H, 1)
    seas = sky + photographs(7).float().sub(128).mul(0.2)
    assert torch.corrcoef(seas.flatten(1)).min() > 0.9
    assert find_alike({"train": dataset(seas.clamp(0, 255).byte())}) == []


@pytest.mark.parametrize("c", [1, 3])
def test_strokes_of_one_kind_are_alike_only_if_they_are_equal(c):
    strokes = torch.zeros(11, c, 28, 28, dtype=torch.uint8)
    strokes[:, :, 4:24, 13:15] = 250
    strokes[:, :, 3, 13] = torch.arange(11, dtype=torch.uint8).mul(20)[:, None]
    strokes[7] = strokes[2]
    assert pairs({"train": dataset(strokes)}) == [("train", 2, "train", 7, True)]


def test_blank_pictures_are_alike_only_if_they_are_equal():
    blank = torch.full((5, 3, H, W), 200, dtype=torch.uint8)
    blank[:, 0, 0, 0] = torch.arange(5, dtype=torch.uint8)
    blank[4] = blank[1]
    assert pairs({"train": dataset(blank)}) == [("train", 1, "train", 4, True)]


def test_pictures_too_small_to_tell_copies_from_kin_are_compared_exactly():
    small = photographs(5)[:, :, :8, :8].contiguous()
    small[3] = small[1].float().mul(0.9).byte()
    small[4] = small[0]
    assert pairs({"train": dataset(small)}) == [("train", 0, "train", 4, True)]


def test_of_a_crowd_of_kin_each_is_found_once_per_part():
    """More near copies than a band compares each with each: a film."""
    image = photographs(1)[0].float().mul(0.6)
    film = torch.stack([image.add(i % 90).byte() for i in range(3 * CROWD)])
    test = torch.stack([image.add(90 + i).byte() for i in range(5)])
    found = find_alike({"train": dataset(film), "test": dataset(test)})
    assert sum(pair.exact for pair in found) == 3 * CROWD - 90
    within = [pair.second[1] for pair in found if pair.second[0] == "train"]
    across = {pair.second[1] for pair in found if pair.first[0] != pair.second[0]}
    assert sorted(within) == list(range(1, 3 * CROWD))
    assert across == set(range(5))


def test_a_near_copy_is_paired_with_the_likest_of_each_label():
    """So that a pair with another label is not hidden behind one with the same."""
    train, test = photographs(13), photographs(3, 1)
    train[8] = saved_again(train[3], 95)
    test[1] = saved_again(train[3], 90)
    parts = {"train": dataset(train, [0] * 8 + [1] * 5), "test": dataset(test)}
    found = {(pair.first, pair.second): pair.same_label for pair in find_alike(parts)}
    assert found == {
        (("train", 3), ("train", 8)): False,
        (("train", 3), ("test", 1)): True,
        (("train", 8), ("test", 1)): False,
    }


def test_a_memory_map_is_read_in_blocks():
    images = photographs(23)
    images[19] = images[3]
    order = torch.arange(22, -1, -1)
    mapped = MappedImages(images.permute(0, 2, 3, 1).contiguous(), order)
    (pair,) = find_alike({"train": replace(dataset(images), images=mapped)})
    assert (pair.first[1], pair.second[1]) == (22 - 19, 22 - 3)


def test_a_hash_bit_says_that_the_picture_grows_brighter_to_the_right():
    ramp = torch.arange(W).mul(5).byte().expand(1, 3, H, W).contiguous()
    assert perceptual_hashes(dataset(ramp)).all()
    assert not perceptual_hashes(dataset(ramp.flip(3))).any()


@pytest.mark.usefixtures("shared_data")
def test_copies_in_the_test_set_of_cifar10_are_found_with_their_labels():
    from convscope.data.catalogue import CATALOGUE

    _, test = CATALOGUE["cifar10"].read(None)
    assert test is not None
    found = find_alike({"test": test})
    assert len(found) == 13
    assert all(pair.same_label for pair in found)
