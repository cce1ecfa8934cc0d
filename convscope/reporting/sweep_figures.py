"""The figures of a sweep: its runs' curves, and what each value of each field was worth."""

from convscope.drawing.sweep import draw_effect, draw_runs
from convscope.reporting.figures import Draw
from convscope.training.grid import written
from convscope.training.sweep import Swept
from convscope.training.trials import SEED


def curves_of(swept: Swept) -> Draw | None:
    """What draws the validation loss of every run that measured any; None if none did."""
    runs = [run for run in swept.outcomes if run.history is not None]
    if not runs:
        return None
    field = coloured_by(swept)
    curves = [
        ([record.epoch for record in run.history], run.history[f"validation_{swept.metrics[0]}"])
        for run in runs
        if run.history is not None
    ]
    values = [written(run.trial.values[field]) for run in runs]
    chosen = None if swept.winner is None else runs.index(swept.winner)
    return lambda theme: draw_runs(curves, values, field, chosen, theme)


def effects_of(swept: Swept) -> dict[str, Draw]:
    """Field -> what draws the lowest validation loss of every run by its values."""
    losses = [run.value for run in swept.outcomes]
    chosen = None if swept.winner is None else swept.outcomes.index(swept.winner)

    def draw(field: str) -> Draw:
        values = [written(run.trial.values[field]) for run in swept.outcomes]
        return lambda theme: draw_effect(values, losses, field, chosen, theme)

    return {field: draw(field) for field in swept.sweep.grid}


def coloured_by(swept: Swept) -> str:
    """The field that tells curves apart: the first with several values, but rather no seed."""
    several = [field for field, values in swept.sweep.grid.items() if len(values) > 1]
    return next((field for field in several if field != SEED), [*several, *swept.sweep.grid][0])
