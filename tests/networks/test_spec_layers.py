import pytest
import torch
from torch import nn

from convscope.networks.arguments import parameters_of
from convscope.networks.spec_layers import KNOWN, LAYERS

SHAPES = {0: (6,), 1: (6, 13), 2: (6, 11, 13)}
VALUES = {"p": 0.25, "num_groups": 3, "size": 3, "out_features": 7}


@pytest.mark.parametrize("word", LAYERS)
def test_every_argument_of_a_word_is_one_of_torchs(word):
    layer = LAYERS[word]
    fields = (*layer.given, *layer.options)
    for kind in layer.modules.values():
        assert issubclass(kind, nn.Module)
        names = {*(field.argument for field in fields), *layer.fixed}
        names |= {layer.counted} - {None}
        assert names <= parameters_of(kind).keys()
        needed = {name for name, p in parameters_of(kind).items() if p.default is p.empty} - {
            layer.counted
        }
        assert needed <= {field.argument for field in layer.given} | layer.fixed.keys()


@pytest.mark.parametrize("word", LAYERS)
def test_no_word_of_a_layer_is_used_twice(word):
    fields = (*LAYERS[word].given, *LAYERS[word].options)
    assert len({field.word for field in fields}) == len(fields)


def test_a_module_has_one_word_unless_the_word_fixes_its_size():
    free = [layer for layer in LAYERS.values() if not layer.fixed]
    modules = [module for layer in free for module in set(layer.modules.values())]
    assert len(modules) == len(set(modules))
    assert set(modules) <= KNOWN


@pytest.mark.parametrize("word", [word for word, layer in LAYERS.items() if layer.gives])
def test_a_shape_that_torch_is_not_asked_for_is_the_one_it_gives(word):
    layer = LAYERS[word]
    assert layer.gives is not None
    for dimensions, kind in layer.modules.items():
        shape = SHAPES[dimensions]
        arguments = {field.argument: VALUES[field.argument] for field in layer.given}
        if layer.counted:
            arguments[layer.counted] = shape[0]
        module = kind(**arguments).eval()
        assert layer.gives(shape, arguments) == module(torch.zeros(2, *shape)).shape[1:]
