import numpy as np
import pytest
import torch

from convscope.errors import BadValue
from convscope.seeing.neighbours import nearest

VECTORS = torch.randn(23, 7, generator=torch.Generator().manual_seed(5))
QUERY = torch.randn(7, generator=torch.Generator().manual_seed(6))


def test_the_nearest_by_cosine_are_those_of_brute_force():
    values, query = VECTORS.double().numpy(), QUERY.double().numpy()
    cosines = np.array([v @ query / np.linalg.norm(v) / np.linalg.norm(query) for v in values])
    found = nearest(QUERY, VECTORS, 5)
    assert [each.place for each in found] == list(np.argsort(-cosines)[:5])
    np.testing.assert_allclose([each.value for each in found], sorted(-cosines)[:5] * np.array(-1),
                               rtol=1e-5)  # fmt: skip


def test_the_nearest_by_distance_are_those_of_brute_force():
    distances = np.linalg.norm(VECTORS.double().numpy() - QUERY.double().numpy(), axis=1)
    found = nearest(QUERY, VECTORS, 5, "euclidean")
    assert [each.place for each in found] == list(np.argsort(distances)[:5])
    np.testing.assert_allclose([each.value for each in found], sorted(distances)[:5], rtol=1e-5)


def test_of_equals_the_earlier_comes_first_and_zeros_have_cosine_zero():
    vectors = torch.tensor([[0.0, 0.0], [3.0, 0.0], [1.0, 0.0], [0.0, -1.0]])
    found = nearest(torch.tensor([2.0, 0.0]), vectors, 9)
    assert [(each.place, each.value) for each in found] == [(1, 1), (2, 1), (0, 0), (3, 0)]


@pytest.mark.parametrize(
    ("count", "distance", "said"),
    [(0, "cosine", "0 neighbours"), (1, "manhattan", "cosine or euclidean")],
)
def test_what_cannot_be_asked_is_said(count, distance, said):
    with pytest.raises(BadValue, match=said):
        nearest(QUERY, VECTORS, count, distance)
