"""One tiny run on points with hostile names, for the tests of the page about it."""

import pytest

from convscope.reporting.points_evidence import PointsEvidence, gather_points
from convscope.training.recipe import Recipe
from convscope.training.run import train
from tests.data.marked import FIELDS, spots_in_memory


@pytest.fixture(scope="session")
def spots():
    return spots_in_memory(name="<i>spots</i>")


@pytest.fixture(scope="session")
def located(spots, tmp_path_factory):
    """The folder of the run; only to be read and copied."""
    folder = tmp_path_factory.mktemp("located") / "run"
    return train(Recipe().changed(**FIELDS), data=spots, out=folder).folder


@pytest.fixture(scope="session")
def clues(located, spots) -> PointsEvidence:
    """What is known of it."""
    return gather_points(located, data=spots)
