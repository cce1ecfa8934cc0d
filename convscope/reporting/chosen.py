"""Which pictures are looked at: a folder's, a catalogue data set's, or those of a run itself."""

from collections.abc import Sequence
from pathlib import Path

from convscope.data.catalogue import CATALOGUE
from convscope.data.dataset import Splits
from convscope.data.download import Progress
from convscope.data.loading import find_folder, load_data
from convscope.data.picture_cache import visible
from convscope.data.pixels import find_pictures
from convscope.data.pools import PART_NAMES
from convscope.errors import BadValue
from convscope.evaluation.evaluate import own_data
from convscope.prediction.model import Model
from convscope.prediction.pictures import Pictures, pictures_of

SHOWN = ("train", "validation")
"""Parts that are looked at where no other is asked for: the test set stays sealed."""


def choose_pictures(
    model: Model, data: str | None, part: str | None = None, progress: Progress | None = None
) -> Pictures:
    """The pictures that `data` names, train and validation where there are parts, or one `part`.

    Without `data`, and where it is what the model was trained on, they are cut as they were then.
    Pictures of any other folder carry the name of the folder they lie in as their label.
    """
    stored = model.provenance.get("data") or {}
    if data is None and not stored:
        raise BadValue("nothing says which pictures: name a folder or a data set of the catalogue")
    if data is None or _is_own(data, stored.get("source")):
        return _parts(own_data(stored, data or "the model"), part)
    if data in CATALOGUE:
        return _parts(load_data(data, progress=progress), part)
    return in_folder(find_folder(data), part)


def in_folder(folder: Path, part: str | None = None) -> Pictures:
    """The pictures in `folder` and below, each labelled by the folder it lies in.

    Below folders called train, val and test those of the sealed part are left out (test, or val
    where there is no test), unless `part` asks for it. `BadValue` if it has no such part.
    """
    files = find_pictures(folder)
    if not any(_part(file, folder) == "train" for file in files):
        if part is not None:
            raise BadValue(f"{folder} has no parts: leave --part {part} out")
        return of_files(files, folder)
    parts = {file: _part(file, folder) for file in files}
    if "test" not in parts.values():  # as training does: val becomes the sealed test set
        parts = {file: "test" if p == "validation" else p for file, p in parts.items()}
    wanted = SHOWN if part is None else (part,)
    chosen = [file for file, its in parts.items() if its in wanted]
    if not chosen:
        raise BadValue(f"{folder} has no part {part!r}: it has {', '.join(_sorted(parts))}")
    return of_files(chosen, folder)


def of_files(files: Sequence[Path], folder: Path | None = None) -> Pictures:
    """`files` as pictures: named by their path below `folder`, labelled by the folder they lie in.

    Those that lie in `folder` itself have no label, nor have any without it.
    """
    inside = [folder not in (None, file.parent) for file in files]
    labels = [visible(f.parent.name) if i else None for f, i in zip(files, inside, strict=True)]
    names = [visible(str(f if folder is None else f.relative_to(folder))) for f in files]
    title = f"{len(files):,} files" if folder is None else visible(folder.resolve().name)
    return Pictures(title=title, names=tuple(names), labels=tuple(labels), places=tuple(files))


def _parts(splits: Splits, part: str | None) -> Pictures:
    wanted = SHOWN if part is None else (part,)
    return pictures_of(splits.name, [splits[name] for name in wanted])


def _part(file: Path, folder: Path) -> str | None:
    """The part that the outermost folder of `file` is called after, if it holds class folders."""
    words = file.relative_to(folder).parts
    return PART_NAMES.get(words[0].lower()) if len(words) > 2 else None


def _sorted(parts: dict[Path, str | None]) -> list[str]:
    return sorted({str(part) for part in parts.values() if part})


def _is_own(data: str, source: str | None) -> bool:
    if source is None or data in CATALOGUE or source in CATALOGUE:
        return data == source
    return Path(data).expanduser().resolve() == Path(source)
