"""A Model by any of its names: a run, or a network with published weights, or with given ones."""

from pathlib import Path

from convscope.data.dataset import count_outputs
from convscope.data.download import Progress
from convscope.data.preprocess import Preprocessing
from convscope.errors import BadModel, BadValue
from convscope.networks.build import build_network, title
from convscope.networks.catalogue import CATALOGUE
from convscope.networks.pretrained import count_classes
from convscope.prediction.folder import RUNS, load_model
from convscope.prediction.model import Model
from convscope.prediction.source import Source, find_source, open_source
from convscope.prediction.weights import put_weights


def open_model(
    name: str | Path,
    *,
    pretrained: bool = False,
    weights: str | Path | None = None,
    network: str | None = None,
    progress: Progress | None = None,
) -> Model:
    """The model that `name` means, ready to answer.

    Alone it is a run (a folder, a name below runs/, or `bundled:NAME`); `network` then names the
    class of a network that only you have. With `pretrained` it is a network of the catalogue, with
    its published weights: found in a data folder, or fetched once. With `weights` it is a network,
    and they are a file, a folder as Hugging Face lays it out, or a run. Preprocessing and class
    names come with the weights, otherwise from the network's published ones. What had to be done to
    the weights is in `provenance["weights"]["notes"]`.
    """
    if not pretrained and weights is None:
        _check_is_no_network(str(name))
        return load_model(name, network=network)
    if network is not None:
        raise BadValue(f"--network {network}: with other weights the network is the name {name}")
    return model_from(find_source(str(name), pretrained=pretrained, weights=weights), progress)


def model_from(source: Source, progress: Progress | None = None) -> Model:
    """The model that the network of `source` is with its weights.

    `BadModel` if they do not fit it, or if nothing says how pictures are prepared for them.
    """
    preprocessing, class_names = _known(source)
    net = build_network(
        source.network,
        num_classes=count_outputs(source.task, class_names),
        in_channels=preprocessing.channels,
        input_size=preprocessing.size,
        arguments=source.network_arguments,
    )
    opened = open_source(source, progress)
    classes = count_classes(opened.weights, net)
    if classes not in (None, count_classes(net.state_dict(), net)):
        raise BadModel(
            f"{source.name} answers {classes:,} classes, and there are names for "
            f"{len(class_names):,}: {_training(source)} makes a new head for yours"
        )
    put_weights(net, opened.weights, source.name)
    return Model(
        net=net.eval(),
        preprocessing=preprocessing,
        target_names=class_names,
        network=source.network,
        network_arguments=source.network_arguments,
        task=source.task,
        scheme=source.scheme,
        provenance={"weights": opened.to_json()},
    )


def notes_of(model: Model) -> list[str]:
    """What had to be done to the weights of `model`, in sentences; empty for a run."""
    return list((model.provenance.get("weights") or {}).get("notes", ()))


def _known(source: Source) -> tuple[Preprocessing, tuple[str, ...]]:
    if source.preprocessing is None or source.target_names is None:
        raise BadModel(
            f"nothing says how {source.name} wants its pictures and what its classes are called, "
            f"and there are no published weights of {title(source.network)} to take that "
            f"from: {_training(source)} learns both"
        )
    return source.preprocessing, source.target_names


def _training(source: Source) -> str:
    network = title(source.network)
    return f"`convscope train folder --data FOLDER --network {network} --weights {source.name}`"


def _check_is_no_network(name: str) -> None:
    """`BadModel` if `name` is a network and no run."""
    if name in CATALOGUE and not Path(name).is_dir() and not (RUNS / name).is_dir():
        raise BadModel(
            f"{name} is a network without weights here: --pretrained takes the published ones, "
            "--weights a file, a folder or a run"
        )
