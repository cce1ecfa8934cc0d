import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from convscope.errors import BadValue
from convscope.filters.catalogue import CATALOGUE
from convscope.filters.similar import similar

SOBEL = CATALOGUE["sobel-x"].values


def noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def planted(shape: tuple[int, ...], *where: int | slice, kernel: Tensor = SOBEL) -> Tensor:
    """Weights of zeros with the kernel at one place."""
    weight = torch.zeros(shape, dtype=torch.float64)
    weight[where] = kernel
    return weight


@pytest.mark.parametrize("scale", [1.0, 0.01, -3.0])
def test_a_kernel_planted_in_noise_is_found_first_with_its_sign(scale):
    weight = noise(7, 3, 3, 3)
    weight[5, 2] = scale * SOBEL
    best = similar(weight, SOBEL)[0]
    assert (best.filter, best.channel, best.shift) == (5, 2, (0, 0))
    assert best.cosine == pytest.approx(1 if scale > 0 else -1)


def test_equal_sizes_leave_one_place_and_the_cosine_is_torchs():
    weight, kernel = noise(5, 3, 3, 2), noise(7, 3, 3, 2)[6, 1]
    expected = F.cosine_similarity(weight.flatten(2), kernel.flatten(), dim=2)
    expected_mean = F.cosine_similarity(weight.mean(1).flatten(1), kernel.flatten(), dim=1)
    found = similar(weight, kernel, most=20)
    assert len(found) == 5 * (3 + 1)
    for each in found:
        one = expected_mean if each.channel is None else expected[:, each.channel]
        assert each.cosine == pytest.approx(one[each.filter].item())
        assert each.shift == (0, 0)
    sizes = [abs(each.cosine) for each in found]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (2, 0), (1, 4), (2, 3)])
def test_a_kernel_anywhere_in_a_larger_filter_is_found_with_its_shift(down, right):
    weight = planted((2, 1, 5, 7), 1, 0, slice(down, down + 3), slice(right, right + 3))
    best = similar(weight, SOBEL)[0]
    assert best.cosine == pytest.approx(1)
    assert (best.filter, best.channel, best.shift) == (1, 0, (down, right))


@pytest.mark.parametrize(("down", "right"), [(0, 0), (2, 0), (1, 4), (2, 3)])
def test_a_filter_smaller_than_the_kernel_is_found_in_it(down, right):
    kernel = torch.zeros(5, 7).double()
    kernel[down : down + 3, right : right + 3] = SOBEL
    (found,) = similar(SOBEL[None, None], kernel)
    assert found.cosine == pytest.approx(1)
    assert (found.filter, found.channel, found.shift) == (0, 0, (-down, -right))


def test_a_filter_higher_and_narrower_than_the_kernel_slides_both_ways():
    kernel = torch.tensor([[0.0, 0, 1, 2, 0]])
    weight = torch.tensor([0.0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0])
    weight = weight.reshape(6, 2)  # its third row is 0 0, its second 0 1, its fifth 2 0
    found = similar(weight[None, None], kernel)[0]
    # 2 lies on 2: the kernel begins 3 columns before the filter, in its fifth row
    assert found.shift == (4, -3)
    assert found.cosine == pytest.approx(4 / 5)


def test_what_a_filter_holds_beside_the_kernel_counts_against_it():
    weight = planted((1, 1, 5, 5), 0, 0, slice(0, 3), slice(0, 3))
    weight[0, 0, 4, 4] = SOBEL.norm()
    assert similar(weight, SOBEL)[0].cosine == pytest.approx(0.5**0.5)


def test_a_kernel_shared_out_over_the_channels_is_found_in_their_mean():
    parts = noise(2, 3, 3)
    weight = torch.stack([parts[0], parts[1], 3 * SOBEL - parts.sum(0)])[None]
    best = similar(weight, SOBEL)[0]
    assert (best.filter, best.channel) == (0, None)
    assert best.cosine == pytest.approx(1)


def test_filters_of_zeros_come_last_with_a_cosine_of_zero():
    weight = planted((3, 1, 3, 3), 1, 0)
    found = similar(weight, SOBEL)
    assert [(each.filter, each.cosine) for each in found[1:]] == [(0, 0), (2, 0)]


def test_so_many_are_given_as_are_asked_for():
    weight = noise(7, 3, 3, 3)
    everything = similar(weight, SOBEL, most=100)
    assert len(everything) == 28
    assert similar(weight, SOBEL) == everything[:10]
    assert similar(weight, SOBEL, most=2) == everything[:2]


def test_parts_and_the_whole_find_the_same(monkeypatch):
    weight = noise(7, 3, 5, 4)
    whole = similar(weight, SOBEL, most=28)
    monkeypatch.setattr("convscope.filters.similar.AT_ONCE", 13)
    assert similar(weight, SOBEL, most=28) == whole


def test_learned_weights_in_single_precision_with_gradients_are_taken():
    layer = torch.nn.Conv2d(3, 5, 3)
    with torch.no_grad():
        layer.weight[4, 1] = -SOBEL.float()
    best = similar(layer.weight, SOBEL)[0]
    assert (best.filter, best.channel, best.cosine) == (4, 1, pytest.approx(-1))


def test_what_nothing_can_be_like_is_refused():
    with pytest.raises(BadValue, match="a kernel of zeros is like nothing"):
        similar(noise(2, 1, 3, 3), torch.zeros(3, 3))
    with pytest.raises(BadValue, match="the weights are not all finite"):
        similar(noise(2, 1, 3, 3) / 0, SOBEL)
    with pytest.raises(BadValue, match=r"weights of \(5, 7\) are no filters"):
        similar(noise(5, 7), SOBEL)
    with pytest.raises(BadValue, match="the kernel is 0 x 3"):
        similar(noise(2, 1, 3, 3), torch.zeros(0, 3))
