"""One run, started or gone on with; written to be killed. Checkpoints come after every step.

python kill_and_resume.py FOLDER CHECKPOINT_SECONDS
"""

import sys
from pathlib import Path

from convscope.training import running
from convscope.training.recipe import Recipe
from convscope.training.run import resume, train

RECIPE = Recipe().changed(
    network="cnn",
    network_arguments={"hidden": 50},
    augment="flip+shift:1+mixup",
    optimizer="adamw",
    learning_rate=0.01,
    epochs=12,
    batch_size=32,
    ema=0.99,
    validated="ema",
    threads=1,
    precision="float32",
    memory_format="channels_last",
)


if __name__ == "__main__":
    running.CHECKPOINT_SECONDS = float(sys.argv[2])
    folder = Path(sys.argv[1])
    begun = any((folder / "checkpoint").glob("*.safetensors"))
    print("go", flush=True)
    run = resume(folder) if begun else train(RECIPE, out=folder)
    print("done", run.folder, flush=True)
