"""A network as a few readable lines, to a net and back.

    conv 10 3; maxpool 4; relu; residual [conv 10 3 padding 1; relu]; flatten; linear classes

Nothing is implied: an activation is a line of its own, padding is 0, and a pooling's stride is its
kernel. `spec_layers` lists the words.
"""

import re

import torch
from torch import nn

from convscope.errors import BadNetwork, BadValue
from convscope.networks.arguments import materialised
from convscope.networks.residual import Residual
from convscope.networks.shape_words import Shape, in_words
from convscope.networks.spec_fit import explained, misplaced, shortcut_for
from convscope.networks.spec_layers import LAYERS
from convscope.networks.spec_line import RESIDUAL, read_layer, write_layer
from convscope.networks.spec_text import Block, Line, Word, read_lines


def is_spec(text: str) -> bool:
    """Whether `text` is meant as a spec: it has several words, or its one word is a layer's."""
    words = re.findall(r"[^\s;\[\]]+", text)
    return len(words) > 1 or words[:1] == [RESIDUAL] or (bool(words) and words[0] in LAYERS)


def build_spec(
    text: str, num_classes: int, in_channels: int, input_size: tuple[int, ...]
) -> nn.Sequential:
    """The net that `text` describes: torch's own modules, with the keys "0", "1", ...

    It takes images (n, in_channels, *input_size); `input_size` is (h, w), or (l,) for sequences.
    The maps that each layer takes are counted from there, without computing anything. A layer that
    ends in a fixed number keeps it, whatever `num_classes` is. `BadNetwork` points at the word or
    line that cannot be read or built.
    """
    if len(input_size) not in (1, 2) or min(num_classes, in_channels, *input_size) < 1:
        raise BadValue(
            f"images of {in_channels} x {input_size} in {num_classes} classes: "
            "input_size is (h, w) or (l,), and every number is 1 or more"
        )
    lines = read_lines(text)
    if not lines:
        raise BadNetwork("the spec is empty: write a layer on each line, such as linear classes")
    net, _ = _sequence(lines, (in_channels, *input_size), num_classes)
    materialised(net)
    return net


def to_spec(net: nn.Module) -> str:
    """The spec that builds the layers of `net`, a `Sequential`, again.

    The layers of a `Sequential` inside it follow one another, and names become numbers.
    `BadNetwork` names a module for which a spec has no word.
    """
    if type(net) is not nn.Sequential:
        raise BadNetwork(f"a {type(net).__name__} has no spec: only an nn.Sequential has one")
    return "; ".join(_texts(net, ""))


def _sequence(lines: tuple[Line, ...], shape: Shape, classes: int) -> tuple[nn.Sequential, Shape]:
    modules = []
    for line in lines:
        build = _residual if line.word.text == RESIDUAL else _layer
        module, shape = build(line, shape, classes)
        modules.append(module)
    return nn.Sequential(*modules), shape


def _layer(line: Line, shape: Shape, classes: int) -> tuple[nn.Module, Shape]:
    layer, arguments = read_layer(line, classes)
    kind = layer.modules.get(len(shape) - 1)
    if kind is None:
        raise line.refused(misplaced(line.word.text, layer, shape))
    if layer.counted:
        arguments[layer.counted] = shape[0]
    try:
        with torch.device("meta"):
            module = kind(**arguments)
        if layer.gives is not None:
            return module, layer.gives(shape, arguments)
        answer = module.eval()(torch.empty(2, *shape, device="meta"))
    except Exception as error:  # torch has many ways to refuse; all of them are about this line
        raise line.refused(explained(line.word.text, arguments, shape, error)) from error
    return module.train(), tuple(answer.shape[1:])


def _residual(line: Line, shape: Shape, classes: int) -> tuple[nn.Module, Shape]:
    main, shortcut = _branches(line)
    net, out = _sequence(main.lines, shape, classes)
    way, kept = _sequence(shortcut.lines, shape, classes) if shortcut else (None, shape)
    if out != kept:
        raise line.refused(
            f"{in_words(out)} and {in_words(kept)} cannot be added: {shortcut_for(out, shape)}"
        )
    return Residual(net, way), out


def _branches(line: Line) -> tuple[Block, Block | None]:
    """The main branch and, if there is one, the shortcut's."""
    match line.items[1:]:
        case [Block() as main]:
            return main, None
        case [Block() as main, Word("shortcut"), Block() as shortcut]:
            return main, shortcut
    raise line.refused("it is written residual [...], or residual [...] shortcut [...]")


def _texts(net: nn.Sequential, path: str) -> list[str]:
    texts: list[str] = []
    for name, module in net.named_children():
        if type(module) is nn.Sequential:
            texts += _texts(module, f"{path}{name}.")
        elif isinstance(module, Residual):
            texts.append(_residual_text(module, f"{path}{name}."))
        else:
            texts.append(write_layer(module, f"{path}{name}"))
    return texts


def _residual_text(block: Residual, path: str) -> str:
    main = _block_text(block.main, f"{path}main")
    if isinstance(block.shortcut, nn.Identity):
        return f"{RESIDUAL} {main}"
    return f"{RESIDUAL} {main} shortcut {_block_text(block.shortcut, f'{path}shortcut')}"


def _block_text(branch: nn.Module, path: str) -> str:
    one = type(branch) is not nn.Sequential
    return f"[{'; '.join([write_layer(branch, path)] if one else _texts(branch, f'{path}.'))}]"
