"""What the output of an operation sees of the image, from what its inputs see."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

from torch import Tensor

from convscope.networks import reach_rules as rules
from convscope.networks.operation import Operation
from convscope.networks.reach_windows import (
    WINDOWS,
    through_convolution,
    through_patches,
    through_windows,
)
from convscope.networks.receptive_field import ALL, Sight, join, look

Reach = tuple[Sight, ...]
"""What the positions of a tensor see: a sight for each axis of the image."""

Rule = Callable[[Operation, Sight, Tensor, Tensor], Sight]
"""(operation, what one of its inputs sees along an axis, that input, the output) -> its sight."""

Inputs = Sequence[tuple[Tensor, Reach]]
"""The arguments of an operation that depend on the image, and what they see."""


def reach_of(operation: Operation, inputs: Inputs, output: Tensor) -> Reach:
    """What `output` sees; all of the image where the operation is not one of those known here."""
    if operation.pointwise:
        return joined([_passed(rules.broadcast, operation, i, output) for i in inputs])
    if operation.name in SEVERAL:
        return joined([_passed(SEVERAL[operation.name], operation, i, output) for i in inputs])
    (first, reach), *others = inputs
    rule = RULES.get(operation.name)
    if rule is None or first is not operation.input:
        return tuple(ALL for _ in reach)
    through = _passed(rule, operation, (first, reach), output)
    return joined([through, *(everywhere(other) for _, other in others)])


def everywhere(reach: Reach) -> Reach:
    """What all positions see together, for each of them."""
    return tuple(sight.everywhere() for sight in reach)


def padded_reach(reach: Reach, pad: Sequence[int], maps: Tensor, output: Tensor) -> Reach:
    """What `maps` see after `F.pad(maps, pad)`."""
    operation = Operation("constant_pad_nd", {"pad": pad}, pointwise=False, writes=False)
    return tuple(rules.padded(operation, sight, maps, output) for sight in reach)


def is_known(operation: Operation) -> bool:
    """Whether what its output sees is worked out, and not taken to be everything."""
    return operation.pointwise or operation.name in SEVERAL or operation.name in RULES


def joined(reaches: Sequence[Reach]) -> Reach:
    """What is seen by something that takes from all of them."""
    return tuple(reduce(join, sights) for sights in zip(*reaches, strict=True))


def _passed(rule: Rule, operation: Operation, given: tuple[Tensor, Reach], output: Tensor) -> Reach:
    tensor, reach = given
    return tuple(rule(operation, sight, tensor, output) for sight in reach)


def concatenated(operation: Operation, sight: Sight, part: Tensor, output: Tensor) -> Sight:
    """Tensors side by side along a dimension; `stack` makes a new one for it."""
    dim = operation.arguments["dim"] % output.dim()
    if sight.dim is None:
        return sight
    if operation.name == "stack":
        return replace(sight, dim=sight.dim + (sight.dim >= dim))
    if sight.dim != dim or sight.inner > 1 or sight.count != part.shape[dim]:
        return sight  # several axes in one dimension: tokens, behind the one for the class
    before = 0
    for other in operation.arguments["tensors"]:
        if other is part:
            break
        before += other.shape[dim]
    return look(sight.along(part.shape[dim]), [[-before]], 1, output.shape[dim])


def multiplied(operation: Operation, sight: Sight, matrix: Tensor, output: Tensor) -> Sight:
    """A product of matrices: what was summed over is seen by every position."""
    *_, left, right = (t for t in operation.arguments.values() if isinstance(t, Tensor))
    if matrix is not left and matrix is not right:
        return rules.broadcast(operation, sight, matrix, output)
    summed = matrix.dim() - (1 if matrix is left else 2)
    if left is right or sight.dim == summed:
        return sight if sight.dim in range(matrix.dim() - 2) else sight.everywhere()
    return sight


def looked_up(operation: Operation, sight: Sight, words: Tensor, output: Tensor) -> Sight:
    """An embedding: the numbers of a word along a new last dimension."""
    return sight


def attended(operation: Operation, sight: Sight, tokens: Tensor, output: Tensor) -> Sight:
    """Attention, all of it at once: each token looks at all the others."""
    return sight if sight.dim in range(tokens.dim() - 2) else sight.everywhere()


SEVERAL: dict[str, Rule] = {
    "embedding": looked_up,
    **dict.fromkeys(("cat", "stack"), concatenated),
    **dict.fromkeys(("mm", "addmm", "bmm", "baddbmm"), multiplied),
    **dict.fromkeys(
        (
            "_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention",
            "_scaled_dot_product_efficient_attention", "_scaled_dot_product_cudnn_attention",
            "_scaled_dot_product_attention_math",
        ),
        attended,
    ),
}  # fmt: skip
"""Operations with several inputs, each of which passes on what it sees by the same rule."""

RULES: dict[str, Rule] = {
    "convolution": through_convolution,
    "im2col": through_patches,
    **dict.fromkeys(WINDOWS, through_windows),
    **dict.fromkeys(
        (
            "constant_pad_nd", "reflection_pad1d", "reflection_pad2d", "reflection_pad3d",
            "replication_pad1d", "replication_pad2d", "replication_pad3d",
        ),
        rules.padded,
    ),
    **dict.fromkeys(("slice", "split", "split_with_sizes"), rules.cut),
    **dict.fromkeys(("select", "unbind"), rules.selected),
    **dict.fromkeys(("view", "_unsafe_view", "unsqueeze", "squeeze"), rules.view),
    **dict.fromkeys(("transpose", "t"), rules.transpose),
    **dict.fromkeys(
        ("_softmax", "_log_softmax", "_safe_softmax", "cumsum", "cumprod", "sort", "flip"),
        rules.mixed,
    ),
    **dict.fromkeys(
        (
            "mean", "sum", "amax", "amin", "max", "min", "argmax", "argmin", "var", "std", "prod",
            "logsumexp", "linalg_vector_norm", "norm", "any", "all", "var_mean", "median",
        ),
        rules.summed,
    ),
    **dict.fromkeys(
        ("native_batch_norm", "cudnn_batch_norm", "_native_batch_norm_legit",
         "_native_batch_norm_legit_no_training", "batch_norm", "miopen_batch_norm"),
        rules.batch_norm,
    ),
    "index": rules.gathered,
    "index_select": rules.mixed,
    "native_layer_norm": rules.layer_norm,
    "native_group_norm": rules.group_norm,
    "expand": rules.broadcast,
    "permute": rules.permute,
    "roll": rules.rolled,
    "unfold": rules.unfolded,
}  # fmt: skip
"""Operations with one input that depends on the image; any other is seen from everywhere."""
