import torch

from convscope.networks.operation import read_operation, tensors

AT = torch.ops.aten
MAPS = torch.zeros(2, 3, 11, 13)


def test_arguments_are_found_by_their_names_with_the_usual_values():
    pooling = read_operation(AT.max_pool2d_with_indices.default, (MAPS, [2, 3]), {"padding": [1]})
    assert pooling.name == "max_pool2d_with_indices"
    assert pooling.input is MAPS
    assert [pooling.number("kernel_size", axis) for axis in (0, 1)] == [2, 3]
    assert [pooling.number("padding", axis) for axis in (0, 1)] == [1, 1]
    assert pooling.number("stride", 1, usual=3) == 3
    assert pooling.arguments["ceil_mode"] is False
    assert not pooling.pointwise
    assert not pooling.writes


def test_dimensions_count_from_the_front_and_all_are_meant_where_none_is_named():
    assert read_operation(AT.mean.dim, (MAPS, [-1, 2]), {}).dims() == [3, 2]
    assert read_operation(AT.select.int, (MAPS, -3, 1), {}).dims() == [1]
    assert read_operation(AT.amax.default, (MAPS,), {}).dims() == [0, 1, 2, 3]


def test_what_works_on_each_value_alone_is_known_even_where_torch_does_not_say_so():
    assert read_operation(AT.relu.default, (MAPS,), {}).pointwise
    assert torch.Tag.pointwise not in AT.hardswish.default.tags
    assert read_operation(AT.hardswish.default, (MAPS,), {}).pointwise
    in_place = read_operation(AT.hardswish_.default, (MAPS,), {})
    assert in_place.pointwise
    assert in_place.writes


def test_tensors_are_found_in_any_structure():
    a, b, c = torch.zeros(2), torch.zeros(3), torch.zeros(5)
    assert [t.numel() for t in tensors([{"x": (a, 7)}, None, [b, "c", c]])] == [2, 3, 5]
