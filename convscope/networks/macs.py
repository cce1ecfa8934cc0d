"""Multiply-accumulates of an operation, from the shapes alone."""

from math import prod

from torch import Tensor

from convscope.networks.operation import Operation


def count_macs(operation: Operation, output: Tensor) -> int:
    """The products that are summed up in all of `output`; 0 for what is no product of weights.

    Convolutions, products of matrices and attention count; biases, norms, activations and pooling
    do not. One multiply-accumulate is two floating-point operations.
    """
    arguments = operation.arguments
    if operation.name == "convolution":
        # products per output value; of a transposed one, per input value
        one = prod(arguments["weight"].shape[1:])
        return (arguments["input"] if arguments["transposed"] else output).numel() * one
    if operation.name in ("mm", "addmm", "bmm", "baddbmm"):
        *_, left, _ = (t for t in arguments.values() if isinstance(t, Tensor))
        return output.numel() * left.shape[-1]
    if operation.name in ("mv", "dot"):
        return arguments["self"].numel()
    if operation.name == "mkldnn_rnn_layer":
        gates = arguments["weight0"].numel() + arguments["weight1"].numel()
        return arguments["input"].shape[:2].numel() * gates
    if operation.name.startswith("_scaled_dot_product"):
        query, key, value = (arguments[name] for name in ("query", "key", "value"))
        return query.shape[:-1].numel() * key.shape[-2] * (query.shape[-1] + value.shape[-1])
    return 0
