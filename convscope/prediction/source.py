"""Where weights come from, and what they bring along: preprocessing, class names, arguments."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from convscope.data.download import Progress
from convscope.data.preprocess import Preprocessing
from convscope.data.scheme import Scheme
from convscope.errors import BadModel, BadValue
from convscope.lookup import few
from convscope.networks.published import PUBLISHED, published_for
from convscope.networks.published_file import find_published, sha256_of
from convscope.prediction.folder import BUNDLED, find_run, read_config, told_damage
from convscope.prediction.hub_folder import FILES, INDEXES, hub_config, read_hub_folder
from convscope.prediction.weights import open_weights

SUFFIXES = (".safetensors", ".pt", ".pth", ".bin")


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """Weights that are not read yet, nor fetched, and what comes with them."""

    name: str
    """As the user says it."""
    address: str
    """What names it from anywhere, on the web too."""
    file: Path | None
    """None for the published weights of `network`: they are found when they are opened."""
    network: str
    """What they are for."""
    sha256: str | None = None
    """What the file's must be; None where nobody says."""
    preprocessing: Preprocessing | None = None
    prepared_by: str | None = None
    """Whose `preprocessing` is: these weights' own, or that of the network's published ones."""
    target_names: tuple[str, ...] | None = None
    network_arguments: Mapping[str, Any] = field(default_factory=dict)
    task: str = "classes"
    scheme: Scheme | None = None
    """Of points."""
    notes: tuple[str, ...] = ()
    """What a person should know."""


@dataclass(frozen=True, eq=False)
class Opened:
    """The weights of a source, and what config.json records of them."""

    weights: Mapping[str, Tensor]
    source: str
    sha256: str
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All but the weights themselves."""
        return {"source": self.source, "sha256": self.sha256, "notes": list(self.notes)}


def find_source(
    network: str, *, pretrained: bool = False, weights: str | Path | None = None
) -> Source:
    """The published weights of `network`, or those that `weights` names; nothing is read yet.

    `weights` is a file, a folder as Hugging Face lays it out, or a run. Preprocessing and class
    names that it does not bring are those of the network's published weights, if there are any.
    """
    if pretrained == (weights is not None):
        raise BadValue("weights come from --pretrained or from --weights: give one of the two")
    entry = PUBLISHED.get(network)
    source = _published(network) if weights is None else _named(weights, network)
    own = source.preprocessing is not None
    return replace(
        source,
        preprocessing=source.preprocessing or (entry and entry.preprocessing),
        prepared_by="these weights" if own else entry and f"the published weights of {network}",
        target_names=source.target_names or (entry and entry.class_names),
    )


def open_source(source: Source, progress: Progress | None = None) -> Opened:
    """The weights of `source`, fetched if they are published ones that no data folder has.

    `BadModel` if the file is missing, unsafe, or not what was left there.
    """
    file = source.file or find_published(source.network, progress)
    if not file.is_file():
        raise BadModel(f"{file} does not exist: check the path")
    sha256 = sha256_of(file)
    if source.sha256 not in (None, sha256):
        raise BadModel(f"{file} was altered: its SHA-256 is not the one in config.json")
    weights, notes = open_weights(file)
    if odd := [key for key, t in weights.items() if not t.isfinite().all()]:
        raise BadModel(
            f"{file} holds numbers that are not finite (in {few(odd, 4)}): the training that left "
            "them diverged, or they are damaged; take others"
        )
    return Opened(weights, source.address, sha256, (*source.notes, *notes))


def _published(network: str) -> Source:
    entry = published_for(network)
    return Source(name=entry.file, address=entry.url, file=None, network=network)


def _named(weights: str | Path, network: str) -> Source:
    path, name = Path(weights), str(weights)
    if path.is_file() or path.suffix in SUFFIXES:
        return Source(name=name, address=str(path.resolve()), file=path, network=network)
    folder = find_run(weights)
    address = name if folder.parent == BUNDLED else str(folder.resolve())
    if _is_of_the_hub(folder):
        brought = read_hub_folder(folder)
        return Source(
            name=name,
            address=address,
            file=brought.file,
            network=network,
            preprocessing=brought.preprocessing,
            target_names=brought.class_names,
            notes=brought.notes,
        )
    config = read_config(folder)
    with told_damage(folder):
        return Source(
            name=name,
            address=address,
            file=folder / "model.safetensors",
            network=network,
            sha256=config["weights_sha256"],
            preprocessing=Preprocessing.from_json(config["preprocessing"]),
            target_names=tuple(config["target_names"]),
            network_arguments=config["network"]["arguments"],
            task=config["task"],
            scheme=Scheme.from_json(config["scheme"]) if config["task"] == "points" else None,
        )


def _is_of_the_hub(folder: Path) -> bool:
    """Whether `folder` holds weights, and nothing says that a run of ours left them."""
    ours = (folder / "checkpoint").is_dir() or "format" in hub_config(folder)
    return not ours and any((folder / name).is_file() for name in (*FILES, *INDEXES))
