import base64
import io

import numpy as np
import torch
from PIL import Image as Picture

from convscope.data.dataset import Dataset
from convscope.prediction.pictures import pictures_of
from convscope.reporting.thumbnail_sheet import thumbnail_sheet


def noise(n, c, h, w):
    random = torch.Generator().manual_seed(3)
    images = torch.randint(0, 256, (n, c, h, w), dtype=torch.uint8, generator=random)
    labels = torch.zeros(n, dtype=torch.int64)
    names = [str(i) for i in range(n)]
    dataset = Dataset(images=images, targets=labels, names=names, target_names=("a",))
    return images, pictures_of("noise", [dataset])


def opened(sheet) -> np.ndarray:
    kind, content = sheet.address.split(",")
    assert kind == "data:image/webp;base64"
    return np.array(Picture.open(io.BytesIO(base64.b64decode(content))))


def test_small_grey_pictures_are_kept_to_the_last_bit():
    images, pictures = noise(7, 1, 13, 13)
    sheet = thumbnail_sheet(pictures, 100_000)
    page = opened(sheet)
    assert (sheet.side, sheet.columns, page.shape) == (13, 3, (39, 39, 3))
    for i, image in enumerate(images):
        top, left = i // 3 * 13, i % 3 * 13
        np.testing.assert_array_equal(page[top : top + 13, left : left + 13, 0], image[0])


def test_without_room_they_become_smaller():
    _, pictures = noise(53, 3, 101, 107)
    large, small = (thumbnail_sheet(pictures, room) for room in (900_000, 60_000))
    assert large.side == 96
    assert small.side < 96
    assert len(small.address) <= 60_000


def test_wide_pictures_show_their_middle():
    images, pictures = noise(1, 1, 11, 31)
    np.testing.assert_array_equal(
        opened(thumbnail_sheet(pictures, 10_000))[:, :, 0], images[0, 0, :, 10:21]
    )


def test_tiny_pictures_have_a_sheet_too():
    _, pictures = noise(3, 3, 5, 7)
    assert thumbnail_sheet(pictures, 10).side in (5, 8)
