import io
import struct
import zlib

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image as Picture

from convscope.data.pixels import encode_png, find_pictures, read_pixels
from convscope.errors import BadImage

H, W = 11, 13


@pytest.fixture
def colours() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (H, W, 3), dtype=np.uint8)


def saved(picture: Picture.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that is all header: decoding it would fail at once."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_files_and_bytes_and_arrays_give_the_same_pixels(kind, colours, own_place):
    content = saved(Picture.fromarray(colours), kind)
    file = own_place / "picture"
    file.write_bytes(content)
    for source in (content, file, str(file), colours):
        assert_array_equal(read_pixels(source), colours)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_lossy_files_give_what_pillow_decodes(kind, colours):
    content = saved(Picture.fromarray(colours), kind)
    assert_array_equal(read_pixels(content), np.asarray(Picture.open(io.BytesIO(content))))


@pytest.mark.parametrize("shape", [(H, W), (H, W, 1)])
def test_a_grey_array_has_one_channel(shape):
    grey = np.arange(H * W, dtype=np.uint8).reshape(shape)
    assert_array_equal(read_pixels(grey), grey.reshape(H, W, 1))


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((H, W, 3)),
        np.zeros((H, W, 2), np.uint8),
        np.zeros((3, H, W), np.uint8),
        np.zeros((0, W, 3), np.uint8),
        np.zeros(H, np.uint8),
    ],
)
def test_an_array_that_is_no_picture_is_refused_with_its_shape_and_type(array):
    with pytest.raises(BadImage) as refusal:
        read_pixels(array)
    assert f"{array.shape} and type {array.dtype}" in str(refusal.value)


# what each EXIF orientation asks of the stored rows and columns: TIFF 6.0, tag 274
UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("depth", [8, 16])
def test_exif_orientation_is_applied(orientation, depth, colours):
    exif = Picture.Exif()
    exif[0x0112] = orientation
    if depth == 8:
        stored, picture = colours, Picture.fromarray(colours)
    else:
        stored = colours[:, :, :1]
        picture = Picture.fromarray(stored[:, :, 0].astype(np.uint16) * 257)
    pixels = read_pixels(saved(picture, exif=exif))
    assert_array_equal(pixels, UPRIGHT[orientation](stored))


def test_transparency_is_laid_over_white(colours):
    alpha = np.random.default_rng(1).integers(0, 256, (H, W, 1), dtype=np.uint8)
    pixels = read_pixels(saved(Picture.fromarray(np.concatenate([colours, alpha], 2))))
    share = alpha / 255
    assert pixels.shape == (H, W, 3)
    assert np.abs(pixels - (colours * share + 255 * (1 - share))).max() <= 1


def test_grey_with_transparency_stays_grey_over_white():
    grey = np.full((H, W), 51, np.uint8)
    alpha = np.full((H, W), 0, np.uint8)
    alpha[2:7, 3:5] = 255
    both = Picture.merge("LA", [Picture.fromarray(grey), Picture.fromarray(alpha)])
    assert_array_equal(read_pixels(saved(both))[:, :, 0], np.where(alpha == 255, 51, 255))


def test_a_palette_is_looked_up():
    picture = Picture.fromarray((np.arange(H * W) % 5).astype(np.uint8).reshape(H, W))
    palette = np.array([[1, 2, 3], [40, 50, 60], [7, 80, 9], [255, 0, 128], [99, 98, 97]], np.uint8)
    picture.putpalette(palette.tobytes())
    places = (np.arange(H * W) % 5).reshape(H, W)
    assert_array_equal(read_pixels(saved(picture)), palette[places])


def test_a_transparent_palette_colour_becomes_white():
    picture = Picture.fromarray((np.arange(H * W) % 2).astype(np.uint8).reshape(H, W))
    picture.putpalette(bytes([10, 20, 30, 40, 50, 60]))
    pixels = read_pixels(saved(picture, transparency=1)).reshape(-1, 3)
    assert_array_equal(pixels[0], [10, 20, 30])
    assert_array_equal(pixels[1], [255, 255, 255])


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_four_inks_become_three_colours(kind):
    inks = np.zeros((H, W, 4), np.uint8)
    inks[:, :, 0] = 255  # cyan swallows red
    content = saved(Picture.frombytes("CMYK", (W, H), inks.tobytes()), kind)
    middle = read_pixels(content)[5, 6].astype(int)
    assert np.abs(middle - [0, 255, 255]).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_become_eight_by_dividing_by_257(kind):
    values = np.linspace(0, 65535, H * W).astype(np.uint16).reshape(H, W)
    pixels = read_pixels(saved(Picture.fromarray(values), kind))
    assert_array_equal(pixels, np.rint(values / 257)[:, :, None])
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_floats_from_0_to_1_become_0_to_255_and_the_rest_is_cut_off():
    values = np.linspace(-0.5, 1.5, H * W, dtype=np.float32).reshape(H, W)
    pixels = read_pixels(saved(Picture.fromarray(values), "TIFF"))
    assert_array_equal(pixels[:, :, 0], np.rint(np.clip(values * 255, 0, 255)))


def test_one_bit_becomes_0_and_255():
    bits = np.random.default_rng(2).integers(0, 2, (H, W)).astype(bool)
    assert_array_equal(read_pixels(saved(Picture.fromarray(bits)))[:, :, 0], bits * 255)


def test_the_first_frame_stands_for_a_film():
    frames = [Picture.new("L", (W, H), value) for value in (10, 200, 90)]
    film = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert Picture.open(io.BytesIO(film)).n_frames == 3
    assert np.unique(read_pixels(film)).tolist() == [10]


@pytest.mark.parametrize("size", [(7072, 7071), (60_000, 60_000)])
def test_more_than_50_million_pixels_are_refused_from_the_header(size):
    with pytest.raises(BadImage, match="at most 50 million pixels"):
        read_pixels(png_of_size(*size))


def test_up_to_50_million_pixels_are_decoded():
    with pytest.raises(BadImage, match="damaged"):  # the header passes, the content is missing
        read_pixels(png_of_size(7071, 7071))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_a_file_that_is_cut_off_is_named_in_one_sentence(kind, colours, own_place):
    content = saved(Picture.fromarray(colours), kind)
    file = own_place / "cut.img"
    for length in range(0, len(content) - 20, 29):
        file.write_bytes(content[:length])
        with pytest.raises(BadImage) as refusal:
            read_pixels(file)
        message = str(refusal.value)
        assert message.startswith(str(file))
        assert "\n" not in message


def test_an_empty_file_is_told_as_such(own_place):
    (own_place / "odd.png").touch()
    for source in ("odd.png", b""):
        with pytest.raises(BadImage, match="is empty: copy it again"):
            read_pixels(source)


@pytest.mark.parametrize("content", [b"a plain text\n" * 50, b"<svg/>", b"PK\x03\x04"])
def test_what_is_no_picture_is_named_with_the_kinds_that_are(content, own_place):
    (own_place / "odd.png").write_bytes(content)
    with pytest.raises(BadImage, match=r"odd\.png is not a picture.*PNG, JPEG"):
        read_pixels("odd.png")


def test_a_missing_file_and_a_folder_are_named(own_place):
    with pytest.raises(BadImage, match=r"gone\.png does not exist"):
        read_pixels("gone.png")
    (own_place / "folder.png").mkdir()
    with pytest.raises(BadImage, match=r"folder\.png cannot be read"):
        read_pixels("folder.png")


def test_pictures_are_found_by_suffix_at_any_depth_in_order(own_place):
    for name in ("b/2.JPG", "a.png", "b/1.tiff", "notes.txt", "b/c/d.webp"):
        (own_place / name).parent.mkdir(parents=True, exist_ok=True)
        (own_place / name).touch()
    (own_place / "folder.png").mkdir()
    found = [path.relative_to(own_place).as_posix() for path in find_pictures(own_place)]
    assert found == ["a.png", "b/1.tiff", "b/2.JPG", "b/c/d.webp"]


def test_a_folder_without_pictures_is_refused(own_place):
    (own_place / "notes.txt").touch()
    with pytest.raises(BadImage, match="holds no pictures"):
        find_pictures(own_place)


@pytest.mark.parametrize("c", [1, 3])
def test_an_encoded_picture_is_read_back_unchanged(c, colours):
    pixels = colours[:, :, :c]
    assert_array_equal(read_pixels(encode_png(pixels)), pixels)
