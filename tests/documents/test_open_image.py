import io

import numpy as np
import pytest
from PIL import Image

from bayou.documents.open_pages import OpenOptions, count_pages, open_pages
from bayou.errors import InputError, LimitError

TURNED_INK_TOLERANCE = 12


def corner_image(width=40, height=24):
    """White with a black block at the top left: shows how a picture is turned."""
    array = np.full((height, width, 3), 255, np.uint8)
    array[:8, :8] = 0
    return Image.fromarray(array)


def encoded(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def only_page(source, **options):
    (page,) = open_pages(source, OpenOptions(**options))
    return page


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 95}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("BMP", {}),
        ("GIF", {}),
    ],
)
def test_every_format_gives_the_same_pixels(form, options):
    page = only_page(encoded(corner_image(), form, **options))
    assert (page.number, page.width, page.height, page.unit, page.pixels_per_unit) == (1, 40.0, 24.0, "px", 1.0)
    assert page.image.dtype == np.uint8
    assert page.image.shape == (24, 40, 3)
    assert page.native == () and page.image_regions is None and page.message == ""
    assert page.image[:6, :6].max() < 20 and page.image[12:].min() > 235


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("orientation", "corner"), [(1, "tl"), (3, "br"), (6, "tr"), (8, "bl")])
def test_exif_orientation_is_obeyed_once(form, orientation, corner):
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = only_page(encoded(corner_image(), form, exif=exif))
    assert page.image.shape[:2] == ((40, 24) if orientation in (6, 8) else (24, 40))
    assert (page.height, page.width) == page.image.shape[:2]
    rows = slice(0, 6) if corner[0] == "t" else slice(-6, None)
    columns = slice(0, 6) if corner[1] == "l" else slice(-6, None)
    assert page.image[rows, columns].max() < 60
    assert (page.image < 128).all(axis=2).sum() == pytest.approx(64, abs=TURNED_INK_TOLERANCE)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_white(mode):
    image = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 5, 10))
    page = only_page(encoded(image if mode == "RGBA" else image.convert(mode), "PNG"))
    assert (page.image[:, :5] == 0).all() and (page.image[:, 5:] == 255).all()


def test_half_transparent_black_is_grey():
    page = only_page(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 128)), "PNG"))
    assert (page.image == 127).all()


def test_sixteen_bit_grey_uses_the_whole_range():
    values = np.array([[0, 257, 32896, 65535]], np.uint16)
    for form in ("PNG", "TIFF"):
        page = only_page(encoded(Image.fromarray(values), form))
        assert page.image[0, :, 0].tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 100.0, 255.0]], np.float32), [0, 100, 255]),
        (np.array([[-10.0, 0.0, 10.0]], np.float32), [0, 128, 255]),
        (np.array([[0, 257, 65535]], np.int32), [0, 1, 255]),
        (np.array([[7, 7, 7]], np.int32), [7, 7, 7]),
    ],
)
def test_wide_greys_are_scaled(values, expected):
    page = only_page(encoded(Image.fromarray(values), "TIFF"))
    assert page.image[0, :, 0].tolist() == expected


def test_cmyk_is_seen_in_the_right_colours():
    cyan, white = Image.new("CMYK", (16, 16), (255, 0, 0, 0)), Image.new("CMYK", (16, 16), (0, 0, 0, 0))
    for form in ("JPEG", "TIFF"):
        red, green, blue = only_page(encoded(cyan, form)).image[8, 8].astype(int)
        assert red < 60 < green and blue > 150
        assert only_page(encoded(white, form)).image.min() > 250


@pytest.mark.parametrize("mode", ["1", "L", "YCbCr", "LAB"])
def test_other_modes_become_rgb(mode):
    image = Image.new("RGB", (12, 12), "white").convert("RGB" if mode == "LAB" else mode)
    if mode == "LAB":
        image = Image.new("LAB", (12, 12), (255, 128, 128))
    page = only_page(encoded(image, "TIFF"))
    assert page.image.shape == (12, 12, 3) and page.image.min() > 250


def test_multi_page_tiff_is_several_pages_of_their_own_sizes():
    pages = [Image.new("L", (30 + index, 20), 50 * index) for index in range(5)]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    assert count_pages(data) == 5
    found = list(open_pages(data, OpenOptions(pages="2-3,5")))
    assert [page.number for page in found] == [2, 3, 5]
    assert [page.image[0, 0, 0] for page in found] == [50, 100, 200]
    assert [page.width for page in found] == [31.0, 32.0, 34.0]


def test_a_damaged_picture_of_a_tiff_is_a_failed_page():
    pages = [Image.effect_noise((64, 64), 80) for _ in range(3)]
    data = bytearray(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate"))
    with Image.open(io.BytesIO(data)) as image:
        image.seek(1)
        start, length = image.tag_v2[273][0], image.tag_v2[279][0]
    data[start : start + length] = bytes(length)
    first, second, third = open_pages(bytes(data))
    assert (first.failure, third.failure) == ("", "") and third.image.shape == (64, 64, 3)
    assert "corrupt" in second.failure and second.image.size == 0
    with pytest.raises(InputError, match="corrupt"):
        next(open_pages(bytes(data), OpenOptions(pages="2")))


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_animation_is_one_page_and_says_so(form):
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("white", "red", "blue")]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    assert count_pages(data) == 1
    page = only_page(data)
    assert page.image.min() > 250
    assert page.message == "an animation of 3 frames: only the first is read"


@pytest.mark.parametrize(
    ("dpi", "size", "expected"), [((300, 300), 60, 300), ((72, 72), 4000, None), ((1, 1), 60, None), (None, 60, None)]
)
def test_dpi_counts_where_it_is_credible(dpi, size, expected):
    image = Image.new("L", (size, 10))
    page = only_page(encoded(image, "JPEG", **({"dpi": dpi} if dpi else {})))
    assert page.dpi == expected


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_truncated_image_is_an_input_error_naming_the_file(form, share, tmp_path):
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)
    data = encoded(Image.fromarray(noise), form)
    path = tmp_path / "cut.img"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match=r"cut\.img: .*(corrupt|cut off)"):
        list(open_pages(path))


def test_corrupt_pixels_are_an_input_error(tmp_path):
    data = bytearray(encoded(corner_image(200, 200), "PNG"))
    data[60:80] = b"\xff" * 20
    with pytest.raises(InputError, match="corrupt or truncated"):
        list(open_pages(bytes(data)))


def png_header(width, height):
    """A PNG that claims a size and has no pixels worth mentioning."""
    import struct
    import zlib

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_huge_image_is_refused_before_decoding_and_the_limit_can_be_raised(tmp_path):
    path = tmp_path / "huge.png"
    path.write_bytes(png_header(50_000, 50_000))
    with pytest.raises(LimitError, match=r"huge\.png: .*50000 x 50000.*--max-pixels 2500000000"):
        list(open_pages(path))
    # With the limit raised it is decoded, which here shows that the pixels are missing; a small one, to save memory.
    path.write_bytes(png_header(400, 400))
    with pytest.raises(LimitError, match=r"raise the limit"):
        list(open_pages(path, OpenOptions(max_pixels=100_000)))
    with pytest.raises(InputError, match="truncated"):
        list(open_pages(path))


def test_pillows_own_limit_neither_warns_nor_stands_in_the_way(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for form in ("PNG", "TIFF", "GIF", "WEBP"):
        assert only_page(encoded(corner_image(), form)).width == 40
    assert Image.MAX_IMAGE_PIXELS == 100


def test_page_limit_counts_the_pages_asked_for():
    pages = [Image.new("L", (8, 8))] * 4
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(LimitError, match=r"4 pages .*--max-pages 4"):
        list(open_pages(data, OpenOptions(max_pages=3)))
    assert len(list(open_pages(data, OpenOptions(max_pages=3, pages="1-3")))) == 3
