import pytest
import torch

from convscope.drawing.network_blocks import Block, blocks_of, shortened
from convscope.drawing.network_layout import IN_A_ROW, placed
from convscope.networks.anatomy import anatomy
from convscope.networks.build import build_network


def chain(*sources: tuple[int, ...]) -> list[Block]:
    return [Block(str(i), "conv", "", (3, 5, 7), feeding) for i, feeding in enumerate(sources)]


def test_a_chain_stands_in_one_lane():
    places = placed(chain((), (0,), (1,), (2,)))
    assert [(p.row, p.column, p.lane) for p in places] == [(0, i, 0) for i in range(4)]


def test_the_longest_way_is_the_main_one_and_a_branch_stands_beside_it():
    #          0 -> 1 -> 2 -> 4, and 1 -> 3 -> 4 beside
    places = placed(chain((), (0,), (1,), (2,), (1,), (3, 4)))
    assert [p.lane for p in places] == [0, 0, 0, 0, 1, 0]
    assert [p.column for p in places] == [0, 1, 2, 3, 2, 4]


def test_several_branches_have_lanes_of_their_own():
    places = placed(chain((), (0,), (0,), (0,), (1, 2, 3)))
    assert sorted(p.lane for p in places[1:4]) == [0, 1, 2]
    assert {p.column for p in places[1:4]} == {1}


def test_rows_are_about_as_long_as_each_other():
    places = placed(chain((), *((i,) for i in range(22))))
    lengths = [sum(p.row == row for p in places) for row in range(3)]
    assert lengths == [8, 8, 7]


def test_a_row_ends_where_no_skip_is_cut():
    # twelve blocks; the skip from 3 to 8 would be cut by even rows of six
    feeding = [(), *((i,) for i in range(11))]
    feeding[8] = (3, 7)
    places = placed(chain(*feeding))
    assert [(places[i].row, places[i].column) for i in (2, 3, 8)] == [(0, 2), (1, 0), (1, 5)]


@pytest.mark.parametrize("name", ["vgg19", "resnet18", "squeezenet1_0", "resnet50", "lenet5"])
def test_no_two_blocks_stand_on_each_other(name):
    with torch.device("meta"):
        net = build_network(name, num_classes=7, in_channels=3, input_size=(64, 64))
    blocks = shortened(blocks_of(anatomy(net, (3, 64, 64))))
    places = placed(blocks)
    assert len(set(places)) == len(blocks)
    assert max(place.column for place in places) < IN_A_ROW
    for number, block in enumerate(blocks):
        for source in block.sources:
            before, after = places[source], places[number]
            assert (before.row, before.column) < (after.row, after.column)
