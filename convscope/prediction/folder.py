"""A model folder: config.json and model.safetensors, whole, or saying that it is not."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from convscope.atomic import replacing, write_json
from convscope.data.dataset import count_outputs
from convscope.data.preprocess import Preprocessing
from convscope.data.scheme import Scheme
from convscope.errors import BadModel
from convscope.lookup import suggestion
from convscope.networks.build import build_network, is_path, is_written_out
from convscope.prediction.model import Model
from convscope.prediction.weights import encode_weights, put_weights, read_weights, sha256

FORMAT = "convscope-1"
BUNDLED = Path(__file__).parent / "bundled"
RUNS = Path("runs")


def find_run(name: str | Path) -> Path:
    """The folder of a run: a path, a name below runs/ (also `latest`), or `bundled:NAME`."""
    text = str(name)
    if text.startswith("bundled:"):
        folder = BUNDLED / text.removeprefix("bundled:")
        if not folder.is_dir():
            known = [f"bundled:{path.name}" for path in BUNDLED.glob("*")]
            raise BadModel(f"no model {text!r} comes with convscope: {suggestion(text, known)}")
        return folder
    for folder in (Path(text), RUNS / text):
        if folder.is_dir():
            return folder
    raise BadModel(
        f"there is no run {text!r}: give the folder of one, or bundled:mnist-cnn; "
        "`convscope train` makes one"
    )


def read_config(folder: Path) -> dict[str, Any]:
    """The content of config.json; `BadModel` if it is damaged or the run unfinished."""
    path = folder / "config.json"
    if not path.is_file():
        raise BadModel(
            f"{folder} is unfinished (it has no config.json): "
            f"`convscope train --resume {folder}` goes on with it"
            if (folder / "checkpoint").is_dir()
            else f"{folder} is no model folder: it has no config.json"
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        found = config["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(f"{path} is damaged: {error}") from error
    if found != FORMAT:
        raise BadModel(f"{path} has the format {found!r}: this version reads {FORMAT!r}")
    return config


def network_of(config: Mapping[str, Any]) -> str | None:
    """What builds the network of a run again: a name, or its spec; None if only Python has it."""
    chosen = config["network"]
    return chosen["spec"] if "spec" in chosen else chosen["name"]


@contextmanager
def told_damage(folder: Path) -> Iterator[None]:
    """Inside, what config.json lacks becomes a `BadModel`."""
    try:
        yield
    except (KeyError, TypeError, AttributeError) as error:
        raise BadModel(
            f"{folder / 'config.json'} is damaged: {type(error).__name__} {error}"
        ) from error


def load_model(
    folder: str | Path, *, net: nn.Module | None = None, network: str | None = None
) -> Model:
    """The model in `folder` (a run's path or name, or `bundled:NAME`), ready to answer.

    A net that only your code knows is opened with `net=`, or with `network="file.py:Class"`.
    `BadModel` says what is missing or altered.
    """
    path = find_run(folder)
    config = read_config(path)
    with told_damage(path):
        preprocessing = Preprocessing.from_json(config["preprocessing"])
        target_names, chosen = tuple(config["target_names"]), config["network"]
        name, arguments = network_of(config), chosen["arguments"]
        task, expected = config["task"], config["weights_sha256"]
        scheme = Scheme.from_json(config["scheme"]) if task == "points" else None
    if net is None:
        named = _runnable(network, name, path)
        net = build_network(
            named,
            num_classes=count_outputs(task, target_names),
            in_channels=preprocessing.channels,
            input_size=preprocessing.size,
            arguments=arguments,
        )
    put_weights(net, read_run_weights(path, expected), str(path))
    keys = ("recipe", "resolved", "data", "seed", "versions", "weights_sha256")
    return Model(
        net=net.eval(),
        preprocessing=preprocessing,
        target_names=target_names,
        network=name,
        network_arguments=arguments,
        task=task,
        scheme=scheme,
        provenance={key: config.get(key) for key in keys},
    )


def read_run_weights(folder: Path, expected: str) -> dict[str, Tensor]:
    """The weights in a finished run's folder; `BadModel` unless `expected` is their SHA-256."""
    path = folder / "model.safetensors"
    if not path.is_file():
        raise BadModel(f"{path} is missing: the run must be trained again")
    if sha256(path.read_bytes()) != expected:
        raise BadModel(f"{path} was altered: its SHA-256 is not the one in config.json")
    return read_weights(path)


def put_away(folder: Path) -> None:
    """Take config.json away: until it is written again, the folder says that it is unfinished."""
    (folder / "config.json").unlink(missing_ok=True)


def save_weights(folder: Path, net: nn.Module) -> str:
    """The net's weights as model.safetensors; gives their SHA-256."""
    content = encode_weights(net)
    with replacing(folder / "model.safetensors") as part:
        part.write_bytes(content)
    return sha256(content)


def save_config(folder: Path, model: Model, provenance: Mapping[str, Any]) -> None:
    """config.json, the last file of a folder to be written."""
    write_json(
        folder / "config.json",
        {
            "format": FORMAT,
            "task": model.task,
            "target_names": list(model.target_names),
            **({} if model.scheme is None else {"scheme": model.scheme.to_json()}),
            "network": {
                "spec" if is_written_out(model.network or "") else "name": model.network,
                "arguments": dict(model.network_arguments),
            },
            "preprocessing": model.preprocessing.to_json(),
            **provenance,
        },
    )


def _runnable(asked: str | None, stored: str | None, folder: Path) -> str:
    """The network to build: named by the user now, or by the config unless that would run code."""
    if asked is not None:
        return asked
    if stored is None or is_path(stored):
        what = f"the class in {stored}" if stored else "a net that was given from Python"
        raise BadModel(
            f"{folder} was trained with {what}, which a config may not run: "
            "name it with --network file.py:Class, or load_model(folder, net=...)"
        )
    return stored
