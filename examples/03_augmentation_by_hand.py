"""An augmentation is a pure function of images and of draws: choose the draws, know the result."""

import torch

from convscope.data.geometric import Shift
from convscope.data.loading import load_data

digits = load_data("digits")
images = digits.train.images[:3].float() / 255  # (n, c, h, w)
shift = Shift(pixels=2)

middle = torch.full((3, shift.draws), 0.5)  # half way between -2 and +2 pixels: no shift at all
moved, _ = shift(images, digits.train.labels[:3], middle)
print("a draw of 0.5 leaves the image as it is:", torch.equal(moved, images))

corner = torch.zeros(3, shift.draws)  # the lowest draw: 2 pixels up and left
moved, _ = shift(images, digits.train.labels[:3], corner)
print("a draw of 0 moves by two pixels:", torch.equal(moved[:, :, 2:, 2:], images[:, :, :-2, :-2]))
