import csv

import numpy as np

from convscope.data.face_points import FACE_68, scheme_of_faces
from convscope.data.scheme import Scheme

NUMBERS = [str(i + 1) for i in range(68)]


def test_the_mean_of_real_faces_is_its_own_mirror_image(shared_data):
    """Mirrored and with its pairs swapped it is nearly the same; with any other order it is not."""
    with (shared_data / "facial-keypoints" / "train.csv").open() as file:
        rows = [[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]
    faces = np.array(rows).reshape(-1, 68, 2)
    faces = (faces - faces[:, 27:28]) / np.linalg.norm(faces[:, 36] - faces[:, 45], axis=1)[
        :, None, None
    ]
    mean = faces.mean(0)
    mirrored = mean[FACE_68.partners(68)] * [-1, 1]
    assert np.abs(mirrored - mean).max() < 0.1
    assert np.abs(mean * [-1, 1] - mean).max() > 1


def test_each_point_has_one_partner():
    partners = FACE_68.partners(68)
    assert sorted(partners) == list(range(68))
    assert [i for i in range(68) if partners[i] == i] == [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]


def test_a_face_is_known_by_its_number_of_points_or_by_its_eyes():
    assert scheme_of_faces(NUMBERS) is FACE_68
    assert scheme_of_faces([*NUMBERS[:-1], "chin"]) == Scheme()
    assert scheme_of_faces(NUMBERS[:5]) == Scheme()
    named = scheme_of_faces(["nose", "left_eye_outer", "chin", "right_eye_outer"])
    assert (named.measure, named.pairs) == ((1, 3), None)
    assert scheme_of_faces(["left_eye", "right_eye", "left_hip"]) == Scheme()
