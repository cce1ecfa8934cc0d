import base64
import io

import numpy as np
from numpy.testing import assert_array_equal
from PIL import Image as Picture

from convscope.evaluation.suspects import Suspect
from convscope.reporting import galleries
from convscope.reporting.album import Album

ROOM = 10**6


def pixels_of(album: Album, key: str) -> np.ndarray:
    content = base64.b64decode(album.pictures[key].partition(",")[2])
    return np.asarray(Picture.open(io.BytesIO(content)).convert("L"))


def test_a_picture_in_the_album_is_the_image_of_its_name(evidence, splits):
    album = Album(ROOM)
    shown = galleries.picture(splits.test, "test", 7, album)
    assert shown["name"] == splits.test.names[7]
    assert_array_equal(pixels_of(album, shown["picture"]), splits.test.images[7, 0])


def test_samples_are_the_same_at_every_call_and_right_where_the_answer_is_the_truth(evidence):
    names = evidence.class_names
    first = galleries.samples(evidence.measured, names, Album(ROOM))
    assert first == galleries.samples(evidence.measured, names, Album(ROOM))
    assert len(first) == min(galleries.SHOWN, len(evidence.measured.labels))
    assert all(shown["right"] == (shown["truth"] == shown["answer"]) for shown in first)


def test_mistakes_are_wrong_and_the_surest_come_first(evidence):
    wrong = galleries.mistakes(evidence.measured, evidence.class_names, Album(ROOM))
    assert len(wrong) == min(galleries.SHOWN, evidence.report.total - evidence.report.correct)
    assert all(shown["truth"] != shown["answer"] for shown in wrong)
    sure = [shown["probability"] for shown in wrong]
    assert sure == sorted(sure, reverse=True)


def test_the_images_behind_a_number_are_as_many_as_it_says(evidence):
    cells = galleries.cells(evidence.measured, Album(ROOM))
    for i, row in enumerate(evidence.report.confusion_matrix):
        for j, count in enumerate(row):
            assert len(cells.get(f"{i}-{j}", [])) == min(count, galleries.PER_CELL)


def test_a_full_album_gives_every_cell_some_before_any_has_all(evidence):
    whole = Album(ROOM)
    everything = galleries.cells(evidence.measured, whole)
    pictures = sum(map(len, everything.values()))
    room = sum(map(len, whole.pictures.values())) * len(everything) // pictures
    some = galleries.cells(evidence.measured, Album(2 * room))
    assert set(some) == set(everything)
    assert sum(map(len, some.values())) < pictures


def test_only_the_cells_that_are_shown_are_pictured(evidence):
    assert set(galleries.cells(evidence.measured, Album(ROOM), {(0, 0)})) <= {"0-0"}


def test_suspects_are_told_by_the_words_of_their_classes(evidence, splits):
    found = [Suspect(index=3, label=0, likely=2, probability=0.9, probability_of_label=0.1)]
    names = evidence.class_names
    (shown,) = galleries.suspects(found, splits.train, "train", names, Album(ROOM))
    assert (shown["label"], shown["likely"]) == (names[0], names[2])
    assert shown["name"] == splits.train.names[3]
    (unseen,) = galleries.suspects(found, None, "train", names, Album(ROOM))
    assert (unseen["name"], unseen["picture"]) == ("train 3", None)
