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


def test_grey_pictures_must_agree_more_closely():
    """0.95 is enough for photographs, not for drawings of one kind."""
    train, test = photographs(5, c=1), photographs(3, 1, c=1)
    noisy = train[2].float() + 12 * torch.randn(H, W, generator=torch.Generator().manual_seed(0))
    test[1] = noisy.clamp(0, 255).byte()
    grey = {"train": dataset(train), "test": dataset(test)}
    coloured = {part: replace(d, images=d.images.expand(-1, 3, -1, -1)) for part, d in grey.items()}
    assert find_alike(grey) == []
    assert len(find_alike(coloured)) <= 1


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


def test_a_crowd_of_kin_costs_nothing():
    """More near copies than a band may have are not compared each with each."""
    image = photographs(1)[0].float()
    many = torch.stack([image.add(i % 40).clamp(0, 255).byte() for i in range(5 * CROWD)])
    exact = [pair for pair in find_alike({"train": dataset(many)}) if pair.exact]
    assert len(exact) == 5 * CROWD - 40


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
    assert 1 <= len(found) <= 10
    assert all(pair.same_label for pair in found)
