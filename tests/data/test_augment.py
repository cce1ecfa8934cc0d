import numpy as np
import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from convscope.data.augment import CATALOGUE, Augmentation, draw_table, read_augment
from convscope.data.geometric import Flip, Shift
from convscope.data.photometric import Mixup
from convscope.errors import BadValue, UnknownName

C, H, W = 3, 11, 13
COPIES = 64
LEAST_DIFFERENT = {
    "flip": 2, "shift": 35, "rotate": 64, "affine": 64, "crop": 64, "colour": 64, "cutout": 35,
}  # fmt: skip
CHANGES = sorted(set(CATALOGUE) - {"mixup"})


def picture(seed: int = 0, n: int = 1) -> Tensor:
    return torch.from_numpy(np.random.default_rng(seed).random((n, C, H, W), dtype=np.float32))


def draws(name: str, n: int = COPIES, epoch: int = 1) -> Tensor:
    (table,) = draw_table([CATALOGUE[name]()], n, 0, epoch)
    return table


def different(images: Tensor) -> int:
    return len(torch.unique(images.flatten(1), dim=0))


def test_the_contract_covers_the_whole_catalogue():
    assert set(CHANGES) == set(LEAST_DIFFERENT)


@pytest.mark.parametrize("name", CHANGES)
def test_copies_of_one_image_become_as_many_different_ones_as_the_change_allows(name):
    images, targets = picture().repeat(COPIES, 1, 1, 1), torch.arange(COPIES)
    before = images.clone()
    changed, same_targets = CATALOGUE[name]()(images, targets, draws(name))
    assert changed.shape == images.shape
    assert changed.dtype == torch.float32
    assert 0 <= changed.min() <= changed.max() <= 1
    assert different(changed) >= LEAST_DIFFERENT[name]
    assert_close(same_targets, targets)
    assert_close(images, before, rtol=0, atol=0)


def test_a_flip_gives_both_of_its_images_and_no_third():
    images = picture().repeat(COPIES, 1, 1, 1)
    changed, _ = Flip()(images, torch.arange(COPIES), draws("flip"))
    mirrored = (changed == images.flip(3)).flatten(1).all(1)
    assert ((changed == images).flatten(1).all(1) ^ mirrored).all()
    assert 16 <= mirrored.sum() <= 48


def test_sixty_four_partners_give_sixty_four_mixtures_with_shares_that_add_to_1():
    own = picture().repeat(COPIES, 1, 1, 1), torch.zeros(COPIES, dtype=torch.long)
    partner = picture(1, COPIES), torch.ones(COPIES, dtype=torch.long)
    mixed, shares = Mixup().mix(draws("mixup"), own, partner, num_classes=5)
    assert mixed.shape == own[0].shape
    assert different(mixed) == COPIES
    assert shares.shape == (COPIES, 5)
    assert_close(shares.sum(1), torch.ones(COPIES))
    assert 0 <= shares.min() <= shares.max() <= 1
    # each image holds as much of its partner as its target says
    share = shares[:, 1].view(-1, 1, 1, 1)
    assert_close(mixed, own[0] * (1 - share) + partner[0] * share)


@pytest.mark.parametrize("name", CHANGES)
def test_an_image_is_changed_by_its_own_draws_alone(name):
    images, rows, change = picture(2, 7), draws(name, 7), CATALOGUE[name]()
    targets = torch.arange(7)
    together, _ = change(images, targets, rows)
    for i in range(7):
        alone, _ = change(images[i : i + 1], targets[i : i + 1], rows[i : i + 1])
        assert_close(together[i], alone[0])
    backwards, _ = change(images.flip(0), targets, rows.flip(0))
    assert_close(backwards.flip(0), together)


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_draw_is_used(name):
    change = CATALOGUE[name]()
    middle = torch.full((1, change.draws), 0.45)
    for k in range(change.draws):
        moved = middle.clone()
        moved[0, k] = 0.8
        assert not torch.equal(result(change, middle), result(change, moved)), f"draw {k}"


def result(change: Augmentation | Mixup, rows: Tensor) -> Tensor:
    """What becomes of one image, whose partner in a mixup is one of five."""
    one, targets = picture(3), torch.tensor([0])
    if not isinstance(change, Mixup):
        return change(one, targets, rows)[0]
    at = change.partners(rows, 5)
    return change.mix(rows, (one, targets), (picture(4, 5)[at], at), 5)[0]


@pytest.mark.parametrize("name", CATALOGUE)
def test_equal_seed_and_epoch_draw_equal_numbers_and_others_draw_others(name):
    augment = [CATALOGUE[name]()]
    tables = [
        draw_table(augment, 7, seed, epoch)[0] for seed, epoch in [(0, 1), (0, 2), (1, 1), (0, 1)]
    ]
    assert torch.equal(tables[0], tables[3])
    assert not (tables[0] == tables[1]).any()
    assert not (tables[0] == tables[2]).any()


def test_draws_are_one_row_per_image_and_one_table_per_augmentation():
    augment = read_augment("flip+affine:5+cutout")
    tables = draw_table(augment, 97, 3, 5)
    assert [tuple(table.shape) for table in tables] == [(97, 1), (97, 4), (97, 2)]
    whole = torch.cat(tables, 1)
    assert 0 <= whole.min() < whole.max() < 1
    assert torch.unique(whole).numel() > 0.99 * whole.numel()
    assert draw_table((), 97, 3, 5) == ()


def test_the_words_of_a_recipe_become_values_in_their_order():
    assert read_augment("flip+shift:3") == (Flip(), Shift(3))
    assert read_augment("shift:3+flip:0.25") == (Shift(3), Flip(0.25))
    assert read_augment(" mixup:0.4 + flip ") == (Mixup(0.4), Flip())
    assert read_augment("none") == read_augment("") == ()


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_name_of_the_catalogue_is_understood_alone_and_with_its_defaults(name):
    assert read_augment(name) == (CATALOGUE[name](),)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("shift:x", "'shift:x'.*it is written shift:pixels=4"),
        ("shift:1.5", "it is written shift:pixels=4"),
        ("shift:-1", "pixels is 0 or more"),
        ("shift:1:2", "too many numbers"),
        ("flip:1.5", "a probability lies between 0 and 1"),
        ("rotate:nan", "finite"),
        ("affine:5:inf", "finite"),
        ("affine:5:0.1:1", "scale lies between 0 and 1"),
        ("crop:0", "least lies between 0 and 1"),
        ("colour:2", "strength lies between 0 and 1"),
        ("cutout:0", "pixels is 1 or more"),
        ("mixup:0", "alpha is above 0"),
        ("mixup:", "it is written mixup:alpha=0.2"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused_with_the_way_to_write_it(text, words):
    with pytest.raises(BadValue, match=words):
        read_augment(text)


def test_an_unknown_name_is_answered_with_what_was_meant():
    with pytest.raises(UnknownName, match="did you mean colour"):
        read_augment("flip+color")
