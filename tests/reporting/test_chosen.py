from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Picture

from convscope.data.loading import load_data
from convscope.errors import BadValue, UnknownName
from convscope.prediction.folder import load_model
from convscope.reporting.chosen import choose_pictures, in_folder


def put(folder, *names):
    for i, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Picture.fromarray(np.full((5, 7, 3), i, np.uint8)).save(path)
    return folder


@pytest.fixture(scope="module")
def model():
    return load_model("bundled:mnist-cnn")


def test_pictures_in_class_folders_carry_their_names(own_place):
    pictures = in_folder(put(own_place / "flat", "x.png", "ants/a.png", "bees/b.png"))
    assert pictures.names == ("ants/a.png", "bees/b.png", "x.png")
    assert pictures.labels == ("ants", "bees", None)
    assert pictures.title == "flat"


def test_the_sealed_part_of_a_folder_is_left_out_unless_it_is_asked_for(own_place):
    names = ("train/ants/a.png", "val/ants/b.png", "test/ants/c.png")
    folder = put(own_place / "parts", *names)
    assert in_folder(folder).names == names[:2]
    assert in_folder(folder, "test").names == names[2:]
    assert in_folder(folder, "validation").labels == ("ants",)


def test_val_is_the_sealed_part_where_there_is_no_test(own_place):
    folder = put(own_place / "two", "train/ants/a.png", "val/ants/b.png")
    assert in_folder(folder).names == ("train/ants/a.png",)
    assert in_folder(folder, "test").names == ("val/ants/b.png",)
    with pytest.raises(BadValue, match="it has test, train"):
        in_folder(folder, "validation")


def test_a_class_called_train_is_no_part(own_place):
    folder = put(own_place / "vehicles", "train/a.png", "bus/b.png")
    assert set(in_folder(folder).labels) == {"train", "bus"}
    with pytest.raises(BadValue, match="has no parts"):
        in_folder(folder, "test")


def test_a_catalogue_set_shows_train_and_validation(model):
    shown = choose_pictures(model, "digits")
    test = choose_pictures(model, "digits", "test")
    assert len(shown) + len(test) == 1797
    assert not set(shown.names) & set(test.names)


def test_what_is_not_there_is_said(model):
    with pytest.raises(UnknownName, match="digits"):
        choose_pictures(model, "digit")


def learned_from(model, splits):
    data = {
        "source": splits.origin.source,
        "options": splits.origin.options,
        "fingerprint": splits.fingerprint,
        "name": splits.name,
    }
    return replace(model, provenance={"data": data})


def test_a_run_is_looked_at_through_what_it_learned_from(model, own_place):
    names = [f"{word}/{i}.png" for i in range(11) for word in ("ants", "bees")]
    folder = put(own_place / "flat", *names)
    splits = load_data(folder)
    own = learned_from(model, splits)
    for data in (None, str(folder)):
        shown = choose_pictures(own, data)
        assert set(shown.names) == {*splits.train.names, *splits.validation.names}
    assert set(choose_pictures(own, None, "test").names) == set(splits.test.names)


def test_a_model_that_learned_from_nothing_known_needs_pictures(model):
    with pytest.raises(BadValue, match="name a folder"):
        choose_pictures(replace(model, provenance={}), None)
