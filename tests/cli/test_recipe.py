import json

from convscope.training.catalogue import CATALOGUE
from convscope.training.recipe import Recipe


def test_every_recipe_is_listed_with_what_it_reaches(convscope):
    listed = convscope("recipe", "list").out
    for name, named in CATALOGUE.items():
        assert name in listed
        assert named.reaches in listed


def test_a_recipe_is_shown_field_by_field(convscope):
    shown = convscope("recipe", "show", "mnist-cnn").out
    assert "{'hidden': 100, 'dropout': 0.0} *" in shown
    fields = json.loads(convscope("recipe", "show", "mnist-cnn", "--json").out)
    assert Recipe.from_json(fields) == CATALOGUE["mnist-cnn"].recipe
