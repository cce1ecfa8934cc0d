"""Values that stand in Python code as they are, read without running it."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from convscope.errors import BadNetwork

ARITHMETIC: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


def read_literal(node: ast.expr) -> Any:
    """The value of `node`: a number, a tuple of values, True, False, None or text."""
    match node:
        case ast.Constant(bool() | int() | float() | str() | None as value):
            return value
        case ast.Tuple(parts) | ast.List(parts):
            return tuple(map(read_literal, parts))
        case ast.UnaryOp(ast.USub(), operand):
            return -_number(operand)
        case ast.BinOp(left, sign, right) if type(sign) in ARITHMETIC:
            try:
                return ARITHMETIC[type(sign)](_number(left), _number(right))
            except ArithmeticError as error:
                raise refused(node, f"has no value: {error}") from error
        case ast.Name():
            raise refused(node, "is a name, which is not read: write its value")
    raise refused(node, "is not read: numbers, tuples, True, False, None and strings are")


def _number(node: ast.expr) -> int | float:
    value = read_literal(node)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused(node, "is no number")
    return value


def refused(node: ast.stmt | ast.expr, why: str) -> BadNetwork:
    """The error that points at `node`: `why` goes on after it."""
    (first, *_) = ast.unparse(node).splitlines()
    shown = first if len(first) <= 60 else f"{first[:57]}..."
    return BadNetwork(f'line {node.lineno}: "{shown}" {why}')
