import io
import math
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from bayou.documents.document import Block, Document, Line, Page, Word
from bayou.documents.geometry import Box, box_of_points
from bayou.documents.glyphless_font import glyphless_font
from bayou.documents.open_pages import OpenOptions, open_pages
from bayou.documents.pdf_writer import PdfWriter
from bayou.documents.to_searchable_pdf import to_searchable_pdf, write_searchable_pdf
from bayou.errors import OutputError, PasswordError, UsageError
from tests.documents.pdf_maker import PageSpec, make_pdf, text_at
from tests.documents.sample_document import line

WORD_PLACE_BOUND = 1.0
PICTURE_BOUND = 6.0
LEAN_TOLERANCE = 1.0
PAGE_SIZE_TOLERANCE = 0.1

UNUSUAL = "Żółć naïve Ünïcödé ﬁn €5 „x“ 中文 Ελλάδα 𝒳 😀 x\u0302"


def document_of(*lines, width=612.0, height=792.0, unit="pt", **fields):
    blocks = tuple(Block("paragraph", item.box or Box(0, 0, 1, 1), (item,)) for item in lines)
    return Document((Page(1, width, height, unit, blocks, **fields),), "scan.png")


def white(width=612, height=792):
    return np.full((height, width, 3), 255, np.uint8)


def read_back(data):
    return list(open_pages(data, OpenOptions(dpi=72)))


def copied_text(data, index=0):
    document = pypdfium2.PdfDocument(data)
    text = document[index].get_textpage().get_text_bounded()
    document.close()
    return text


def turned(text, angle, middle=(300.0, 400.0), size=14.0):
    """A line whose baseline runs at ``angle`` clockwise degrees, as a detector gives it: a quad, and upright boxes."""
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    length = len(text) * size / 2

    def corners(start, end):
        return tuple(
            (middle[0] + along * cos - across * sin, middle[1] + along * sin + across * cos)
            for along, across in ((start, -size / 2), (end, -size / 2), (end, size / 2), (start, size / 2))
        )

    words, x = [], -length / 2
    for part in text.split(" "):
        end = x + len(part) * size / 2
        words.append(Word(part, box_of_points(corners(x, end)), 0.9, "model"))
        x = end + size / 2
    quad = corners(-length / 2, length / 2)
    return Line(text, box_of_points(quad), 0.9, "model", tuple(words), quad)


def test_text_is_copied_as_it_was_read():
    lines = [line("Hello world", top=72), line(UNUSUAL, top=100), line("a b • 1 - x", top=130), line("Z", top=160)]
    data = to_searchable_pdf(document_of(*lines), [white()])
    (page,) = read_back(data)
    assert [found.text for found in page.native] == [
        "Hello world",
        # The reader composes accents and takes ligatures apart; the letters are the same.
        UNUSUAL.replace("ﬁ", "fi").replace("x\u0302", "x\u0302"),
        "a b • 1 - x",
        "Z",
    ]
    assert copied_text(data).split() == " ".join(item.text for item in lines).replace("ﬁ", "fi").split()


def test_words_stand_where_they_were_read():
    wanted = line("Some words of very different lengths: a incomprehensibilities", top=300, size=18)
    (page,) = read_back(to_searchable_pdf(document_of(wanted), [white()]))
    for found, word in zip(page.native[0].words, wanted.words, strict=True):
        assert found.text == word.text
        for side in ("left", "top", "right", "bottom"):
            assert abs(vars_of(found.box)[side] - vars_of(word.box)[side]) < WORD_PLACE_BOUND


def vars_of(box):
    return {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}


@pytest.mark.parametrize("angle", [-90, -30, -3, 0, 2, 45, 90, 180])
def test_leaning_lines_keep_text_direction_and_place(angle):
    wanted = turned("A leaning line of text", angle)
    (page,) = read_back(to_searchable_pdf(document_of(wanted), [white()]))
    assert [item.text for item in page.native] == [wanted.text]
    for found, word in zip(page.native[0].words, wanted.words, strict=True):
        assert math.dist(found.box.center, word.box.center) < 6
    if angle:
        (x0, y0), (x1, y1) = page.native[0].quad[:2]
        assert math.degrees(math.atan2(y1 - y0, x1 - x0)) % 360 == pytest.approx(angle % 360, abs=LEAN_TOLERANCE)


def test_page_of_pixels_has_its_true_size():
    page_line = line("At 100 dpi", left=100, top=200, size=30)
    document = document_of(page_line, width=850.0, height=1100.0, unit="px", dpi=100.0)
    (page,) = read_back(to_searchable_pdf(document, [white(850, 1100)]))
    assert (page.width, page.height) == (612, 792)
    assert page.native[0].box.left == pytest.approx(72, abs=WORD_PLACE_BOUND)
    unknown = document_of(page_line, width=850.0, height=1100.0, unit="px")
    (page,) = read_back(to_searchable_pdf(unknown, [white(850, 1100)]))
    assert page.width == pytest.approx(306, abs=PAGE_SIZE_TOLERANCE)
    huge = document_of(page_line, width=60000.0, height=30.0, unit="px", dpi=72.0)
    assert read_back(to_searchable_pdf(huge, [white(600, 3)]))[0].width == 14400


@pytest.mark.parametrize("kind", ["colour", "grey", "black and white"])
def test_picture_looks_the_same_and_the_text_is_invisible(kind):
    image = white(300, 200)
    image[50:150, 50:250] = {"colour": (200, 40, 90), "grey": 120, "black and white": 0}[kind]
    data = to_searchable_pdf(
        document_of(line("Invisible", left=60, top=60, size=60), width=300.0, height=200.0), [image]
    )
    (page,) = read_back(data)
    assert page.native[0].text == "Invisible"
    assert np.abs(page.image.astype(int) - image).mean() < PICTURE_BOUND
    inside = page.image[70:130, 70:230].astype(int)
    assert np.ptp(inside.reshape(-1, 3), axis=0).max() < PICTURE_BOUND
    assert (b"/DeviceGray" in data) == (kind != "colour")
    assert (b"/DCTDecode" in data) == (kind != "black and white")


def test_from_the_file_itself_with_rotation_and_some_pages():
    source = make_pdf([PageSpec(text_at(72, 700, f"page {number}"), rotate=90) for number in range(1, 5)])
    raw = list(open_pages(source, OpenOptions(pages="2,4", dpi=72)))
    pages = []
    for item in raw:
        # The reader finds the text sideways and turns the page anticlockwise, that is 270 degrees clockwise.
        page_line = line(f"page {item.number}", left=72, top=80)
        pages.append(
            Page(
                item.number,
                item.height,
                item.width,
                "pt",
                (Block("paragraph", page_line.box, (page_line,)),),
                pixel_width=item.image.shape[0],
                pixel_height=item.image.shape[1],
                pixels_per_unit=1.0,
                dpi=72.0,
                rotation=270,
            )
        )
    found = read_back(to_searchable_pdf(Document(tuple(pages)), source))
    assert [page.native[0].text for page in found] == ["page 2", "page 4"]
    for page in found:
        # The visible letters lie under the invisible ones.
        box = page.native[0].box
        dark = (page.image < 128).all(axis=2)
        inside = dark[int(box.top) - 3 : int(box.bottom) + 3, int(box.left) - 3 : int(box.right) + 3]
        assert inside.sum() == dark.sum() > 0


def test_from_an_image_file_whose_camera_lay_on_its_side(tmp_path):
    path = tmp_path / "photo.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    image = white(120, 80)
    image[:40] = 0
    Image.fromarray(image).save(path, exif=exif)
    (raw,) = open_pages(path)
    page_line = line("top", left=10, top=10)
    page = Page(1, 80.0, 120.0, "px", (Block("paragraph", page_line.box, (page_line,)),), dpi=72.0)
    for source in (path, str(path), path.read_bytes(), [raw.image]):
        (found,) = read_back(to_searchable_pdf(Document((page,)), source))
        assert found.native[0].text == "top"
        assert np.abs(found.image.astype(int) - raw.image).mean() < PICTURE_BOUND


def test_encrypted_source_needs_its_password():
    source = make_pdf([PageSpec(text_at(72, 700, "secret"))], password="sesame")
    document = document_of(line("secret"), dpi=72.0)
    with pytest.raises(PasswordError):
        to_searchable_pdf(document, source)
    data = document.to_searchable_pdf(source, OpenOptions(password="sesame"))
    assert read_back(data)[0].native[0].text == "secret"


def test_blank_pages_and_lines_without_a_place():
    document = document_of(Line("nowhere", None), Line("", Box(0, 0, 5, 5)), Line("flat", Box(0, 5, 50, 5)))
    (page,) = read_back(to_searchable_pdf(document, [white()]))
    assert page.native == ()


def test_wrong_images_are_usage_errors():
    document = document_of(line("x"), pixel_width=612, pixel_height=792)
    with pytest.raises(UsageError, match=r"no image for page 1 of scan\.png"):
        to_searchable_pdf(document, [])
    with pytest.raises(UsageError, match="more images than the 1 pages"):
        to_searchable_pdf(document, [white(), white()])
    with pytest.raises(UsageError, match="792 x 612 pixels, but the page was read from 612 x 792"):
        to_searchable_pdf(document, [white(792, 612)])


def test_file_is_whole_or_not_there(tmp_path):
    target = tmp_path / "out.pdf"
    document = document_of(line("Hello"))
    write_searchable_pdf(document, [white()], target)
    before = target.read_bytes()
    assert read_back(before)[0].native[0].text == "Hello"
    with pytest.raises(UsageError):
        write_searchable_pdf(document, [], target)
    assert target.read_bytes() == before
    with pytest.raises(OutputError, match="can't be written"):
        write_searchable_pdf(document, [white()], tmp_path)
    with pytest.raises(OutputError, match="can't be written"):
        write_searchable_pdf(document, [white()], tmp_path / "none" / "out.pdf")
    assert [path.name for path in tmp_path.iterdir()] == ["out.pdf"]


def test_many_pages_are_written_one_at_a_time(tmp_path):
    made = 0

    def images():
        nonlocal made
        for _ in range(30):
            made += 1
            yield white(60, 80)

    page_line = line("page", left=5, top=5)
    page = Page(1, 60.0, 80.0, "pt", (Block("paragraph", page_line.box, (page_line,)),))
    target = tmp_path / "many.pdf"
    write_searchable_pdf(Document((page,) * 30), images(), target)
    assert made == 30 and len(read_back(target)) == 30


def test_font_is_a_valid_truetype_file():
    fonttools = pytest.importorskip("fontTools.ttLib")
    font = fonttools.TTFont(io.BytesIO(glyphless_font()), checkChecksums=2)
    assert font["maxp"].numGlyphs == 2
    assert font["hmtx"]["glyph00001"] == (500, 0)
    assert list(font["glyf"]["glyph00001"].coordinates) == [(0, -200), (250, 300), (500, 800)]


def test_writer_refuses_a_file_with_holes():
    writer = PdfWriter(io.BytesIO())
    catalog, info = writer.add("<< >>"), writer.reserve()
    with pytest.raises(ValueError, match=r"\[2\] were reserved"):
        writer.finish(catalog, info)


def test_a_page_that_could_not_be_opened_is_an_empty_sheet():
    huge = PageSpec(text_at(72, 700, "wide"), media=(0, 0, 14_400, 14_400))
    source = make_pdf([PageSpec(), huge, PageSpec()])
    blank, failed = (
        Page(1, 612, 792, "pt", status="blank", dpi=200.0),
        Page(2, 0, 0, "pt", status="failed", message="too large"),
    )
    found = read_back(to_searchable_pdf(Document((blank, failed, replace(blank, number=3))), source))
    assert [(page.width, page.height) for page in found] == [(612, 792), (595, 842), (612, 792)]
