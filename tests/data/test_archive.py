import os
import resource
import signal
import stat
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from convscope.data import archive as rules
from convscope.data.archive import extract, is_archive, unpacked
from convscope.data.download import cache_folder
from convscope.errors import BadData, CannotWrite
from tests.data.archives import TARS, packed, tar_header, tar_of, zip_of

CONTENTS = {
    "cats/one.png": b"\x89PNG" + bytes(range(256)) * 7,
    "cats/Zoë und Mia.png": b"miau" * 20_011,
    "dogs/deep/down/three.jpg": b"",
    f"dogs/{'n' * 120}/{'long' * 50}.bmp": b"BM" * 13,
}

BOTH = pytest.mark.parametrize("kind", ["zip", "tar"])


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def refusal(archive: Path, error: type[Exception] = BadData) -> str:
    """The sentence with which `archive` is refused; nothing is left of it anywhere."""
    before = sorted(Path().rglob("*"))
    with pytest.raises(error) as refused:
        extract(archive, Path("out"))
    assert sorted(Path().rglob("*")) == before
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


@pytest.mark.parametrize("suffix", [".zip", *TARS])
def test_what_was_packed_comes_back_byte_for_byte(suffix, own_place):
    archive = packed(own_place / f"Photos{suffix}", CONTENTS)
    assert extract(archive, own_place / "out") == own_place / "out"
    assert files_below(own_place / "out") == CONTENTS
    assert sorted(own_place.iterdir()) == [archive, own_place / "out"]


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_tar_format_is_read(format, own_place):
    longest = 150 if format == tarfile.USTAR_FORMAT else 1000
    contents = {name: content for name, content in CONTENTS.items() if len(name) < longest}
    extract(packed(own_place / "a.tar", contents, format), own_place / "out")
    assert files_below(own_place / "out") == contents


def test_an_archive_is_known_by_how_its_name_ends():
    for name in ("a.zip", "A.ZIP", "a.tar", "a.tar.gz", "a.TGZ", "a.tbz2", "a.tar.xz", "a.b.txz"):
        assert is_archive(Path(name))
    for name in ("a", "a.gz", "a.rar", "zip", "a.zip/b.png", "a.7z"):
        assert not is_archive(Path(name))


def test_another_ending_is_refused_with_those_that_are_read(own_place):
    (own_place / "a.rar").touch()
    assert ".zip, .tar, .tar.gz" in refusal(own_place / "a.rar")


@BOTH
def test_hidden_files_and_those_of_macos_are_passed_over(kind, own_place):
    clutter = dict.fromkeys(["__MACOSX/a.png", ".DS_Store", "b/.git/config", "./.x/y"], b"clutter")
    folders = dict.fromkeys(["__MACOSX/", "./", ".git/"], b"")
    archive = packed(own_place / f"a.{kind}", {**folders, **clutter, "./b//a.png": b"a"})
    assert files_below(extract(archive, own_place / "out")) == {"b/a.png": b"a"}


@BOTH
def test_empty_folders_are_made_and_may_be_named_twice(kind, own_place):
    archive = own_place / f"a.{kind}"
    if kind == "zip":
        archive.write_bytes(zip_of(b"a/b/", count=2))
    else:
        archive.write_bytes(tar_of(tar_header("a/b/"), tar_header("a/b/")))
    assert [path.name for path in extract(archive, own_place / "out").rglob("*")] == ["a", "b"]


@BOTH
def test_permissions_are_not_taken_over(kind, own_place):
    archive = own_place / f"a.{kind}"
    if kind == "zip":
        archive.write_bytes(zip_of(b"a.png", mode=stat.S_IFREG | 0o6777))
    else:
        archive.write_bytes(tar_of(tar_header("a.png")))
    (own_place / "plain").touch()
    (own_place / "folder").mkdir()
    folder = extract(archive, own_place / "out")
    assert (folder / "a.png").stat().st_mode == (own_place / "plain").stat().st_mode
    assert folder.stat().st_mode == (own_place / "folder").stat().st_mode


NAMES = {
    "../a.png": "leads out of the folder",
    "a/../../a.png": "leads out of the folder",
    ".hidden/../a.png": "leads out of the folder",
    "a/..": "leads out of the folder",
    "/etc/a.png": "has an absolute path",
    "//server/a.png": "has an absolute path",
    "C:/a.png": "has a drive in its path",
    "a/c:a.png": "has a drive in its path",
    "a\\b.png": "has a backslash in its path",
    "..\\a.png": "has a backslash in its path",
    "é" * 128: "has a name of more than 255 bytes",
    "a/" * 33 + "a.png": "lies in more than 32 folders",
    "a\x1b[2J/../b\n.png": "leads out of the folder",
}


@BOTH
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_that_leads_elsewhere_is_refused(name, kind, own_place):
    archive = own_place / f"a.{kind}"
    if kind == "zip":
        archive.write_bytes(zip_of(name.encode()))
    else:
        archive.write_bytes(tar_of(tar_header(name)))
    message = refusal(archive)
    assert NAMES[name] in message
    assert repr(name)[:20] in message


@BOTH
def test_a_member_without_a_name_is_refused(kind, own_place):
    archive = own_place / f"a.{kind}"
    archive.write_bytes(zip_of(b"") if kind == "zip" else tar_of(tar_header("")))
    assert "'', which has no name" in refusal(archive)


def test_a_nul_in_a_name_is_refused(own_place):
    (own_place / "a.zip").write_bytes(zip_of(b"a.png\0.exe"))
    assert "NUL" in refusal(own_place / "a.zip")
    header = tarfile.TarInfo("a.png")
    header.pax_headers = {"path": "a.png\0.exe"}
    (own_place / "a.tar").write_bytes(header.tobuf() + bytes(1024))
    assert "NUL" in refusal(own_place / "a.tar")


KINDS = {
    "symbolic link": (tarfile.SYMTYPE, stat.S_IFLNK),
    "hard link": (tarfile.LNKTYPE, None),
    "device": (tarfile.CHRTYPE, stat.S_IFCHR),
    "device ": (tarfile.BLKTYPE, stat.S_IFBLK),
    "named pipe": (tarfile.FIFOTYPE, stat.S_IFIFO),
    "socket": (None, stat.S_IFSOCK),
    "sparse file": (tarfile.GNUTYPE_SPARSE, None),
    "neither a file nor a folder": (b"V", None),
}


@pytest.mark.parametrize("word", KINDS)
def test_what_is_neither_file_nor_folder_is_refused(word, own_place):
    in_tar, in_zip = KINDS[word]
    if in_tar is not None:
        header = tar_header("a/odd", kind=in_tar)
        header.linkname = "/etc/passwd"
        (own_place / "a.tar").write_bytes(tar_of(tar_header("a/plain"), header))
        assert f"holds 'a/odd', which is a {word}".replace("a neither", "neither").strip() in (
            refusal(own_place / "a.tar")
        )
    if in_zip is not None:
        (own_place / "a.zip").write_bytes(zip_of(b"a/odd", b"/etc/passwd", mode=in_zip | 0o777))
        assert f"holds 'a/odd', which is a {word.strip()}" in refusal(own_place / "a.zip")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"flags": 1}, "encrypted"),
        ({"flags": 1 << 6}, "encrypted"),
        ({"flags": 1 << 13}, "encrypted"),
        ({"method": 12}, "packed by method 12"),
        ({"method": 99}, "packed by method 99"),
    ],
)
def test_a_zip_member_that_cannot_be_read_is_named(changed, word, own_place):
    (own_place / "a.zip").write_bytes(zip_of(b"a.png", b"secret", **changed))
    assert f"holds 'a.png', which is {word}" in refusal(own_place / "a.zip")


COLLISIONS = {
    "twice": ["a.png", "a.png"],
    "twice, written otherwise": ["b/a.png", "./b//a.png"],
    "a file below a file": ["a", "a/b.png"],
    "a file far below a file": ["a", "a/b/c/d.png"],
    "a file where a folder is": ["a/b.png", "a"],
    "a folder where a file is": ["a", "a/"],
}


@BOTH
@pytest.mark.parametrize("names", COLLISIONS.values(), ids=COLLISIONS)
def test_members_that_collide_are_refused(names, kind, own_place):
    archive = own_place / f"a.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as writing, pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *_, **__: None)
            for name in names:
                writing.writestr(name, "")
    else:
        archive.write_bytes(tar_of(*map(tar_header, names)))
    message = refusal(archive)
    assert repr(names[1].rstrip("/"))[:-1] in message
    assert "which is there twice, or is a file where" in message


@BOTH
def test_a_folder_that_is_there_is_left_alone(kind, own_place):
    archive = packed(own_place / f"a.{kind}", CONTENTS)
    (own_place / "out").mkdir()
    (own_place / "out" / "mine.png").touch()
    assert "in the way" in refusal(archive, CannotWrite)


def test_a_disk_that_takes_no_more_is_explained(own_place):
    archive = packed(own_place / "a.zip", {"a.png": b"a", "b.png": bytes(20_000)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        message = refusal(archive, CannotWrite)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert message.startswith("out cannot be written: the file is too large")
    (own_place / "file").touch()
    with pytest.raises(CannotWrite, match="file cannot be written: a file of that name"):
        extract(archive, own_place / "file" / "out")


@BOTH
def test_ctrl_c_leaves_nothing(kind, own_place, monkeypatch):
    archive = packed(own_place / f"a.{kind}", CONTENTS)
    write, seen = rules._write, []

    def interrupted(*arguments) -> None:
        write(*arguments)
        seen.append(sorted(own_place.iterdir()))
        if len(seen) == 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(rules, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        extract(archive, own_place / "out")
    assert len(seen[-1]) == 2  # the archive, and the temporary folder beside the new one
    assert list(own_place.iterdir()) == [archive]


def test_an_archive_that_is_not_there_is_refused(own_place):
    assert "a.zip cannot be read: No such file" in refusal(own_place / "a.zip")
    (own_place / "b.tar").mkdir()
    assert "b.tar cannot be read: Is a directory" in refusal(own_place / "b.tar")
    with pytest.raises(BadData, match=r"a\.zip cannot be read: No such file"):
        unpacked(own_place / "a.zip")


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_an_archive_that_is_cut_off_is_refused_wherever_it_ends(suffix, own_place):
    whole = packed(own_place / f"a{suffix}", CONTENTS).read_bytes()
    archive = own_place / f"cut{suffix}"
    written = len(whole.rstrip(b"\0"))
    for length in [*range(0, written, written // 15), written - 1]:
        archive.write_bytes(whole[:length])
        assert "it may be cut off, damaged or named wrongly" in refusal(archive)


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_damaged_bytes_are_refused_or_do_no_harm(suffix, own_place):
    whole = packed(own_place / f"a{suffix}", CONTENTS).read_bytes()
    archive = own_place / f"bad{suffix}"
    for at in range(0, len(whole.rstrip(b"\0")), len(whole) // 20):
        archive.write_bytes(whole[:at] + bytes([whole[at] ^ 0x15]) + whole[at + 1 :])
        with suppress(BadData):
            extract(archive, own_place / "out" / str(at))
        assert all(path.name.isdigit() for path in (own_place / "out").iterdir())


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar.bz2", ".tar.xz"])  # tar has none
def test_one_wrong_bit_of_a_picture_is_noticed_where_there_is_a_checksum(suffix, own_place):
    archive = own_place / f"a{suffix}"
    noise = os.urandom(5000)
    content = bytearray(packed(archive, {"a.png": noise}).read_bytes())
    content[2500] ^= 1
    archive.write_bytes(content)
    assert "damaged" in refusal(archive)


@pytest.mark.parametrize(("made", "named"), [(".zip", ".tar"), (".tar", ".zip"), (".tar", ".tgz")])
def test_a_wrong_name_is_noticed(made, named, own_place):
    archive = packed(own_place / f"a{made}", CONTENTS).rename(own_place / f"b{named}")
    assert "named wrongly" in refusal(archive)


def test_a_zip_entry_is_never_larger_than_it_says(own_place):
    archive = own_place / "a.zip"
    archive.write_bytes(zip_of(b"a.png", bytes(10**6), size=10, method=8))
    assert "'a.png' is larger than its directory says" in refusal(archive)
    archive.write_bytes(zip_of(b"a.png", bytes(10**6), size=10**6 + 1, method=8))
    assert "differs from its checksum" in refusal(archive)


def test_zip_entries_that_share_their_bytes_are_refused(own_place):
    (own_place / "a.zip").write_bytes(zip_of(b"a.png", b"shared" * 100, count=5))
    assert "its members share their bytes" in refusal(own_place / "a.zip")


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz", ".tar.bz2", ".tar.xz"])
def test_zeros_packed_a_thousand_to_one_are_refused(suffix, own_place, monkeypatch):
    monkeypatch.setattr(rules, "UNJUDGED_BYTES", 10**6)
    archive = packed(own_place / f"a{suffix}", {"a.png": bytes(900_000)})
    extract(archive, own_place / "zeros")  # so few are not judged
    bomb = packed(own_place / f"b{suffix}", {"a.png": b"a", "b.png": bytes(3 * 10**6)})
    message = refusal(bomb)
    assert f"{bomb.stat().st_size:,} bytes and becomes more than 1,000,000" in message
    assert "not packed 200 to 1: unpack it yourself" in message


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
def test_more_bytes_than_the_most_are_refused_before_they_are_written(
    suffix, own_place, monkeypatch
):
    archive = packed(own_place / f"a{suffix}", {"a.png": bytes(4000), "b.png": bytes(8000)})
    monkeypatch.setattr(rules, "MOST_BYTES", 10_000)
    assert "more than 10,000, the most that is unpacked: unpack it yourself" in refusal(archive)
    monkeypatch.setattr(rules, "MOST_BYTES", 30_000)
    assert len(files_below(extract(archive, own_place / "out"))) == 2


@pytest.mark.parametrize("announced", [10**8 + 10**5, 10**11, 2**80])
def test_a_size_that_is_only_announced_is_refused_at_once(announced, own_place):
    header = tar_header("a.png", announced)
    (own_place / "a.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT))
    assert "becomes more than" in refusal(own_place / "a.tar")


@BOTH
def test_the_most_members_may_come_and_no_more(kind, own_place, monkeypatch):
    monkeypatch.setattr(rules, "MOST_MEMBERS", 6)
    names = [f"{i}.png" for i in range(6)]
    extract(packed(own_place / f"a.{kind}", dict.fromkeys(names, b"")), own_place / "six")
    more = packed(own_place / f"b.{kind}", dict.fromkeys([*names, ".hidden"], b""))
    assert "holds more than 6 files and folders" in refusal(more)
    deep = packed(own_place / f"c.{kind}", {"a/b/c/d/e/f.png": b"", "g/h.png": b""})
    assert "holds more than 6 files and folders" in refusal(deep)


def test_an_archive_is_unpacked_once_and_again_when_it_changes(own_place, monkeypatch):
    archive = packed(own_place / "a.zip", {"a.png": b"one"})
    folder = unpacked(archive)
    assert folder.parent == cache_folder() / "archives"
    assert files_below(folder) == {"a.png": b"one"}
    (folder / "a.png").write_bytes(b"mine")
    monkeypatch.chdir(own_place.parent)
    assert unpacked(Path(own_place.name, "a.zip")) == folder  # by whatever path
    assert files_below(folder) == {"a.png": b"mine"}  # nothing was written
    packed(archive, {"a.png": b"two"})
    os.utime(archive, ns=(0, 123))
    assert files_below(unpacked(archive)) == {"a.png": b"two"}
    assert unpacked(archive) != folder


def test_nothing_of_a_refused_archive_is_in_the_cache(own_place):
    (own_place / "a.tar").write_bytes(tar_of(tar_header("a.png"), tar_header("../b.png")))
    with pytest.raises(BadData, match="leads out"):
        unpacked(own_place / "a.tar")
    assert [p.suffix for p in (cache_folder() / "archives").iterdir() if p.is_dir()] == []
