from torch import nn

from convscope.networks.steps import BATCH, is_layer, layers_of, without_batch


def test_layers_are_what_is_a_row_of_the_table():
    net = nn.Sequential(
        nn.ModuleList(), nn.MultiheadAttention(4, 2), nn.Sequential(nn.ReLU(), nn.Identity())
    )
    assert [name for name, _ in layers_of(net)] == ["1", "2.0", "2.1"]


def test_the_batch_is_taken_out_of_a_shape_wherever_it_is():
    assert without_batch((BATCH, 5, 7)) == (5, 7)
    assert without_batch((5, BATCH, 7)) == (5, 7)
    assert without_batch((BATCH * 4, 5)) == (4, 5)
    assert without_batch((1, 5)) == (1, 5)


def test_a_net_of_ones_own_is_no_layer_even_without_modules_but_one_of_torchs_is():
    class Own(nn.Module):
        pass

    assert not is_layer("", Own())
    assert is_layer("part", Own())
    assert is_layer("", nn.ReLU())
    assert is_layer("part", nn.MultiheadAttention(4, 2))
    assert not is_layer("part", nn.Sequential(nn.ReLU()))
