"""One line of a spec, to a layer's arguments and back."""

from collections.abc import Iterator
from typing import Any

from torch import nn

from convscope.errors import BadNetwork
from convscope.lookup import suggestion
from convscope.networks.arguments import arguments_of, is_usual, plain
from convscope.networks.spec_kinds import CLASSES
from convscope.networks.spec_layers import LAYERS, Field, Layer
from convscope.networks.spec_text import Block, Line, Word

RESIDUAL = "residual"


def read_layer(line: Line, num_classes: int) -> tuple[Layer, dict[str, Any]]:
    """The layer that `line` names, and torch's arguments for it as far as the line tells them.

    `BadNetwork` points at the word that does not fit.
    """
    name, rest = line.word, line.items[1:]
    if name.text not in LAYERS:
        raise name.refused(f"is no layer: {suggestion(name.text, [*LAYERS, RESIDUAL])}")
    for item in rest:
        if isinstance(item, Block):
            raise item.opening.refused(f"has no place after {name.text}: only residual takes [...]")
    layer = LAYERS[name.text]
    words = [item for item in rest if isinstance(item, Word)]
    count = len(layer.given)
    if len(words) < count:
        raise line.refused(usage(name.text))
    pairs = [*zip(layer.given, words[:count], strict=True), *_named(name.text, words[count:])]
    read = {field.argument: _value(field, word, name.text) for field, word in pairs}
    values = {key: num_classes if value == CLASSES else value for key, value in read.items()}
    return layer, {**layer.fixed, **values}


def write_layer(module: nn.Module, path: str) -> str:
    """The line that builds `module`; `BadNetwork` names what has no word, by its `path`."""
    arguments = arguments_of(module)
    word = _word_of(module, path, arguments)
    layer = LAYERS[word]
    told = {field.argument for field in (*layer.given, *layer.options)} | {*layer.fixed}
    for key, value in arguments.items():
        if key not in told and key != layer.counted and not is_usual(module, key, value):
            raise _wordless(module, path, f"{key}={value!r}")
    parts = [word, *(_written(field, arguments, module, path) for field in layer.given)]
    for field in layer.options:
        if not is_usual(module, field.argument, arguments[field.argument]):
            parts += [field.word, _written(field, arguments, module, path)]
    return " ".join(parts)


def usage(name: str) -> str:
    """How a line of the layer `name` is written, as a sentence says it."""
    layer = LAYERS[name]
    written = " ".join([name, *(field.word.upper() for field in layer.given)])
    if not layer.options:
        return f"{name} is written {written}" if layer.given else f"{name} stands alone"
    options = ", ".join(field.word for field in layer.options)
    return f"{name} is written {written}, and may go on with a value for {options}"


def _named(name: str, words: list[Word]) -> Iterator[tuple[Field, Word]]:
    """Each option of the layer `name` with the word of its value."""
    seen: set[str] = set()
    options = {field.word: field for field in LAYERS[name].options}
    for word, value in zip(words[::2], [*words[1::2], None], strict=False):
        if word.text not in options and word.text[0].isdigit():
            raise word.refused(f"is too much: {usage(name)}")
        if word.text not in options:
            raise word.refused(f"is no option of {name}: {suggestion(word.text, options)}")
        if word.text in seen:
            raise word.refused("is given twice: give it once")
        if value is None:
            raise word.refused(f"has no value: {options[word.text].kind.rule} is needed after it")
        seen.add(word.text)
        yield options[word.text], value


def _value(field: Field, word: Word, name: str) -> Any:
    try:
        return field.kind.read(word.text)
    except ValueError:
        raise word.refused(
            f"does not fit {name}'s {field.word}: {field.kind.rule} is needed"
        ) from None


def _word_of(module: nn.Module, path: str, arguments: dict[str, Any]) -> str:
    for word, layer in LAYERS.items():
        fixed = {key: plain(arguments.get(key)) for key in layer.fixed}
        if type(module) in layer.modules.values() and fixed == layer.fixed:
            return word
    raise _wordless(module, path, "it")


def _written(field: Field, arguments: dict[str, Any], module: nn.Module, path: str) -> str:
    value = plain(arguments[field.argument])
    text = _text(value)
    try:
        same = field.kind.read(text) == value
    except ValueError:
        same = False
    if not same:
        raise _wordless(module, path, f"{field.argument}={value!r}")
    return text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _wordless(module: nn.Module, path: str, what: str) -> BadNetwork:
    return BadNetwork(
        f"module {path} ({type(module).__name__}): a spec has no word for {what}: "
        "keep the network as code, or name its class: file.py:Class"
    )
