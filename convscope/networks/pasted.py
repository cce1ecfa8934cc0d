"""Pasted PyTorch code, read as text: an `nn.Sequential(...)` becomes a net, and nothing is run."""

import ast
import inspect
import re
import textwrap
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from convscope.errors import BadNetwork
from convscope.lookup import suggestion
from convscope.networks.arguments import materialised, parameters_of
from convscope.networks.literals import read_literal, refused
from convscope.networks.residual import Residual
from convscope.networks.spec_layers import KNOWN

LAYERS: Mapping[str, type[nn.Module]] = {kind.__name__: kind for kind in KNOWN}
ANSWERS = ("Softmax", "Softmax2d", "LogSoftmax")
"""Layers that make probabilities of scores, which the loss does by itself."""


def is_code(text: str) -> bool:
    """Whether `text` is meant as Python code that builds a network."""
    return bool(re.search(r"\bSequential\s*\(|\bnn\.\w|^\s*(import|from|class)\s", text))


def read_code(text: str) -> nn.Sequential:
    """The net that the `nn.Sequential(...)` in `text` describes, with the keys it would have.

    The text is parsed, never run. It may import torch, hold the `Residual` that `to_code` prints,
    and give the net a name. Arguments are numbers, also such as 16 * 5 * 5, tuples of them, True,
    False, None and strings; `inplace` is left out. `BadNetwork` names the line and the word of
    anything else.
    """
    try:
        with warnings.catch_warnings(), torch.device("meta"):
            warnings.simplefilter("ignore")  # of a backslash in a string, say
            net = _net(ast.parse(textwrap.dedent(text)))
    except SyntaxError as error:
        raise BadNetwork(
            f"line {error.lineno or 1}: this is no Python code: {error.msg}"
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadNetwork(f"the code cannot be read: {error or type(error).__name__}") from error
    materialised(net)
    return net


def _net(code: ast.Module) -> nn.Sequential:
    found = [node for statement in code.body if (node := _expression(statement)) is not None]
    if len(found) != 1:
        raise BadNetwork(f"the code holds {len(found)} networks: one nn.Sequential(...) is needed")
    net = _module(found[0])
    if not isinstance(net, nn.Sequential):
        raise refused(found[0], "is one layer: write nn.Sequential(...) around it")
    return net


def _expression(statement: ast.stmt) -> ast.expr | None:
    """What a statement says that may hold the net; None for what may stand beside it."""
    match statement:
        case ast.Import(names) if all(_is_allowed(alias.name) for alias in names):
            return None
        case ast.ImportFrom(str(module)) if _is_allowed(module):
            return None
        case ast.ClassDef() if ast.dump(statement) == ast.dump(_residual_class()):
            return None
        case ast.ClassDef(name):
            raise BadNetwork(
                f'line {statement.lineno}: "class {name}" is not read, only nn.Sequential(...) is: '
                "save it in a file and give --network file.py:Class"
            )
        case ast.Assign() | ast.AnnAssign() | ast.Expr():
            return statement.value
    raise refused(statement, "is not read: only imports of torch and one nn.Sequential(...) are")


def _is_allowed(module: str) -> bool:
    return module.partition(".")[0] in ("torch", "collections")


def _residual_class() -> ast.stmt:
    return ast.parse(inspect.getsource(Residual)).body[0]


def _module(node: ast.expr) -> nn.Module:
    if not isinstance(node, ast.Call):
        raise refused(node, "is no module: a call such as nn.ReLU() is needed")
    name = re.sub(r"^(torch\.)?nn\.", "", ast.unparse(node.func))
    if name == "Sequential":
        return _sequential(node)
    if name == "Residual":
        return _built(node, Residual, _module)
    if name in ANSWERS:
        raise refused(node.func, "is not needed, since the loss takes it by itself: leave it out")
    if name not in LAYERS:
        known = suggestion(name, LAYERS) if name.isidentifier() else "nn.Conv2d, say, is one"
        raise refused(node.func, f"is no layer that can be read: {known}")
    return _built(node, LAYERS[name], read_literal)


def _sequential(node: ast.Call) -> nn.Sequential:
    for keyword in node.keywords:
        raise refused(keyword.value, "has a name, and nn.Sequential takes modules without one")
    match node.args:
        case [ast.Call(ast.Name("OrderedDict") | ast.Attribute(_, "OrderedDict")) as ordered]:
            return _named(ordered)
    return nn.Sequential(*map(_module, node.args))


def _named(ordered: ast.Call) -> nn.Sequential:
    """The net whose layers have names."""
    net = nn.Sequential()
    for key, value in _pairs(ordered):
        name = read_literal(key)
        if not isinstance(name, str) or name in dict(net.named_children()):
            raise refused(key, "is no name for a layer: text that no other layer has is needed")
        try:
            net.add_module(name, _module(value))
        except KeyError as error:
            raise refused(key, f"is no name for a layer: {error.args[0]}") from error
    return net


def _pairs(ordered: ast.Call) -> list[tuple[ast.expr, ast.expr]]:
    """The names and the layers of `OrderedDict(...)`, in any of its three forms."""
    match ordered:
        case ast.Call(_, [ast.List(pairs) | ast.Tuple(pairs)], []):
            return [_pair(pair) for pair in pairs]
        case ast.Call(_, [ast.Dict(keys, values)], []):
            return [
                (key or ast.copy_location(ast.Constant(None), value), value)
                for key, value in zip(keys, values, strict=True)
            ]
        case ast.Call(_, [], keywords):
            return [
                (ast.copy_location(ast.Constant(keyword.arg), keyword), keyword.value)
                for keyword in keywords
            ]
    raise refused(ordered, "is not read: a list of (name, layer) is needed")


def _pair(node: ast.expr) -> tuple[ast.expr, ast.expr]:
    match node:
        case ast.Tuple([key, value]):
            return key, value
    raise refused(node, "is not read: (name, layer) is needed")


def _built(node: ast.Call, kind: type[nn.Module], read: Callable[[ast.expr], Any]) -> nn.Module:
    """A module of `kind` with the call's arguments, each of which `read` understands."""
    named = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise refused(keyword.value, "is not read: write each argument out")
        named[keyword.arg] = read(keyword.value)
    try:
        bound = inspect.signature(kind).bind(*map(read, node.args), **named).arguments
        allowed = parameters_of(kind)
        for name in bound.keys() - allowed.keys() - {"inplace"}:
            raise TypeError(f"{name} is not read")
        return kind(**{name: bound[name] for name in bound if name in allowed})
    except BadNetwork:
        raise
    except Exception as error:  # torch has many ways to refuse, all of them about this call
        (reason, *_) = str(error).splitlines() or [type(error).__name__]
        raise refused(node, f"cannot be built: {reason}") from error
