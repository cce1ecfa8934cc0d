"""The tensors that depend on the image while a net runs: what they see, where they come from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from convscope.networks.macs import count_macs
from convscope.networks.operation import Operation, read_operation, tensors
from convscope.networks.reach import Reach, everywhere, is_known, joined, reach_of

FRESH = frozenset(
    (
        "empty_like", "full_like", "new_empty", "new_empty_strided", "new_full", "new_ones",
        "new_zeros", "ones_like", "rand_like", "randint_like", "randn_like", "zeros_like",
    )
)  # fmt: skip
"""Operations that take a tensor's shape, and none of its values."""


@dataclass(frozen=True, eq=False)
class Tracked:
    """A tensor that depends on the image."""

    tensor: Tensor
    """Kept, so that no other tensor takes its identity."""
    reach: Reach
    sources: frozenset[int]
    """The numbers of the steps whose outputs it was made from."""


class Tape(TorchDispatchMode):
    """Inside, follows every operation of torch's: what its output sees, what it multiplies."""

    def __init__(self) -> None:
        super().__init__()
        self.macs = 0
        """So far, for the whole batch."""
        self.noted: list[tuple[Operation, Tensor]] = []
        """Every operation that took something of the image, with its output."""
        self.unknown: set[str] = set()
        """Operations whose outputs are taken to see all of the image."""
        self._tracked: dict[int, Tracked] = {}
        self._written: dict[int, Tracked] = {}
        """What was written into a part of a tensor, by the storage that holds it."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        if func.namespace == "aten":
            self._note(read_operation(func, args, kwargs or {}), output)
        return output

    def track(self, tensor: Tensor, reach: Reach, sources: Iterable[int]) -> None:
        """From now on, `tensor` sees that and comes from these steps."""
        self._tracked[id(tensor)] = Tracked(tensor, reach, frozenset(sources))

    def settle(self, tensor: Tensor, reach: Reach, sources: Iterable[int]) -> None:
        """As `track`, of a tensor that was written in pieces: their own record is dropped."""
        self._written.pop(_storage(tensor), None)
        self.track(tensor, reach, sources)

    def find(self, tensor: Tensor) -> Tracked | None:
        """What is known of `tensor`; None if it does not depend on the image."""
        known = self._tracked.get(id(tensor))
        written = self._written.get(_storage(tensor)) if self._written else None
        if known is None or written is None:
            return known or written
        reach = joined([known.reach, written.reach])
        return Tracked(tensor, reach, known.sources | written.sources)

    def found(self, value: Any) -> list[Tracked]:
        """Those of the tensors in `value` that depend on the image."""
        known = ((tensor, self.find(tensor)) for tensor in tensors(value))
        return [Tracked(t, k.reach, k.sources) for t, k in known if k is not None]

    def _note(self, operation: Operation, output: Any) -> None:
        overwritten = operation.name in ("copy_", "fill_", "zero_")
        inputs = self.found(operation.arguments)
        if overwritten:
            inputs = [i for i in inputs if i.tensor is not operation.input]
        outputs = list(tensors(output))
        if not inputs or not outputs or operation.name in FRESH:
            return
        self.macs += count_macs(operation, outputs[0])
        self.noted.append((operation, outputs[0]))
        if not is_known(operation):
            self.unknown.add(operation.name)
        sources = frozenset[int]().union(*(i.sources for i in inputs))
        for tensor in outputs:
            reach = reach_of(operation, [(i.tensor, i.reach) for i in inputs], tensor)
            if operation.writes and any(i.tensor is not tensor for i in inputs):
                self._write(tensor, reach, sources)
            self.track(tensor, reach, sources)

    def _write(self, target: Tensor, reach: Reach, sources: frozenset[int]) -> None:
        """Whatever shares memory with `target`, written to just now, sees what that sees."""
        storage = _storage(target)
        if target.numel() * target.element_size() < target.untyped_storage().nbytes():
            self._written[storage] = Tracked(target, everywhere(reach), sources)
            return
        for known in list(self._tracked.values()):
            if _storage(known.tensor) == storage:
                seen = joined([everywhere(known.reach), everywhere(reach)])
                self.track(known.tensor, seen, known.sources | sources)


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata
