import dataclasses
from inspect import signature

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import Tensor
from torch.testing import assert_close

from convscope.data.augment import CATALOGUE, draw_table, read_augment
from convscope.data.batches import Batches, BatchSource, TrainingBatches, answering_size
from convscope.data.dataset import Dataset
from convscope.data.memory_map import MappedImages, open_mapped
from convscope.data.photometric import shares_of
from convscope.data.preprocess import fit_preprocessing, pixel_order

N, C, H, W = 23, 3, 11, 13
DATASET = Dataset(
    images=torch.from_numpy(
        np.random.default_rng(0).integers(0, 256, (N, C, H, W), dtype=np.uint8)
    ),
    targets=torch.arange(N),  # each image is its own class, so a target tells which image it is
    names=[str(i) for i in range(N)],
    target_names=tuple(map(str, range(N))),
)
STEP = fit_preprocessing(DATASET.images)
NORMAL = STEP.normalize(DATASET.images)


def plain(batch_size: int = 5, **options) -> Batches:
    return Batches(DATASET, STEP, batch_size, **options)


def training(batch_size: int = 5, seed: int = 0, augment: str = "none", **options):
    return TrainingBatches(
        DATASET, STEP, batch_size, seed=seed, augment=read_augment(augment), **options
    )


def gathered(batches: BatchSource, epoch: int = 1) -> tuple[Tensor, Tensor]:
    images, targets = zip(*batches.epoch(epoch), strict=True)
    return torch.cat(images), torch.cat(targets)


def by_sample(batches: BatchSource, order: Tensor, epoch: int = 1) -> Tensor:
    """What each image became, in the data set's order."""
    images, _ = gathered(batches, epoch)
    return images[order.argsort()]


def same(one, another) -> bool:
    pairs = zip(one, another, strict=True)
    return all(torch.equal(a[0], b[0]) and torch.equal(a[1], b[1]) for a, b in pairs)


def test_batches_come_in_the_data_sets_order_and_normalised():
    images, targets = gathered(plain())
    mean, std = (np.reshape(values, (3, 1, 1)) for values in (STEP.mean, STEP.std))
    assert_allclose(images, (DATASET.images.numpy() / 255 - mean) / std, atol=1e-5)
    assert torch.equal(targets, DATASET.targets)


@pytest.mark.parametrize("build", [plain, training])
@pytest.mark.parametrize("batch_size", [1, 5, 23, 29])
def test_the_last_batch_holds_what_remains(build, batch_size):
    batches = build(batch_size)
    sizes = [len(targets) for _, targets in batches.epoch(1)]
    whole, rest = divmod(N, batch_size)
    assert sizes == [batch_size] * whole + [rest] * (rest > 0)
    assert len(batches) == len(sizes)


@pytest.mark.parametrize("layout", [torch.channels_last, torch.contiguous_format])
def test_images_have_the_asked_layout_and_the_same_values(layout):
    for images, _ in plain(memory_format=layout).epoch(1):
        assert images.is_contiguous(memory_format=layout)
    assert torch.equal(gathered(plain(memory_format=layout))[0], gathered(plain())[0])


def test_no_augmentation_can_reach_validation_and_test():
    assert "augment" not in signature(Batches).parameters
    assert same(plain().epoch(1), plain().epoch(2))
    with pytest.raises(TypeError, match="augment"):
        plain(augment=read_augment("flip"))


@pytest.mark.parametrize("batch_size", [1, 5, 29])
def test_every_training_image_leaves_once_an_epoch_with_its_own_target(batch_size):
    images, targets = gathered(training(batch_size))
    assert sorted(targets.tolist()) == list(range(N))
    assert_close(images, NORMAL[targets])


def test_the_order_depends_on_seed_and_epoch_only():
    order = gathered(training())[1].tolist()
    for other in (training(7), training(augment="flip+affine+cutout"), training()):
        assert gathered(other)[1].tolist() == order
    orders = {tuple(gathered(training(seed=s), e)[1].tolist()) for s in (0, 1) for e in (1, 2)}
    assert len(orders) == 4
    assert tuple(range(N)) not in orders


@pytest.mark.parametrize("augment", ["none", "flip+shift:4+colour+mixup"])
def test_an_epoch_that_starts_later_is_its_own_tail(augment):
    batches = training(augment=augment)
    whole = list(batches.epoch(3))
    for start in range(len(whole) + 1):
        assert same(batches.epoch(3, start), whole[start:])
    assert same(plain().epoch(3, 2), list(plain().epoch(3))[2:])


@pytest.mark.parametrize("name", [*CATALOGUE, "flip+mixup+shift:2+colour+mixup:1"])
def test_what_becomes_of_an_image_does_not_depend_on_the_batch_size(name):
    order = gathered(training())[1]
    images = by_sample(training(augment=name), order)
    assert not torch.allclose(images, NORMAL)
    for batch_size in (1, 7, 29):
        assert_close(by_sample(training(batch_size, augment=name), order), images)


@pytest.mark.parametrize("name", CATALOGUE)
def test_another_epoch_changes_the_images_otherwise(name):
    first = by_sample(training(augment=name), gathered(training(), 1)[1], 1)
    second = by_sample(training(augment=name), gathered(training(), 2)[1], 2)
    assert not torch.allclose(first, second)


@pytest.mark.parametrize("name", sorted(set(CATALOGUE) - {"mixup"}))
def test_each_image_takes_its_row_of_the_epochs_draws_before_it_is_normalised(name):
    augment = read_augment(name)
    (rows,) = draw_table(augment, N, 0, 2)
    changed, _ = augment[0](DATASET.images / 255, DATASET.targets, rows)
    order = gathered(training(), 2)[1]
    images = by_sample(training(augment=name), order, 2)
    assert_close(images, STEP.normalize(changed), atol=1e-5, rtol=1e-5)


def test_a_partner_comes_from_the_whole_training_part_after_the_steps_before():
    flip, mixup = augment = read_augment("flip+mixup:1")
    flips, mixes = draw_table(augment, N, 0, 2)
    flipped, _ = flip(DATASET.images / 255, DATASET.targets, flips)
    at = mixup.partners(mixes, N)
    own, partner = (flipped, DATASET.targets), (flipped[at], DATASET.targets[at])
    expected_images, expected_targets = mixup.mix(mixes, own, partner, N)
    order = gathered(training(), 2)[1]
    images, targets = gathered(training(augment="flip+mixup:1"), 2)
    assert_close(images, STEP.normalize(expected_images[order]), atol=1e-5, rtol=1e-5)
    assert_close(targets, expected_targets[order])
    assert_close(targets.sum(1), torch.ones(N))
    assert not torch.equal(targets, shares_of(order, N))


def test_leaving_changes_nothing_that_is_kept():
    before = DATASET.images.clone()
    batches = training(augment="+".join(CATALOGUE))
    first = list(batches.epoch(1))
    assert same(batches.epoch(1), first)
    assert torch.equal(DATASET.images, before)


def test_both_kinds_are_what_a_training_loop_needs():
    assert isinstance(plain(), BatchSource)
    assert isinstance(training(), BatchSource)


def test_an_image_that_would_be_alone_joins_the_batch_before_it():
    batches = training(N - 1)
    sizes = [len(targets) for _, targets in batches.epoch(1)]
    assert sizes == [N]
    assert len(batches) == 1


@pytest.fixture
def on_disk(own_place) -> Dataset:
    """The same data set in another order of the file, of which every second image is its own."""
    order = torch.randperm(N, generator=torch.Generator().manual_seed(1))
    file = torch.zeros(2 * N, H, W, C, dtype=torch.uint8)
    file[2 * order] = DATASET.images.permute(0, 2, 3, 1)
    np.save(own_place / "images.npy", file.numpy())
    images = MappedImages(open_mapped(own_place / "images.npy"), 2 * order)
    return dataclasses.replace(DATASET, images=images)


def test_batches_of_a_memory_map_are_those_of_memory(on_disk):
    assert same(Batches(on_disk, STEP, 5).epoch(0), plain().epoch(0))
    mapped = TrainingBatches(
        on_disk,
        STEP,
        5,
        seed=0,
        augment=read_augment("flip+mixup"),
        memory_format=torch.channels_last,
    )
    kept = training(5, augment="flip+mixup", memory_format=torch.channels_last)
    assert same(mapped.epoch(3), kept.epoch(3))
    assert torch.equal(mapped.variants(4, 3), kept.variants(4, 3))


def test_a_memory_map_stays_in_its_file_on_the_processor(on_disk):
    assert Batches(on_disk, STEP, 5)._rows.data_ptr() == on_disk.images.file.data_ptr()


@pytest.mark.parametrize("free", [0, 1 << 30])
def test_a_memory_map_goes_to_a_device_it_fits_on(on_disk, monkeypatch, free):
    """The meta device stands for a GPU: it has no memory, but knows where tensors are."""
    monkeypatch.setattr("convscope.data.batches.free_memory", lambda device: free)
    batches = Batches(on_disk, STEP, 5, device="meta")
    assert batches._rows.device.type == ("meta" if free else "cpu")


def test_images_are_augmented_as_pictures_and_permuted_afterwards():
    permuted = fit_preprocessing(DATASET.images, permutation=3)
    augment = read_augment("shift:2+flip")
    changed = DATASET.images / 255
    for step, rows in zip(augment, draw_table(augment, N, 0, 2), strict=True):
        changed, _ = step(changed, DATASET.targets, rows)
    batches = TrainingBatches(DATASET, permuted, 5, seed=0, augment=augment)
    images = by_sample(batches, gathered(training(), 2)[1], 2)
    expected = STEP.normalize(changed).flatten(2)[:, :, pixel_order(3, H * W)].unflatten(2, (H, W))
    assert_close(images, expected, atol=1e-5, rtol=1e-5)
    assert not torch.allclose(images, STEP.normalize(changed))


@pytest.mark.parametrize(
    ("shape", "size"),
    [((1, 28, 28), 500), ((3, 32, 32), 341), ((3, 224, 224), 6), ((3, 1200, 1200), 1)],
)
def test_fewer_large_images_are_answered_at_a_time(shape, size):
    assert answering_size(shape) == size
