import shutil

import numpy as np
import pytest
from PIL import Image as Picture

from convscope.data.folder import read_folder
from convscope.data.loading import load_data
from convscope.errors import BadValue
from convscope.prediction.folder import load_model
from convscope.prediction.pictures import pictures_of
from convscope.reporting.chosen import in_folder
from convscope.reporting.neighbours import draw_neighbourhood, find_neighbours
from convscope.reporting.vectors import tabulate


@pytest.fixture(scope="module")
def model():
    return load_model("bundled:mnist-cnn")


@pytest.fixture
def folder(own_place):
    """Seven digits, each in the folder of its name, as files."""
    digits = load_data("digits").validation
    for i in range(7):
        path = own_place / "d" / digits.class_names[digits.labels[i]] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Picture.fromarray(digits.images[i][0].numpy()).resize((28, 28)).save(path)
    return own_place / "d"


def test_the_nearest_are_those_of_brute_force_without_the_picture_itself(model, folder):
    table = tabulate(model, in_folder(folder))
    image = folder / table.pictures.names[3]
    found = find_neighbours(table, image, 4, "euclidean")
    vectors = table.vectors.numpy()
    distances = np.linalg.norm(vectors - vectors[3], axis=1)
    assert [each.place for each in found.found] == list(np.argsort(distances)[1:5])
    assert 3 not in [each.place for each in found.found]


def test_of_a_data_set_the_picture_itself_is_not_among_them_either(model, folder):
    train = read_folder(folder).parts["train"]
    table = tabulate(model, pictures_of("d", [train]))
    found = find_neighbours(table, folder / train.names[1], 9)
    assert len(found.found) == len(train) - 1
    assert 1 not in [each.place for each in found.found]


def test_labels_agree_or_not(model, folder):
    table = tabulate(model, in_folder(folder))
    copy = folder / "copy.png"
    shutil.copy(folder / table.pictures.names[0], copy)
    found = find_neighbours(table, copy, 7)
    assert found.found[0].place == 0
    assert found.found[0].value == pytest.approx(1)
    assert found.label is None or found.label in table.pictures.labels
    own = find_neighbours(table, folder / table.pictures.names[0], 6)
    assert own.label == table.pictures.labels[0]
    for each, row in zip(own.found, own.to_json()["neighbours"], strict=True):
        assert row["agrees"] is (table.pictures.labels[each.place] == own.label)
        assert row["name"] == table.pictures.names[each.place]


def test_the_picture_shows_each_of_them(model, folder):
    table = tabulate(model, in_folder(folder))
    figure = draw_neighbourhood(find_neighbours(table, folder / table.pictures.names[0], 3))
    shown = [axes for axes in figure.axes if axes.images]
    assert len(shown) == 4
    assert "cosine" in shown[1].get_xlabel()


def test_a_picture_alone_has_no_neighbours(model, folder):
    table = tabulate(model, in_folder(folder))
    alone = tabulate(model, table.pictures.subset([0]))
    with pytest.raises(BadValue, match="only picture"):
        find_neighbours(alone, folder / alone.pictures.names[0])
    digits = pictures_of("digits", [load_data("digits").validation.subset([1])])
    assert len(find_neighbours(tabulate(model, digits), folder /
                               table.pictures.names[0]).found) == 1  # fmt: skip
