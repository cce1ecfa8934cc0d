import pytest

from convscope.errors import BadValue
from convscope.training.recipe import Recipe
from convscope.training.thawing import read_thaw


def test_epochs_are_joined_by_plus():
    assert read_thaw("never") == ()
    assert read_thaw("0") == (0,)
    assert read_thaw("4+8") == (4, 8)
    assert read_thaw("3+3") == (3, 3)


@pytest.mark.parametrize("text", ["", "soon", "4+", "4.5", "8+4", "-1"])
def test_other_texts_are_refused(text):
    with pytest.raises(BadValue, match="thaw"):
        read_thaw(text)


def test_a_recipe_thaws_only_what_is_frozen_and_in_time():
    assert Recipe(freeze="features", thaw="4+9", epochs=10).thaw == "4+9"
    with pytest.raises(BadValue, match="nothing is frozen"):
        Recipe(thaw="4")
    with pytest.raises(BadValue, match="before epoch 10: use 9 or less"):
        Recipe(freeze="features", thaw="4+10", epochs=10)
    with pytest.raises(BadValue, match=r"rate_decay 1\.5: it must be between 0 and 1"):
        Recipe(rate_decay=1.5)


def test_named_weights_take_the_place_of_published_ones():
    recipe = Recipe(pretrained=True)
    assert recipe.changed(weights="mine.pt") == Recipe(weights="mine.pt")
    assert recipe.changed(epochs=3).pretrained
    with pytest.raises(BadValue, match="give one of the two"):
        recipe.changed(weights="mine.pt", pretrained=True)
