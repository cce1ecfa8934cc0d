"""What is seen through sums, parts and other layouts, against the extent of the gradient."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convscope.networks.trace import trace

SIZE = (23, 29)


class Written(nn.Module):
    def __init__(self, function, **modules: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, images):
        return self.function(self, images)


def smooth(maps: torch.Tensor, kernel: int = 3, stride: int = 1) -> torch.Tensor:
    return F.avg_pool2d(maps, kernel, stride, kernel // 2)


def extents(function, *position: int) -> list[tuple[int, int]]:
    image = torch.rand(1, 6, *SIZE, dtype=torch.float64).add(1).requires_grad_()
    answer = function(None, image)[(0, slice(None), *position)].sum()
    reached = torch.autograd.grad(answer, image)[0][0].abs().sum(0).nonzero()
    return [(int(reached[:, d].min()), int(reached[:, d].max())) for d in (0, 1)]


MAPS = {
    "branches of two widths, added": lambda _, x: smooth(x, 3) + smooth(x, 7),
    "branches side by side": lambda _, x: torch.cat([x, smooth(x, 5), smooth(smooth(x))], 1),
    "a shortcut that takes every second": lambda _, x: smooth(x, 3, 2) + x[:, :, ::2, ::2],
    "asymmetric union": lambda _, x: x + F.pad(x, (3, 0, 0, 0))[:, :, :, :-3],
    "rows without the first": lambda _, x: smooth(x[:, :, 3:, :-2]),
    "split in two along the height": lambda _, x: smooth(
        x[:, :, :22].chunk(2, dim=2)[1]
    ),
    "maps by their numbers": lambda _, x: smooth(x[:, [0, 2, 4]]),
    "turned round": lambda _, x: smooth(x).transpose(2, 3).permute(0, 1, 3, 2),
    "rolled": lambda _, x: smooth(x.roll((2, -1), dims=(2, 3))),
    "written in place": lambda _, x: smooth(x).clone().mul_(2).add_(x).relu_(),
    "height and width in one and back": lambda _, x: smooth(x.flatten(2).unflatten(2, SIZE)),
    "stacked and summed": lambda _, x: torch.stack([smooth(x), smooth(x, 5)]).sum(0),
    "local response": lambda _, x: F.local_response_norm(smooth(x), 3),
    "channels last": lambda _, x: smooth(F.layer_norm(x.permute(0, 2, 3, 1), (6,)).movedim(3, 1)),
    "mixed by einsum": lambda _, x: torch.einsum("nchw,kc->nkhw", smooth(x), x.new_ones(5, 6)),
    "padded by laying zeros beside": lambda _, x: smooth(
        torch.cat([x.new_zeros(len(x), 6, 2, SIZE[1]), x], 2)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MAPS)
def test_what_a_position_in_the_middle_of_the_maps_sees(name):
    found = trace(Written(MAPS[name]), (6, *SIZE))
    assert found.error is None
    assert not found.unknown
    reach = found.steps[-1].reach
    position = [sight.count // 2 for sight in reach]
    assert [sight.at(p) for sight, p in zip(reach, position, strict=True)] == extents(
        MAPS[name], *position
    )


WHOLE = {
    "mean": lambda _, x: x.mean((2, 3)),
    "flattened and multiplied": lambda _, x: x.flatten(1) @ torch.ones(6 * 23 * 29, 2),
    "largest": lambda _, x: x.amax((2, 3)),
    "squeeze and excitation": lambda _, x: x * x.mean((2, 3), keepdim=True),
    "group norm": lambda _, x: F.group_norm(x, 2),
    "instance norm": lambda _, x: F.instance_norm(x),
    "softmax over places": lambda _, x: x.flatten(2).softmax(2),
    "attention": lambda _, x: F.scaled_dot_product_attention(*[x.flatten(2).mT[:, None]] * 3),
    "attention written out": lambda _, x: (x.flatten(2).mT @ x.flatten(2)).softmax(2),
    "sorted": lambda _, x: x.flatten(2).sort(2).values,
    "an operation without a rule": lambda _, x: torch.fft.rfft2(x).abs(),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_what_depends_on_everything_sees_the_whole_image(name):
    found = trace(Written(WHOLE[name]), (6, *SIZE))
    assert found.error is None
    reach = found.steps[-1].reach
    assert [sight.dim for sight in reach] == [None, None]
    assert [sight.field(size) for sight, size in zip(reach, SIZE, strict=True)] == list(SIZE)
    assert bool(found.unknown) == (name == "an operation without a rule")


def test_a_mean_over_maps_that_leave_pixels_out_does_not_see_those():
    reach = trace(Written(lambda _, x: F.max_pool2d(x, 5).mean((2, 3))), (6, *SIZE)).steps[-1].reach
    assert [sight.field(size) for sight, size in zip(reach, SIZE, strict=True)] == [20, 25]


def test_a_position_picked_sees_what_it_saw():
    reach = trace(Written(lambda _, x: smooth(x)[:, :, 7]), (6, *SIZE)).steps[-1].reach
    assert (reach[0].dim, reach[0].lows, reach[0].highs) == (None, (6,), (8,))
    assert (reach[1].dim, reach[1].field(29)) == (2, 3)


def test_patches_as_tokens_see_their_patch_until_they_attend():
    def tokens(net, images):
        patches = net.embed(images).flatten(2).mT
        token = torch.zeros(1, 1, 5).expand(len(images), 1, 5)
        patches = net.feed(net.norm(torch.cat([token, patches], 1)))
        return net.attend(patches, patches, patches)[0][:, 1:].mT.unflatten(2, (5, 7))

    found = trace(
        Written(
            tokens,
            embed=nn.Conv2d(6, 5, 4, stride=4),
            norm=nn.LayerNorm(5),
            feed=nn.Linear(5, 5),
            attend=nn.MultiheadAttention(5, 1, batch_first=True),
        ),
        (6, *SIZE),
    )
    assert found.error is None
    assert not found.unknown
    fields = {s.call.name: [sight.field(99) for sight in s.reach] for s in found.steps}
    assert fields["embed"] == fields["cat()"] == fields["norm"] == fields["feed"] == [4, 4]
    assert [sight.jump for sight in found.steps[0].reach] == [4, 4]
    assert [sight.dim for sight in found.steps[-1].reach] == [None, None]


def test_what_is_written_into_a_part_is_seen_by_the_whole():
    def spread(_, images):
        held = torch.zeros(len(images), 6, 46, 58)
        held[:, :, ::2, ::2] = smooth(images)
        return held * 1 + held.mean()

    reach = trace(Written(spread), (6, *SIZE)).steps[-1].reach
    assert [sight.field(size) for sight, size in zip(reach, SIZE, strict=True)] == list(SIZE)
