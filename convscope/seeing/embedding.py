"""Feature vectors as points of a plane, so that people can look at them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from convscope.errors import BadValue
from convscope.seeing.features import Vectors

Rows = Float[np.ndarray, "n d"]
METHODS = ("tsne", "pca")
PERPLEXITY = 30
"""Neighbours that t-SNE tries to keep together, if there are enough pictures."""
FEWEST = 5
"""Pictures that t-SNE needs."""
DIRECTIONS = 50
"""To which PCA brings the vectors down before t-SNE, as its authors do."""


@dataclass(frozen=True, eq=False)
class Embedding:
    """Where each vector lies in the plane."""

    method: str
    points: Rows
    """(n, 2)"""
    explained: float | None
    """Of PCA: the share of the variance that the two directions hold."""
    perplexity: float | None
    """Of t-SNE."""


def embed(vectors: Vectors, method: str = "tsne") -> Embedding:
    """`vectors` (n, d) in the plane: "pca" or "tsne"; the same vectors, the same points.

    PCA turns them so that the two directions of largest variance are seen; in each the coordinate
    largest in size is positive. t-SNE (van der Maaten and Hinton 2008) keeps near what is near; far
    distances and the sizes of groups mean little in it.
    """
    if method not in METHODS:
        raise BadValue(f"method {method!r}: it can be {' or '.join(METHODS)}")
    values = vectors.double().numpy()
    if not np.isfinite(values).all():
        raise BadValue("some features are not finite numbers: look at the layer before it")
    if method == "pca":
        points, shares = principal(values, 2)
        return Embedding(method, points, float(shares.sum()), None)
    if len(values) < FEWEST:
        raise BadValue(f"t-SNE needs at least {FEWEST} pictures, not {len(values)}: take pca")
    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    return Embedding(method, _tsne(values, perplexity), None, perplexity)


def principal(values: Rows, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The first `count` principal components (n, count), and each one's share of the variance."""
    from sklearn.decomposition import PCA

    points, shares = np.zeros((len(values), count)), np.zeros(count)
    centred = values - values.mean(0)
    found = min(count, *values.shape)
    if centred.any():
        pca = PCA(found, random_state=0)
        points[:, :found], shares[:found] = pca.fit_transform(values), pca.explained_variance_ratio_
    largest = points[np.abs(points).argmax(0), np.arange(count)]
    return points * np.where(largest < 0, -1, 1), shares


def _tsne(values: np.ndarray, perplexity: float) -> np.ndarray:
    from sklearn.manifold import TSNE

    brought_down = principal(values, min(DIRECTIONS, *values.shape))[0]
    if not brought_down.any():
        return np.zeros((len(values), 2))
    init = "pca" if brought_down.shape[1] > 1 else "random"
    tsne = TSNE(perplexity=perplexity, init=init, random_state=0)
    return tsne.fit_transform(brought_down).astype(np.float64)
