"""Learning-rate range test: which rate to train at, from one short run in which it rises.

Smith 2017, "Cyclical learning rates for training neural networks", section 3.3 (first 2015), with
the rate rising by a fixed factor and not by a fixed amount.
"""

import copy
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from torch import nn

from convscope.data.batches import BatchSource
from convscope.data.dataset import Splits
from convscope.data.download import Progress
from convscope.device import keep_freed_memory, threads
from convscope.errors import Diverged
from convscope.training.loop import Ingredients, Watch, step
from convscope.training.plan import Plan, plan_for
from convscope.training.recipe import Recipe
from convscope.training.schedule import set_rate
from convscope.training.state import RunningLoss, State

STEPS = 150
LOWEST, HIGHEST = 1e-6, 10.0
KEPT = 0.9
"""Of the smoothed loss in each step; the rest is the new one's."""
TOO_FAR = 2.0, 1.5
"""Times the lowest and times the first smoothed loss: above both the test ends."""
BELOW_LOWEST = 0.1
"""This part of the rate at the lowest smoothed loss is suggested: there it still falls, stably."""
A_FALL = 0.98
"""Of the first losses' mean: what is not below has not learned."""


@dataclass(frozen=True, kw_only=True)
class RateTest:
    """The loss of a net while its learning rate rises."""

    recipe: str
    learning_rate: float
    """What the recipe has."""
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    """Of each step's batch, before the step."""
    smoothed: tuple[float, ...]
    """Their exponential moving average, without its bias towards 0."""
    diverged: bool
    """Whether the loss rose far above its lowest before the highest rate."""
    suggestion: float | None
    """A tenth of the rate at the lowest smoothed loss, to two digits; None if it never fell."""

    def to_json(self) -> dict[str, Any]:
        """The fields."""
        return asdict(self)


def find_rate(
    recipe: str | Recipe = "digits-cnn",
    *,
    data: str | Splits | None = None,
    network: str | nn.Module | None = None,
    fields: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    watch: Watch = iter,
) -> RateTest:
    """The learning-rate range test of `recipe`; no run is left, and a `network` stays as it is.

    Up to 150 steps as training takes them, the rate rising from 1e-6 to 10, each by the same
    factor. What the recipe freezes stays frozen. `Diverged` if the first loss is no number.
    """
    own = copy.deepcopy(network) if isinstance(network, nn.Module) else network
    plan = plan_for(recipe, data=data, network=own, fields=fields, progress=progress)
    keep_freed_memory()
    with threads(plan.resolved.threads):
        rates, losses, smoothed = _losses(plan, watch)
    if not rates:
        raise Diverged(
            f"the very first loss of {plan.name} is no finite number: check data and weights"
        )
    return RateTest(
        recipe=plan.name,
        learning_rate=plan.recipe.learning_rate,
        rates=rates,
        losses=losses,
        smoothed=smoothed,
        diverged=len(rates) < STEPS,
        suggestion=suggested(rates, smoothed),
    )


def suggested(rates: Sequence[float], smoothed: Sequence[float]) -> float | None:
    """A tenth of the rate at the lowest smoothed loss; None if that is no lower than at first."""
    if not smoothed:
        return None
    first = smoothed[: max(1, len(smoothed) // 10)]
    lowest = min(range(len(smoothed)), key=smoothed.__getitem__)
    if smoothed[lowest] >= A_FALL * sum(first) / len(first):
        return None
    return float(f"{BELOW_LOWEST * rates[lowest]:.1e}")


def rising_rates() -> list[float]:
    """150 rates from 1e-6 to 10, each the same factor above the former."""
    return [LOWEST * (HIGHEST / LOWEST) ** (i / (STEPS - 1)) for i in range(STEPS)]


def _losses(plan: Plan, watch: Watch) -> tuple[tuple[float, ...], ...]:
    """Rates, losses and smoothed losses up to the last rate, or until the loss is far too high."""
    ingredients, state = plan.ingredients.during(1), plan.new_state()
    ingredients.freezing.set_learning(state.net, 1)
    rates, losses, smoothed = [], [], []
    average = 0.0
    batches = itertools.islice(_endless(ingredients.batches), STEPS)
    for rate, batch in zip(rising_rates(), watch(batches), strict=False):
        loss = _loss_of_step(ingredients, state, batch, rate)
        if loss is None:
            break
        average = KEPT * average + (1 - KEPT) * loss
        rates.append(rate)
        losses.append(loss)
        smoothed.append(average / (1 - KEPT ** len(losses)))
        if smoothed[-1] > max(TOO_FAR[0] * min(smoothed), TOO_FAR[1] * smoothed[0]):
            break
    return tuple(rates), tuple(losses), tuple(smoothed)


def _loss_of_step(ingredients: Ingredients, state: State, batch: Any, rate: float) -> float | None:
    """The loss of a batch, learned from at `rate`; None if it is no number."""
    set_rate(state.optimizer, rate)
    state.position.loss = RunningLoss()
    try:
        step(ingredients, state, batch)
    except Diverged:
        return None
    mean = state.position.loss.mean
    return mean if math.isfinite(mean) else None


def _endless(batches: BatchSource) -> Iterator[Any]:
    """The batches of epoch 1, 2, ..."""
    return itertools.chain.from_iterable(batches.epoch(number) for number in itertools.count(1))
