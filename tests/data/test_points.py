import shutil

import pytest
import torch
from PIL import Image as Picture
from torch.testing import assert_close

from convscope.data.loading import load_data
from convscope.data.points import is_points_folder, read_points_folder
from convscope.errors import BadData, BadValue
from tests.data.marked import make_spots, save_spot, write_table
from tests.data.photographs import make_folder_of_classes

PEOPLE = [f"person{i}_{j}.png" for i in range(11) for j in range(3)]


@pytest.fixture
def spots(own_place):
    folder = make_spots(own_place / "spots", "train", PEOPLE)
    return make_spots(folder, "test", [f"guest{i}_1.png" for i in range(5)], seed=7)


def brightest(image):
    """(x, y) of the centre of mass of what is bright."""
    bright = image.float().mean(0)
    bright = (bright - 100).clamp(min=0)
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in bright.shape), indexing="ij")
    return torch.stack([(bright * columns).sum(), (bright * rows).sum()]) / bright.sum()


def test_points_lie_where_the_stored_pictures_show_them(spots):
    whole = read_points_folder(spots, size=31).parts["train"]
    assert whole.task == "points"
    assert (len(whole), whole.image_shape, whole.target_names) == (
        33,
        (3, 31, 31),
        ("left", "right"),
    )
    found = torch.stack([brightest(image) for image in whole.images[:]])
    assert_close(found, whole.targets[:, 0], atol=0.5, rtol=0)
    assert (whole.images.shape[2:], whole.targets.dtype) == ((31, 31), torch.float32)


def test_a_person_is_in_one_part_and_the_test_part_is_the_folders(spots):
    splits = load_data(spots, size=31)
    assert splits.counts() == {"train": 27, "validation": 6, "test": 5}
    people = [{name[:14] for name in splits[part].names} for part in ("train", "validation")]
    assert not people[0] & people[1]
    assert "16 groups" in splits.origin.notes[0]
    again = load_data(splits.origin.source, **splits.origin.options)
    assert again.fingerprint == splits.fingerprint
    assert splits.train.scheme.pairs == ((0, 1),)


def test_names_that_only_count_make_no_groups(own_place):
    folder = make_spots(own_place / "n", "train", [f"{i:03}.png" for i in range(20)])
    assert read_points_folder(folder).parts["train"].groups is None


def test_a_group_column_and_group_by_come_before_names(own_place):
    folder = make_spots(own_place / "n", "train", PEOPLE)
    text = (folder / "train.csv").read_text().splitlines()
    grouped = [
        text[0] + ",group",
        *(f"{line},{'' if i == 0 else i % 4}" for i, line in enumerate(text[1:])),
    ]
    (folder / "train.csv").write_text("\n".join(grouped))
    groups = read_points_folder(folder).parts["train"].groups
    assert groups[:5] == ("alone train/person0_0.png", "1", "2", "3", "0")
    asked = read_points_folder(folder, group_by=r"_(\d)").parts["train"].groups
    assert asked[:4] == ("0", "1", "2", "0")
    with pytest.raises(BadValue, match="in no picture's name"):
        read_points_folder(folder, group_by="zebra")


def test_one_table_beside_its_pictures_is_cut_in_three(own_place):
    folder = make_spots(own_place / "n", "train", PEOPLE)
    (folder / "train.csv").rename(folder / "points.csv")
    for picture in (folder / "train").iterdir():
        picture.rename(folder / picture.name)
    (folder / "train").rmdir()
    assert is_points_folder(folder)
    assert min(load_data(folder).counts().values()) >= 3


def test_a_table_of_validation_becomes_the_sealed_test(own_place):
    folder = make_spots(own_place / "n", "train", PEOPLE)
    make_spots(folder, "val", [f"v{i}.png" for i in range(4)], seed=3)
    splits = load_data(folder)
    assert splits.counts()["test"] == 4
    assert any("val becomes the sealed test" in note for note in splits.origin.notes)


def test_points_outside_and_empty_cells_are_not_known(own_place):
    folder = own_place / "n"
    rows = {}
    for i, (w, h) in enumerate([(20, 30), (31, 17), (24, 24), (19, 23)]):
        save_spot(folder / "train" / f"{i}.png", (9, 9), (w, h), seed=i)
        rows[f"{i}.png"] = (9, 9, w, 3) if i < 2 else (9, 9, "", "")
    write_table(folder / "train.csv", "name,x1,y1,x2,y2", rows)
    pools = read_points_folder(folder)
    assert pools.parts["train"].target_counts() == [4, 0]
    assert any("2 points lie outside" in note for note in pools.notes)
    rows["3.png"] = ("", "", "", "")
    write_table(folder / "train.csv", "name,x1,y1,x2,y2", rows)
    assert any("1 pictures have no point" in note for note in read_points_folder(folder).notes)


def test_coordinates_that_are_no_pixels_are_told(own_place):
    folder = make_spots(own_place / "n", "train", ["a.png", "b.png"])
    rows = {"a.png": (900, 900, 901, 3), "b.png": (-9, 3, 2, -8)}
    write_table(folder / "train.csv", "name,x1,y1,x2,y2", rows)
    with pytest.raises(BadData, match="in pixels"):
        read_points_folder(folder)


def test_a_picture_turned_by_exif_has_its_points_upright(own_place):
    folder = own_place / "n"
    save_spot(folder / "train" / "b.png", (5, 9), (31, 21), seed=1)
    upright = Picture.open(folder / "train" / "b.png")
    exif = Picture.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn by a quarter to look at it
    upright.rotate(90, expand=True).save(folder / "train" / "a.jpg", exif=exif, quality=95)
    write_table(folder / "train.csv", "name,x1,y1", {"a.jpg": (5, 9), "b.png": (5, 9)})
    whole = read_points_folder(folder, size=31).parts["train"]
    assert whole.sizes.tolist() == [[31, 21], [31, 21]]
    for image, points in zip(whole.images[:], whole.targets, strict=True):
        assert_close(brightest(image), points[0], atol=0.5, rtol=0)


def test_missing_pictures_are_named_or_left_out(spots):
    (spots / "train" / "person3_1.png").unlink()
    with pytest.raises(
        BadData, match=r"train\.csv, line 12: person3_1\.png is not in .*--skip-unreadable"
    ):
        read_points_folder(spots)
    pools = read_points_folder(spots, skip_unreadable=True)
    assert len(pools.parts["train"]) == 32
    assert pools.broken[0][0] == "person3_1.png"


def test_broken_pictures_are_left_out(spots):
    (spots / "train" / "person3_1.png").write_bytes(b"no picture")
    assert len(read_points_folder(spots, skip_unreadable=True).parts["train"]) == 32
    with pytest.raises(BadData, match="person3_1"):
        read_points_folder(spots)


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd.png"])
def test_names_lead_nowhere_else(spots, name):
    write_table(spots / "train.csv", "name,left_x,left_y,right_x,right_y", {name: (1, 2, 3, 4)})
    with pytest.raises(BadData, match="leads out of"):
        read_points_folder(spots)


def test_tables_must_have_the_same_points(spots):
    text = (spots / "test.csv").read_text().replace("right_x,right_y", "tail_x,tail_y")
    (spots / "test.csv").write_text(text)
    with pytest.raises(BadData, match=r"test\.csv, line 1: it has other points.*tail"):
        read_points_folder(spots)


def test_tables_that_mean_the_same_part_or_no_part_are_refused(spots):
    shutil.copy(spots / "test.csv", spots / "a.csv")
    (spots / "train.csv").rename(spots / "b.csv")
    with pytest.raises(BadData, match="several tables"):
        read_points_folder(spots)
    (spots / "b.csv").rename(spots / "train.csv")
    (spots / "a.csv").rename(spots / "training.csv")
    with pytest.raises(BadData, match="are both tables of train"):
        read_points_folder(spots)


def test_folders_of_classes_are_no_points(own_place):
    zoo = make_folder_of_classes(own_place / "zoo", {"ants": 3, "bees": 3})
    assert not is_points_folder(zoo)
    (zoo / "labels.csv").write_text("name,label\na,b\n")
    assert not is_points_folder(zoo)
    parted = make_folder_of_classes(own_place / "p" / "train", {"ants": 3, "bees": 3}).parent
    (parted / "train.csv").write_text("name,label\na,b\n")
    assert not is_points_folder(parted)


def test_class_folders_and_a_table_of_boxes_are_asked_about(own_place):
    folder = make_folder_of_classes(own_place / "zoo", {"ants": 12, "bees": 13})
    (folder / "boxes.csv").write_text("file,x1,y1,x2,y2\nants/0.png,1,1,2,2\n")
    with pytest.raises(BadData, match=r"\(ants, bees\) and a table of points \(boxes.csv\): call"):
        load_data(folder)
    (folder / "boxes.csv").rename(folder / "points.csv")
    assert is_points_folder(folder)
    (folder / "points.csv").unlink()
    assert load_data(folder).train.task == "classes"


def test_a_bad_header_of_a_folder_of_points_is_told(spots):
    text = (spots / "train.csv").read_text().replace("left_x", "left")
    (spots / "train.csv").write_text(text)
    with pytest.raises(BadData, match="line 1: 'left' and 'left_y'"):
        load_data(spots)


def test_the_real_faces(shared_data):
    splits = load_data(shared_data / "facial-keypoints", size=24)
    assert splits.counts() == {"train": 640, "validation": 160, "test": 128}
    people = [set(splits[part].groups) for part in splits.counts()]
    assert [len(p) for p in people] == [218, 54, 35]
    assert len(set.union(*people)) == 307
    assert not splits.train.targets.isnan().any()
