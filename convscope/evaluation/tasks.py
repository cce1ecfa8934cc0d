"""What a task is measured by while it is learned, and which number, to be low, is watched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from convscope.evaluation.metrics import cross_entropy, top_k_correct


@dataclass(frozen=True)
class Task:
    """A kind of target: its metrics, and the one that decides which weights are best."""

    metrics: tuple[str, ...]
    """Names of the numbers `measure` gives, the monitored one first."""
    measure: Callable[[Tensor, Tensor], Mapping[str, float]]
    """Answers (n, ...) and targets (n, ...) -> each metric."""

    @property
    def monitored(self) -> str:
        """The metric that chooses the best weights; lower is better."""
        return self.metrics[0]


def measure_classes(logits: Tensor, labels: Tensor) -> dict[str, float]:
    """Cross-entropy and the share of right answers, of logits (n, k) and labels (n,)."""
    return {
        "loss": cross_entropy(logits, labels),
        "accuracy": top_k_correct(logits, labels, 1) / len(labels),
    }


TASKS: Mapping[str, Task] = {"classes": Task(("loss", "accuracy"), measure_classes)}
