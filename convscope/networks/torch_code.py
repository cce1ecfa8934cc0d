"""A net of torch's own layers as the code that builds it; its keys are the weights' keys."""

import inspect
import json
from collections.abc import Iterator
from typing import Any

from torch import nn

from convscope.errors import BadNetwork
from convscope.networks.arguments import arguments_of, is_usual, parameters_of, plain
from convscope.networks.residual import Residual
from convscope.networks.spec_layers import KNOWN


def to_code(net: nn.Module) -> str:
    """PyTorch code that builds `net`, a `Sequential`, under the name `net`; it needs torch alone.

    What it builds has the keys and shapes of `net.state_dict()`, so it loads its weights.
    `BadNetwork` names a module that is none of the layers that a spec knows.
    """
    if type(net) is not nn.Sequential:
        raise BadNetwork(f"a {type(net).__name__} is no nn.Sequential: only one can be printed")
    body = "\n".join(_lines(net, ""))
    blocks = any(isinstance(module, Residual) for module in net.modules())
    imports = ["from collections import OrderedDict", ""] if "OrderedDict(" in body else []
    imports.append(f"from torch import {'Tensor, ' if blocks else ''}nn")
    block = ["", "", inspect.getsource(Residual), ""] if blocks else [""]
    return "\n".join([*imports, *block, f"net = {body}", ""])


def _lines(module: nn.Module, path: str) -> list[str]:
    """The lines of the expression that builds `module`, which stands at `path`."""
    if type(module) is nn.Sequential:
        parts = {name: _lines(child, f"{path}{name}.") for name, child in module.named_children()}
        return _sequential(parts)
    if isinstance(module, Residual):
        plain_way = isinstance(module.shortcut, nn.Identity)
        branches = {"main": module.main} if plain_way else dict(module.named_children())
        return _call("Residual(", [_lines(branches[b], f"{path}{b}.") for b in branches], ")")
    if type(module) not in KNOWN:
        raise BadNetwork(
            f"module {path.rstrip('.')} is a {type(module).__name__}: "
            "only torch's own layers that a spec knows can be printed as code"
        )
    return [f"nn.{type(module).__name__}({', '.join(_arguments(module))})"]


def _sequential(parts: dict[str, list[str]]) -> list[str]:
    if list(parts) == [str(i) for i in range(len(parts))]:
        return _call("nn.Sequential(", list(parts.values()), ")")
    pairs = [_call("(", [[json.dumps(name)], part], ")") for name, part in parts.items()]
    ordered = _call("OrderedDict(", [_call("[", pairs, "]")], ")")
    return _call("nn.Sequential(", [ordered], ")")


def _call(opening: str, parts: list[list[str]], closing: str) -> list[str]:
    """Each part's lines one step to the right; on one line if they are short and simple."""
    if all(len(part) == 1 for part in parts):
        line = f"{opening}{', '.join(part[0] for part in parts)}{closing}"
        if len(parts) < 3 and len(line) < 72:
            return [line]
    inner = [f"    {line}" for *lines, last in parts for line in (*lines, f"{last},")]
    return [opening, *inner, closing]


def _arguments(module: nn.Module) -> Iterator[str]:
    """What stands between the brackets: what torch needs by its place, the rest by its name."""
    for name, value in arguments_of(module).items():
        needed = parameters_of(type(module))[name].default is inspect.Parameter.empty
        if needed or name == "p":  # nobody should have to know that nn.Dropout() drops a half
            yield _text(value)
        elif not is_usual(module, name, value):
            yield f"{name}={_text(value)}"


def _text(value: Any) -> str:
    value = plain(value)
    return json.dumps(value) if isinstance(value, str) else repr(value)
