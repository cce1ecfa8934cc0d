import shutil
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from convscope.data.folder import read_folder
from convscope.data.loading import load_data
from convscope.data.picture_cache import visible
from convscope.errors import BadData, BadValue, UnknownName
from tests.data.photographs import make_folder_of_classes, save_picture


@pytest.fixture
def zoo(own_place) -> Path:
    return make_folder_of_classes(own_place / "zoo", {"ants": 11, "bees": 13, "cows": 7})


@pytest.fixture
def parted(own_place) -> Path:
    for part, counts in {
        "train": {"ants": 11, "bees": 13},
        "val": {"ants": 3, "bees": 5},
        "test": {"ants": 2, "bees": 7},
    }.items():
        make_folder_of_classes(own_place / "zoo" / part, counts)
    return own_place / "zoo"


def test_each_picture_has_the_label_of_its_class_folder(zoo):
    whole = read_folder(zoo).parts["train"]
    assert whole.class_names == ("ants", "bees", "cows")
    assert whole.class_counts() == [11, 13, 7]
    assert all(
        name.startswith(whole.class_names[label])
        for name, label in zip(whole.names, whole.labels.tolist(), strict=True)
    )


def test_pictures_in_folders_below_a_class_folder_belong_to_it(zoo):
    save_picture(zoo / "ants" / "2026" / "summer" / "a.png", seed=99)
    whole = read_folder(zoo).parts["train"]
    assert whole.class_counts() == [12, 13, 7]
    assert "ants/2026/summer/a.png" in whole.names


def test_classes_are_in_natural_order(own_place):
    folder = make_folder_of_classes(
        own_place / "n", dict.fromkeys(["10", "9", "a2", "A10", "1"], 2)
    )
    assert read_folder(folder).parts["train"].class_names == ("1", "9", "10", "a2", "A10")


def test_a_folder_without_parts_is_cut_here_and_loads_the_same_again(zoo):
    splits = load_data(zoo, validation=0.25)
    assert sum(splits.counts().values()) == 31
    assert min(min(splits[part].class_counts()) for part in splits.counts()) >= 1
    assert splits.origin is not None
    again = load_data(splits.origin.source, **splits.origin.options)
    assert again.fingerprint == splits.fingerprint


@pytest.mark.parametrize("name", ["val", "valid", "validation", "Val"])
def test_parts_that_are_there_are_taken_as_they_are(parted, name):
    (parted / "val").rename(parted / name)
    splits = load_data(parted)
    assert splits.counts() == {"train": 24, "validation": 8, "test": 9}
    assert splits.origin is not None
    assert splits.origin.notes == ()


def test_with_train_and_val_only_val_is_sealed_and_that_is_said(parted):
    shutil.rmtree(parted / "test")
    splits = load_data(parted)
    assert splits.counts()["test"] == 8
    assert splits.counts()["train"] + splits.counts()["validation"] == 24
    assert splits.origin is not None
    (note,) = splits.origin.notes
    assert "val becomes the sealed test set" in note


def test_with_train_and_test_only_validation_is_carved_out(parted):
    shutil.rmtree(parted / "val")
    counts = load_data(parted).counts()
    assert counts["test"] == 9
    assert counts["train"] + counts["validation"] == 24


def test_a_class_called_train_is_a_class(own_place):
    folder = make_folder_of_classes(own_place / "vehicles", {"train": 5, "bus": 5, "test": 5})
    assert read_folder(folder).parts["train"].class_names == ("bus", "test", "train")


def test_a_picture_that_is_in_two_parts_is_named_and_not_learned_from(parted):
    shutil.copy(parted / "train" / "ants" / "0.png", parted / "val" / "ants" / "other name.png")
    shutil.copy(parted / "val" / "bees" / "0.png", parted / "test" / "bees" / "again.png")
    splits = load_data(parted)
    assert splits.counts() == {"train": 23, "validation": 8, "test": 10}
    assert splits.origin is not None
    assert (
        "train/ants/0.png is the same picture as val/ants/other name.png" in splits.origin.notes[0]
    )
    assert "val/bees/0.png is the same picture as test/bees/again.png" in splits.origin.notes[1]


def spoil(folder: Path, count: int) -> list[str]:
    """Truncate, empty or rewrite that many pictures; gives their names."""
    paths = sorted(folder.rglob("*.png"))[:count]
    for i, path in enumerate(paths):
        content = [path.read_bytes()[:150], b"", b"some words"][i % 3]
        path.write_bytes(content)
    return [path.relative_to(folder).as_posix() for path in paths]


def test_up_to_one_in_a_hundred_files_may_be_broken_and_is_named(own_place):
    folder = make_folder_of_classes(own_place / "many", {"a": 100, "b": 100}, size=(8, 8))
    names = spoil(folder, 2)
    pools = read_folder(folder)
    assert len(pools.parts["train"]) == 198
    (note,) = pools.notes
    assert note.startswith("2 of 200 files cannot be used and are left out: ")
    assert all(name in note for name in names)
    assert [name for name, _ in pools.broken] == names


def test_more_are_all_named_and_the_option_goes_on(zoo):
    names = spoil(zoo, 12)
    with pytest.raises(BadData, match=r"12 of 31 files cannot be used, more than 1 %") as refusal:
        read_folder(zoo)
    assert all(name in str(refusal.value) for name in names)
    assert "--skip-unreadable" in str(refusal.value)
    pools = read_folder(zoo, skip_unreadable=True)
    assert len(pools.parts["train"]) == 19
    assert "and 2 more" in pools.notes[0]


def test_files_that_are_no_pictures_are_broken_too_but_hidden_ones_and_clutter_are_not(zoo):
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        (zoo / "ants" / name).write_text("x")
    assert read_folder(zoo).broken == ()
    (zoo / "ants" / "readme.txt").write_text("x")
    (zoo / "ants" / "nowhere.png").symlink_to("gone.png")
    with pytest.raises(BadData, match="readme.txt .not a picture by its name"):
        read_folder(zoo)
    broken = dict(read_folder(zoo, skip_unreadable=True).broken)
    assert "does not exist" in broken["ants/nowhere.png"]


def test_an_empty_class_folder_is_left_out_and_told(zoo):
    (zoo / "dogs").mkdir()
    pools = read_folder(zoo)
    assert pools.parts["train"].class_names == ("ants", "bees", "cows")
    assert pools.notes == ("no picture in class dogs: left out",)


def test_groups_stay_in_one_part(own_place):
    for i in range(60):
        save_picture(own_place / "faces" / "ab"[i % 2] / f"p{i // 6}-{i}.png", seed=i)
    splits = load_data(own_place / "faces", group_by=r"/(p\d+)-")
    seen = [
        {name.split("/")[1].split("-")[0] for name in splits[part].names}
        for part in splits.counts()
    ]
    assert all(seen)
    assert len(set().union(*seen)) == sum(map(len, seen)) == 10
    assert splits.train.groups is not None
    assert splits.train.groups[0].startswith("p")


def test_a_group_that_was_put_in_two_parts_is_told(parted):
    notes = read_folder(parted, group_by=r"/(\d+)\.png").notes
    assert any("are in several parts: 0, 1, 2, 3, 4" in note for note in notes), notes


def test_a_folder_is_decoded_once_however_it_is_spelled(zoo, monkeypatch):
    read_folder(zoo)
    monkeypatch.setattr("convscope.data.picture_cache.read_pixels", lambda path: pytest.fail(path))
    monkeypatch.chdir(zoo.parent)
    assert len(read_folder(Path("zoo")).parts["train"]) == 31


def test_pictures_outside_any_group_are_told(zoo):
    pools = read_folder(zoo, group_by="(ants)|(bees)")
    assert "is not in the names of 7 pictures, such as cows/0.png" in pools.notes[0]


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"group_by": "("}, BadValue, "is not a regular expression"),
        ({"group_by": "person"}, BadValue, "is in no picture's name"),
    ],
)
def test_a_pattern_that_finds_nothing_is_refused(zoo, options, error, said):
    with pytest.raises(error, match=said):
        read_folder(zoo, **options)


def test_what_is_no_folder_of_class_folders_is_told_what_is_expected(own_place):
    (own_place / "empty").mkdir()
    (own_place / "flat").mkdir()
    save_picture(own_place / "flat" / "a.png", seed=1)
    (own_place / "hollow" / "ants").mkdir(parents=True)
    for name, said in {
        "empty": "has no class folders: pictures are expected in a folder per class",
        "flat": "has no class folders",
        "hollow": "its class folders are empty",
    }.items():
        with pytest.raises(BadData, match=said):
            load_data(own_place / name)
    with pytest.raises(UnknownName, match="no data set or folder is called"):
        load_data(own_place / "nowhere")
    with pytest.raises(BadData, match="a.png is a file: give a folder"):
        load_data(own_place / "flat" / "a.png")


def test_a_class_that_is_only_asked_is_refused(parted):
    make_folder_of_classes(parted / "test" / "x", {"y": 1})
    with pytest.raises(BadData, match="class x of .* is in no training folder"):
        load_data(parted)


def test_two_folders_for_one_part_are_refused(parted):
    make_folder_of_classes(parted / "validation", {"ants": 1})
    with pytest.raises(BadData, match="two folders for validation"):
        load_data(parted)


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "\"quotes\" and 'quotes'",
    "two\nlines",
    "=cmd()",
    "x" * 251,
    "a..b",
    "$100 %s {0}",
    "line\u2028separator",
]


def test_hostile_names_are_names(own_place):
    folder = own_place / "hostile"
    for number, word in enumerate(["ordinary", *HOSTILE]):
        for i in range(3):
            save_picture(folder / word / f"{word[:40]}{i}.png", seed=3 * number + i)
    (folder / "ordinary" / "bytes\udcff.png").write_bytes(
        (folder / "ordinary" / "ordinary0.png").read_bytes()
    )
    whole = read_folder(folder).parts["train"]
    assert set(whole.class_names) == {"ordinary", *HOSTILE}
    assert any(name.endswith("bytes\\xff.png") for name in whole.names)
    "".join(whole.names).encode("utf-8")
    assert visible("a\udcff") == "a\\xff"


@pytest.mark.parametrize("inner", ["", "zoo/", "a/b/"])
def test_an_archive_is_read_like_the_folder_in_it(zoo, own_place, inner):
    base = own_place / "packed"
    shutil.copytree(zoo, base / inner)
    archive = shutil.make_archive(str(own_place / "zoo"), "zip", base)
    splits = load_data(archive)
    assert splits.name == "zoo.zip"
    assert splits.fingerprint == load_data(zoo).fingerprint


def test_a_stored_photograph_is_the_same_tensor_through_its_file_and_through_the_map(shared_data):
    from convscope.data.batches import Batches
    from convscope.data.pixels import read_pixels
    from convscope.data.preprocess import fit_preprocessing

    folder = shared_data / "folders" / "hymenoptera"
    splits = load_data(folder)
    preprocessing = fit_preprocessing(splits.train.images)
    for part in ("validation", "test"):
        (mapped,) = (images for images, _ in Batches(splits[part], preprocessing, 1000).epoch(0))
        from_files = [preprocessing(read_pixels(folder / name)) for name in splits[part].names]
        assert_close(mapped, torch.stack(from_files), rtol=0, atol=0)
