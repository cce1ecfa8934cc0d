import numpy as np
import pytest
import torch

from convscope.errors import BadValue
from convscope.seeing.embedding import embed, principal

VECTORS = torch.randn(23, 7, generator=torch.Generator().manual_seed(5)) * torch.arange(1, 8)


def test_pca_is_numpys_svd_with_the_largest_coordinate_positive():
    values = VECTORS.double().numpy()
    u, s, _ = np.linalg.svd(values - values.mean(0), full_matrices=False)
    expected = u[:, :2] * s[:2]
    expected *= np.sign(expected[np.abs(expected).argmax(0), [0, 1]])
    found = embed(VECTORS, "pca")
    np.testing.assert_allclose(found.points, expected, atol=1e-9)
    assert found.explained == pytest.approx((s[:2] ** 2).sum() / (s**2).sum())


def test_tsne_says_the_same_twice_and_keeps_two_groups_apart():
    groups = torch.cat([VECTORS, VECTORS + 300])
    first, second = embed(groups, "tsne"), embed(groups, "tsne")
    np.testing.assert_array_equal(first.points, second.points)
    assert first.perplexity == pytest.approx(15)
    a, b = first.points[:23], first.points[23:]
    apart = np.linalg.norm(a.mean(0) - b.mean(0))
    assert apart > np.linalg.norm(a - a.mean(0), axis=1).max()


@pytest.mark.parametrize("method", ["pca", "tsne"])
def test_equal_vectors_lie_in_one_point(method):
    assert not embed(torch.ones(7, 3), method).points.any()


def test_one_picture_lies_in_the_middle():
    assert embed(torch.ones(1, 5), "pca").points.tolist() == [[0, 0]]


def test_one_direction_leaves_the_other_empty():
    points, shares = principal(np.array([[1.0], [4.0], [2.0]]), 2)
    np.testing.assert_allclose(np.abs(points[:, 0]), [4 / 3, 5 / 3, 1 / 3])
    assert not points[:, 1].any()
    np.testing.assert_allclose(shares, [1, 0])


def test_a_single_number_per_picture_is_laid_out_too():
    points = embed(torch.linspace(0, 1, 23)[:, None] ** 2, "tsne").points
    assert points.shape == (23, 2)
    assert np.isfinite(points).all()


@pytest.mark.parametrize(
    ("vectors", "method", "said"),
    [
        (VECTORS[:4], "tsne", "at least 5 pictures, not 4"),
        (VECTORS, "umap", "tsne or pca"),
        (VECTORS / 0, "pca", "not finite"),
    ],
)
def test_what_cannot_be_laid_out_is_said(vectors, method, said):
    with pytest.raises(BadValue, match=said):
        embed(vectors, method)
