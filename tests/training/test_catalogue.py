import pytest

from convscope.errors import UnknownName
from convscope.training.catalogue import CATALOGUE, find_recipe
from convscope.training.recipe import Recipe


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_name_gives_its_recipe(name):
    assert find_recipe(name) == (name, CATALOGUE[name].recipe)


def test_a_recipe_of_ones_own_is_custom_and_an_unknown_name_is_answered():
    recipe = Recipe(epochs=3)
    assert find_recipe(recipe) == ("custom", recipe)
    with pytest.raises(UnknownName, match="did you mean"):
        find_recipe("mnist-mpl")
