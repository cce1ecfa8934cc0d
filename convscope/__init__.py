"""A workbench for convolutional networks: learn, build, train, look inside, ship, apply."""

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convscope.data.dataset import Dataset
    from convscope.data.loading import load_data
    from convscope.evaluation.evaluate import evaluate
    from convscope.prediction.folder import load_model
    from convscope.prediction.model import Model
    from convscope.training.recipe import Recipe
    from convscope.training.run import train

__version__ = "0.3.0"
__all__ = ["Dataset", "Model", "Recipe", "evaluate", "load_data", "load_model", "train"]

# libgomp's threads spin while they wait: next to one busy process, training is twenty times slower.
# Read once, when torch loads: so it is set here, unless the user has.
if "torch" not in sys.modules and not {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"} & os.environ.keys():
    os.environ["GOMP_SPINCOUNT"] = "2000"

HOMES = {
    "Dataset": "convscope.data.dataset",
    "Model": "convscope.prediction.model",
    "Recipe": "convscope.training.recipe",
    "evaluate": "convscope.evaluation.evaluate",
    "load_data": "convscope.data.loading",
    "load_model": "convscope.prediction.folder",
    "train": "convscope.training.run",
}
"""Where each public name lives: loaded when asked for, so that `import convscope` costs nothing."""


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *HOMES})
