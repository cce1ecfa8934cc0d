import pytest

from convscope.drawing.network_blocks import Block
from convscope.drawing.network_layout import Place
from convscope.drawing.network_scale import TALLEST, THICKEST, Scale, solids_of

SHAPES = [(3, 64, 64), (16, 32, 64), (64, 16, 16), (400,), (100,)]
BLOCKS = [Block(str(s), "conv", "", s, ()) for s in SHAPES]
PLACES = [Place(0, 0, 0), Place(0, 1, 0), Place(0, 1, 1), Place(1, 0, 0), Place(1, 1, 0)]


def test_sides_go_by_the_square_root():
    scale = Scale(BLOCKS, PLACES)
    sides = [scale.sides(block) for block in BLOCKS]
    assert sides[0][1] == pytest.approx(TALLEST)
    assert sides[2][1] == pytest.approx(TALLEST / 2)
    assert sides[1][2] == pytest.approx(sides[0][2])
    assert sides[2][0] == pytest.approx(THICKEST)
    assert sides[1][0] == pytest.approx(THICKEST / 2)


def test_a_row_of_values_is_a_bar_on_a_scale_of_its_own():
    scale = Scale(BLOCKS, PLACES)
    longer, shorter = (scale.sides(block) for block in BLOCKS[3:])
    assert longer[1] == pytest.approx(TALLEST)
    assert shorter[1] == pytest.approx(TALLEST / 2)
    assert longer[0] == shorter[0]
    assert longer[2] == 0


def test_branches_stand_above_and_rows_below_each_other():
    scale = Scale(BLOCKS, PLACES)
    solids = solids_of(BLOCKS, PLACES, scale, left=0.3, top=0.5)
    main, branch = solids[1], solids[2]
    assert branch.middle == main.middle
    assert branch.names + 0.5 < main.level - main.high / 2
    assert solids[3].level - solids[3].high / 2 > main.names
    assert solids[3].level + solids[3].high / 2 < 0.5 + scale.height
    assert solids[0].right < solids[1].left


def test_faces_meet_at_their_corners():
    solid = solids_of(BLOCKS, PLACES, Scale(BLOCKS, PLACES), 0.0, 0.0)[0]
    front, top, side = solid.faces()
    assert front[3] == top[0]
    assert front[2] == top[1] == side[1]
    assert top[2] == side[2]
    assert front[1] == side[0]
