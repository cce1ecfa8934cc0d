import hashlib

import torch
from torch.testing import assert_close

from convscope.data import faces
from convscope.data.catalogue import CATALOGUE
from convscope.data.coordinates import known
from convscope.data.face_pose import NAMES
from convscope.data.faces import FACES, SIDE, draw_faces


def test_a_face_depends_on_its_number_alone():
    images, points = draw_faces(range(60))
    assert images.shape == (60, 3, SIDE, SIDE)
    assert points.shape == (60, len(NAMES), 2)
    again, there = draw_faces([57, 3])
    assert torch.equal(again, images[[57, 3]])
    assert torch.equal(there, points[[57, 3]])
    assert len({image.numpy().tobytes() for image in images}) == 60


def test_faces_are_the_same_pixels_on_every_machine():
    images, points = draw_faces(range(5))
    content = images.numpy().tobytes() + points.numpy().tobytes()
    assert hashlib.sha256(content).hexdigest()[:16] == "d015d26de24df3b1"


def test_all_points_are_in_the_image_and_known_to_the_scheme():
    _, points = draw_faces(range(200))
    assert known(points, (SIDE, SIDE)).all()
    assert sorted(FACES.partners(len(NAMES))) == list(range(len(NAMES)))
    assert NAMES[FACES.measure[0]] == "left_eye_outer"
    assert len(FACES.pairs) == 7


def test_the_pupils_are_the_darkest_of_the_eyes_and_the_points_are_on_them():
    """Within the corners of an eye the darkest pixel is next to its pupil, in most faces."""
    images, points = draw_faces(range(100))
    near = 0
    for image, where in zip(images.float().mean(1), points, strict=True):
        x, y = where[NAMES.index("left_pupil")].round().int().tolist()
        window = image[y - 2 : y + 3, x - 2 : x + 3]
        row, column = divmod(int(window.argmin()), 5)
        near += abs(row - 2) <= 1 and abs(column - 2) <= 1
    assert near > 85


def test_the_catalogue_has_them(monkeypatch):
    assert faces.COUNTS == (2500, 500)
    monkeypatch.setattr(faces, "COUNTS", (11, 3))
    whole, sealed = CATALOGUE["faces"].read(None)
    assert (len(whole), len(sealed)) == (11, 3)
    assert whole.task == "points"
    assert_close(whole.targets[:3], draw_faces(range(3))[1])
    assert whole.names[-1] != sealed.names[0]
