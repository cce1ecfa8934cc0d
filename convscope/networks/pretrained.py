"""Weights of one network made to fit another of its kind: other classes, other channels.

Pure functions: state dicts in, state dicts out, with a sentence for each thing that was changed.
Where more differs than classes and channels nothing is changed, and loading says what it is.
"""

from collections.abc import Mapping

from torch import Tensor, nn

Weights = Mapping[str, Tensor]
Fitted = tuple[dict[str, Tensor], list[str]]
"""Weights by key, and what was done to them, in sentences."""


def fit_weights(weights: Weights, net: nn.Module, *, other_classes: bool = False) -> Fitted:
    """`weights` as `net` takes them: its channels, and its own head if it has other classes.

    They have others if they have another number of them, or if `other_classes` says so.
    """
    adapted, channels = adapt_first_layer(weights, net)
    fitted, classes = new_head(adapted, net, other_classes=other_classes)
    return fitted, channels + classes


def new_head(weights: Weights, net: nn.Module, *, other_classes: bool = False) -> Fitted:
    """`weights` with the net's own, fresh numbers in its head, if theirs answers other classes."""
    own, theirs = _head(net), count_classes(weights, net)
    classes = next((len(tensor) for tensor in own.values()), None)
    if theirs is None or (theirs == classes and not other_classes):
        return dict(weights), []
    fresh = {key: tensor.detach().clone() for key, tensor in own.items()}
    told = f"new head: {' and '.join(fresh)} begin anew, for {classes:,} "
    told += "other classes" if theirs == classes else f"classes and not {theirs:,}"
    return {**weights, **fresh}, [told]


def count_classes(weights: Weights, net: nn.Module) -> int | None:
    """How many classes `weights` answer; None if they have no head that is built as the net's."""
    own = _head(net)
    if any(key not in weights or weights[key].shape[1:] != own[key].shape[1:] for key in own):
        return None
    counts = {len(weights[key]) for key in own if weights[key].ndim}
    return counts.pop() if len(counts) == 1 else None


def adapt_first_layer(weights: Weights, net: nn.Module) -> Fitted:
    """`weights` whose first convolution takes as many channels as the net's.

    Every filter is summed over its channels, and the sum shared out equally: what it answers to a
    grey picture stays what it was when all channels showed that picture.
    """
    key = first_layer_of(net)
    if key is None or key not in weights:
        return dict(weights), []
    filters, shape = weights[key], net.state_dict()[key].shape  # (filters, channels, h, w)
    if filters.ndim != 4 or filters.shape[1] == shape[1]:
        return dict(weights), []
    if (filters.shape[0], filters.shape[2:]) != (shape[0], shape[2:]):
        return dict(weights), []
    before, after = filters.shape[1], shape[1]
    shared = (filters.sum(1, keepdim=True) / after).repeat(1, after, 1, 1)
    told = f"{key} takes {after} channel{'s' * (after > 1)} and not {before}: each filter is "
    told += "summed over its channels" + (", the sum shared out equally" if after > 1 else "")
    return {**weights, key: shared}, [told]


def head_of(net: nn.Module) -> str | None:
    """The name of the module that answers, the last one with weights of its own; "" is `net`.

    None for a net without weights. In every network of the catalogue it alone depends on the
    number of classes.
    """
    keys = list(net.state_dict())
    return keys[-1].rpartition(".")[0] if keys else None


def first_layer_of(net: nn.Module) -> str | None:
    """The key of the first convolution's filters (filters, channels, h, w); None without one."""
    return next((key for key, numbers in net.named_parameters() if numbers.ndim == 4), None)


def _head(net: nn.Module) -> dict[str, Tensor]:
    """The tensors of the module that answers, by their keys in the whole net."""
    name = head_of(net)
    if name is None:
        return {}
    return net.get_submodule(name).state_dict(prefix=f"{name}." if name else "")
