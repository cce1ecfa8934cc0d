"""What of a net is frozen, in which parts it thaws, and how fast each part then learns."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from torch import nn

from convscope.errors import BadValue, UnknownName
from convscope.lookup import suggestion
from convscope.networks.pretrained import head_of
from convscope.training.recipe import Recipe
from convscope.training.thawing import AUTO, NEVER, read_thaw, usual_thaw


@dataclass(frozen=True, kw_only=True)
class Part:
    """Modules that thaw together."""

    modules: tuple[str, ...]
    parameters: tuple[str, ...]
    """Those that learn once it is open, by their names in the whole net."""
    opens_after: float
    """Epochs; infinity for never."""
    share: float
    """Of the rate at which the head learns."""


@dataclass(frozen=True, kw_only=True)
class Freezing:
    """Which modules of a net do not learn, and until when; with no parts everything learns."""

    modules: tuple[str, ...] = ()
    """As the recipe names them, in the order of the net."""
    parts: tuple[Part, ...] = ()
    """The last of the net first, which opens first."""

    @property
    def thaw(self) -> str:
        """When the parts open, as a recipe writes it."""
        openings = [part.opens_after for part in self.parts]
        return NEVER if math.inf in openings else "+".join(f"{epoch:g}" for epoch in openings)

    @property
    def last_opening(self) -> float:
        """The epoch after which nothing opens any more; 0 where nothing ever does."""
        return max((p.opens_after for p in self.parts if p.opens_after < math.inf), default=0.0)

    def holds_all(self, epoch: int) -> bool:
        """Whether in epoch `epoch` (from 1) everything that was ever frozen still is."""
        return bool(self.parts) and epoch <= self.parts[0].opens_after

    def set_learning(self, net: nn.Module, epoch: int) -> None:
        """Training mode for `net`, but for what is frozen in epoch `epoch`.

        That answers as in use (no dropout, batch normalization by its running statistics), and
        none of its parameters has a gradient: not even the biases, which would cost half a step.
        """
        net.train()
        for part in self.parts:
            opened = epoch > part.opens_after
            for name in part.parameters:
                net.get_parameter(name).requires_grad_(opened)
            for name in part.modules:
                net.get_submodule(name).train(opened)

    def groups(self, net: nn.Module) -> Iterator[tuple[float, list[nn.Parameter]]]:
        """Shares of the learning rate, each with the parameters that learn at it.

        What is never frozen comes first, at a share of 1.
        """
        held = {name for part in self.parts for name in part.parameters}
        named = dict(net.named_parameters())
        yield 1.0, [p for name, p in named.items() if p.requires_grad and name not in held]
        for part in self.parts:
            yield part.share, [named[name] for name in part.parameters]


def find_freezing(recipe: Recipe, net: nn.Module) -> Freezing:
    """What `recipe` freezes of `net`; `UnknownName` and `BadValue` if it cannot.

    The frozen modules' layers and blocks, in the order in which the net has them, are divided into
    as many parts as `thaw` has numbers. Howard and Ruder 2018, section 3.3: each learns at a
    fraction of the rate of the one after it, and the last ones are opened first.
    """
    if recipe.freeze == "none":
        return Freezing()
    modules = tuple(_outermost(_named(recipe.freeze, net)))
    learning = {name for name, parameter in net.named_parameters() if parameter.requires_grad}
    if all(_below(name, modules) for name in learning):
        remedy = "freeze less, or freeze=head, which is all but the last layer"
        if recipe.freeze == "head":
            remedy = "the last layer of this net has no numbers that learn; name what to freeze"
        raise BadValue(f"freeze={recipe.freeze} leaves nothing that learns: {remedy}")
    layers = [layer for name in modules for layer in _layers(net, name)]
    brought = recipe.pretrained or recipe.weights is not None
    openings = read_thaw(recipe.thaw)
    if recipe.thaw == AUTO and brought:
        openings = usual_thaw(recipe.epochs, len(layers))
    if len(openings) > len(layers):
        raise BadValue(
            f"thaw {recipe.thaw} has {len(openings)} parts, and {recipe.freeze} has {len(layers)} "
            f"layers or blocks to thaw: name at most {len(layers)} epochs"
        )
    divided = reversed(_divided(layers, max(1, len(openings))))
    return Freezing(
        modules=modules,
        parts=tuple(
            Part(
                modules=part,
                parameters=tuple(
                    name for name, _ in net.named_parameters()
                    if name in learning and _below(name, part)
                ),
                opens_after=float(opens_after),
                share=float(recipe.rate_decay**number),
            )
            for number, (part, opens_after) in enumerate(
                zip(divided, openings or (math.inf,), strict=True), start=1
            )
        ),
    )  # fmt: skip


def told_freezing(freezing: Freezing, net: nn.Module, kept: str, *, drawn: bool) -> tuple[str, ...]:
    """What is frozen, until when, and what is kept of it (half a sentence), as notes.

    `drawn`: the weights are no one's, but random numbers.
    """
    if not freezing.parts:
        return ()
    numbers = {name: parameter.numel() for name, parameter in net.named_parameters()}
    held = sum(numbers[name] for part in freezing.parts for name in part.parameters)
    epochs = list(dict.fromkeys(f"{part.opens_after:g}" for part in freezing.parts))
    until = "to the end" if epochs == ["inf"] else f"until after epoch {' and '.join(epochs)}"
    note = f"{held:,} of {sum(numbers.values()):,} parameters are frozen {until}: {kept}"
    random = "what is frozen is random: --pretrained, or --weights FILE, brings what was learned"
    return (note, random) if drawn else (note,)


def _named(freeze: str, net: nn.Module) -> list[str]:
    """The modules that `freeze` names, in the order of the net."""
    with_weights = [n for n, m in net.named_modules() if n and any(True for _ in m.parameters())]
    if freeze == "head":
        head = head_of(net)
        return [name for name in with_weights if not _below(head or "", [name]) and head != name]
    asked = freeze.split("+")
    for name in asked:
        if name not in with_weights:
            outer = [n for n in with_weights if "." not in n]
            near = suggestion(name, with_weights if len(with_weights) < 10 else [*outer, "head"])
            raise UnknownName(
                f"freeze={name}: no part of this net with weights is so called: {near}"
            )
    return [name for name in with_weights if name in asked]


def _outermost(names: Iterable[str]) -> Iterator[str]:
    """`names` without those that lie within another of them; the outer one comes first."""
    kept: list[str] = []
    for name in names:
        if not _below(name, kept):
            kept.append(name)
            yield name


def _layers(net: nn.Module, name: str) -> list[tuple[str, ...]]:
    """The layers and blocks with parameters of which the module `name` consists, in their order.

    A Sequential counts as what it holds; what has no parameters there, such as dropout, goes with
    the layer before it.
    """
    module = net.get_submodule(name)
    if not isinstance(module, nn.Sequential):
        return [(name,)]
    layers: list[tuple[str, ...]] = []
    first: tuple[str, ...] = ()
    for child, its in module.named_children():
        path = f"{name}.{child}"
        if any(True for _ in its.parameters()):
            layers += _layers(net, path)
        elif layers:
            layers[-1] += (path,)
        else:
            first += (path,)
    if not layers:  # numbers of its own, and none in what it holds
        return [(name,)]
    return [first + layers[0], *layers[1:]]


def _divided(layers: list[tuple[str, ...]], count: int) -> list[tuple[str, ...]]:
    """`layers` in `count` parts of nearly equal length."""
    ends = [round(len(layers) * i / count) for i in range(count + 1)]
    return [sum(layers[a:b], ()) for a, b in zip(ends, ends[1:], strict=False)]


def _below(name: str, modules: Iterable[str]) -> bool:
    """Whether `name` is one of `modules` or lies within one."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)
