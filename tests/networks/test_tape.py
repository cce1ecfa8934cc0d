import torch
from torch import nn

from convscope.networks.receptive_field import fixed, pixels
from convscope.networks.tape import Tape

SEES = (pixels(2, 11),)


def taped(function):
    """What is known of each of the tensors that `function` gives back."""
    tape, image = Tape(), torch.zeros(2, 3, 11)
    tape.track(image, SEES, [-1])
    with torch.no_grad(), tape:
        made = function(image)
    return tape, [tape.find(tensor) for tensor in made]


def test_what_comes_of_the_image_is_followed_and_what_does_not_is_not():
    _, (smooth, constant, fresh) = taped(
        lambda x: (nn.functional.avg_pool1d(x, 3), torch.ones(5) * 2, torch.zeros_like(x))
    )
    assert smooth.reach[0].at(4) == (12, 14)
    assert smooth.sources == {-1}
    assert constant is None
    assert fresh is None


def test_sources_of_all_that_goes_in_come_out():
    tape, image = Tape(), torch.zeros(2, 3, 11)
    other = torch.zeros(2, 3, 11)
    tape.track(image, SEES, [4])
    tape.track(other, SEES, [7, 9])
    with tape:
        together = torch.cat([image, other], 1)
    assert tape.find(together).sources == {4, 7, 9}


def test_products_are_counted_and_operations_without_a_rule_are_named():
    tape, _ = taped(lambda x: (x.flip(2).renorm(2, 0, 1) @ torch.ones(11, 5),))
    assert tape.macs == 2 * 3 * 11 * 5
    assert tape.unknown == {"renorm"}


def test_writing_over_all_of_a_tensor_keeps_its_places():
    def written(image):
        held = torch.zeros(2, 3, 11)
        return (held.copy_(image).add_(1),)

    assert taped(written)[1][0].reach == SEES


def test_what_shares_memory_with_what_was_written_sees_it_too():
    def written(image):
        held = torch.zeros(2, 3, 11)
        turned = held.transpose(0, 1)
        held[:, :, 2:5] = image[:, :, :3]
        return held, turned, held + 1

    _, found = taped(written)
    assert [known.reach for known in found] == [(fixed(0, 2),)] * 3


def test_adding_in_place_reaches_a_view_that_was_made_before():
    def written(image):
        held = image * 1
        view = held.view(2, 33)
        held += nn.functional.avg_pool1d(image, 3, 1, 1)
        return held, view

    _, (held, view) = taped(written)
    assert held.reach[0].at(5) == (4, 6)
    assert view.reach == (fixed(-1, 11),)
