import time

import numpy as np
import pytest

from bayou.documents.geometry import Box
from bayou.documents.open_pages import OpenOptions, count_pages, open_pages
from bayou.errors import InputError, LimitError, PasswordError, UsageError
from tests.documents.pdf_maker import PageSpec, make_pdf, text_at

LARGE_PDF_SECONDS = 5.0
SLOPE_TOLERANCE = 0.01
TEXT_START_TOLERANCE = 1.0


def first_page(*pages, **options):
    return next(open_pages(make_pdf(pages), OpenOptions(**options)))


def ink_outside(page, boxes, margin=2):
    """Dark pixels of the page that no box (page units) holds, as a share of all dark pixels."""
    dark = (page.image < 100).all(axis=2)
    total = dark.sum()
    assert total
    for box in boxes:
        scaled = box.scaled(page.pixels_per_unit)
        dark[
            max(0, int(scaled.top) - margin) : int(scaled.bottom) + margin,
            max(0, int(scaled.left) - margin) : int(scaled.right) + margin,
        ] = False
    return dark.sum() / total


def noisy_picture(height=100, width=200):
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[20:80:10, 10 : width - 10] = 0
    return picture


def test_native_text_with_word_boxes_on_the_ink():
    page = first_page(PageSpec(text_at(100, 700, "Hello wörld, café 3.50 €") + text_at(100, 680, "second line")))
    assert (page.width, page.height, page.unit, page.dpi) == (612.0, 792.0, "pt", 200.0)
    assert page.image.shape == (2200, 1700, 3)
    assert page.pixels_per_unit == pytest.approx(200 / 72)
    assert [line.text for line in page.native] == ["Hello wörld, café 3.50 €", "second line"]
    assert [word.text for word in page.native[0].words] == ["Hello", "wörld,", "café", "3.50", "€"]
    assert all(line.source == "native" and line.confidence == 1.0 and line.quad is None for line in page.native)
    assert ink_outside(page, [word.box for line in page.native for word in line.words]) == 0
    assert page.image_regions == ()


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_page_rotation_turns_picture_and_boxes_alike(rotate):
    # Upright as seen: the text runs against the page's own rotation.
    matrix = {90: "0 1 -1 0 300 100", 180: "-1 0 0 -1 400 500", 270: "0 -1 1 0 300 700"}[rotate]
    page = first_page(PageSpec(f"BT /F1 14 Tf {matrix} Tm (Upright at last) Tj ET", rotate=rotate))
    assert (page.width, page.height) == ((612, 792) if rotate == 180 else (792, 612))
    (line,) = page.native
    assert line.text == "Upright at last" and line.quad is None
    assert line.box.width > 3 * line.box.height
    assert ink_outside(page, [word.box for word in line.words]) == 0
    assert [word.box.left for word in line.words] == sorted(word.box.left for word in line.words)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_sideways_text_gets_a_quad_that_starts_at_its_first_letter(rotate):
    page = first_page(PageSpec(text_at(100, 700, "Sideways text"), rotate=rotate))
    (line,) = page.native
    if rotate == 0:
        assert line.quad is None
        return
    top_left, top_right, _, bottom_left = line.quad
    first, last = line.words[0].box.center, line.words[-1].box.center
    reading = np.subtract(top_right, top_left)
    assert np.dot(reading, np.subtract(last, first)) > 0
    assert abs(reading[0]) < 1e-6 if rotate in (90, 270) else reading[0] < 0
    down = np.subtract(bottom_left, top_left)
    # In the text's own frame "down" is a quarter turn clockwise from the reading direction.
    assert reading[0] * down[1] - reading[1] * down[0] > 0
    assert ink_outside(page, [line.box]) == 0


@pytest.mark.parametrize("sine", [0.5, -0.5])
def test_leaning_text_gets_a_leaning_quad(sine):
    page = first_page(PageSpec(f"BT /F1 12 Tf 0.866 {sine} {-sine} 0.866 200 400 Tm (Leaning text) Tj ET"))
    (line,) = page.native
    top_left, top_right, bottom_right, bottom_left = line.quad
    slope = (top_right[1] - top_left[1]) / (top_right[0] - top_left[0])
    assert slope == pytest.approx(-sine / 0.866, rel=SLOPE_TOLERANCE)
    # The quad's middle lies in the box of the line, and its lower left corner near the text's start (200, 792 - 400).
    assert np.hypot(bottom_left[0] - 200, bottom_left[1] - 392) < 4
    middle = np.mean([top_left, bottom_right], axis=0)
    assert line.box.left < middle[0] < line.box.right and line.box.top < middle[1] < line.box.bottom


def test_crop_box_is_the_page_and_text_outside_is_left_out():
    page = first_page(
        PageSpec(text_at(100, 700, "inside") + text_at(20, 30, "outside"), extra="/CropBox [90 600 390 750]")
    )
    assert (page.width, page.height) == (300.0, 150.0)
    (line,) = page.native
    assert line.text == "inside" and line.box.left == pytest.approx(10, abs=TEXT_START_TOLERANCE)
    assert ink_outside(page, [line.box]) == 0


def test_media_box_that_starts_elsewhere():
    page = first_page(PageSpec(text_at(-80, 120, "shifted"), media=(-100, 100, 200, 200)))
    assert (page.width, page.height) == (300.0, 100.0)
    assert page.native[0].box.left == pytest.approx(20, abs=TEXT_START_TOLERANCE)
    assert ink_outside(page, [page.native[0].box]) == 0


def test_dpi_and_pages():
    data = make_pdf([PageSpec(text_at(72, 700, f"page {number}")) for number in range(1, 11)])
    assert count_pages(data) == 10
    pages = list(open_pages(data, OpenOptions(pages="1-2,8", dpi=36)))
    assert [(page.number, page.native[0].text) for page in pages] == [(1, "page 1"), (2, "page 2"), (8, "page 8")]
    assert pages[0].image.shape == (396, 306, 3) and pages[0].pixels_per_unit == 0.5


def test_columns_and_cells_are_separate_lines():
    page = first_page(PageSpec(text_at(72, 700, "left column") + text_at(320, 700, "right column")))
    assert [line.text for line in page.native] == ["left column", "right column"]


def test_superscript_stays_in_its_line():
    page = first_page(PageSpec("BT /F1 12 Tf 72 700 Td (E = mc) Tj 5 Ts /F1 7 Tf (2) Tj ET"))
    assert [line.text for line in page.native] == ["E = mc2"]


def test_garbage_text_layer_is_not_used_and_says_so():
    page = first_page(PageSpec(text_at(100, 700, "Private letters", font="F2")))
    assert page.native == () and page.image_regions is None
    assert "14 of 14 characters have no meaning" in page.message and "read as an image" in page.message


def test_a_few_unknown_characters_stay_visible_in_the_text():
    page = first_page(PageSpec(text_at(100, 700, "A good long line of text") + text_at(100, 680, "ab", font="F2")))
    assert [line.text for line in page.native] == ["A good long line of text", "\ufffd\ufffd"]
    assert page.message.startswith("2 characters of the PDF's own text have no meaning")


def test_force_ocr_ignores_native_text():
    page = first_page(PageSpec(text_at(100, 700, "Hello")), force_ocr=True)
    assert page.native == () and page.image_regions is None and page.message == ""


def test_page_without_text_is_to_be_read_whole():
    page = first_page(PageSpec("q 200 0 0 100 100 500 cm /Im0 Do Q", images=[noisy_picture()]))
    assert page.native == () and page.image_regions is None


def test_picture_beside_native_text_is_a_region_still_to_be_read():
    content = text_at(72, 720, "Native heading") + "q 200 0 0 100 100 500 cm /Im0 Do Q"
    page = first_page(PageSpec(content, images=[noisy_picture()]))
    assert page.image_regions == (Box(100, 192, 300, 292),)


def test_picture_inside_a_form_object_is_placed_right():
    page = first_page(
        PageSpec(
            text_at(72, 720, "Native heading") + "q 2 0 0 2 0 0 cm /Fm0 Do Q",
            images=[noisy_picture()],
            form="q 100 0 0 50 10 20 cm /Im0 Do Q",
        )
    )
    (region,) = page.image_regions
    # (10, 20) .. (110, 70), the form's shift by (50, 100), then the page's factor 2.
    assert region == Box(120, 792 - 340, 320, 792 - 240)
    assert ink_outside(page, [region, page.native[0].box]) == 0


def test_strips_of_one_scan_are_one_region():
    strips = "".join(f"q 200 0 0 20 100 {500 + 20 * index} cm /Im0 Do Q\n" for index in range(5))
    page = first_page(
        PageSpec(text_at(72, 720, "Native") + strips, images=[np.ascontiguousarray(noisy_picture()[15:35])])
    )
    assert page.image_regions == (Box(100, 192, 300, 292),)


def test_scan_whose_text_layer_says_everything_is_not_read_again():
    # The picture shows the very text that lies invisibly on it.
    scan = first_page(PageSpec(text_at(72, 700, "Scanned words") + text_at(72, 650, "and more of them"))).image
    layer = "".join(text_at(72, y, text) for y, text in ((700, "Scanned words"), (650, "and more of them")))
    content = f"q 612 0 0 792 0 0 cm /Im0 Do Q\n3 Tr\n{layer}"
    page = first_page(PageSpec(content, images=[scan]))
    assert [line.text for line in page.native] == ["Scanned words", "and more of them"]
    assert page.image_regions == ()
    half = first_page(
        PageSpec(f"q 612 0 0 792 0 0 cm /Im0 Do Q\n3 Tr\n{text_at(72, 700, 'Scanned words')}", images=[scan])
    )
    assert half.image_regions == (Box(0, 0, 612, 792),)


def test_small_pictures_hold_no_text():
    page = first_page(PageSpec(text_at(72, 720, "Native") + "q 8 0 0 4 100 500 cm /Im0 Do Q", images=[noisy_picture()]))
    assert page.image_regions == ()


@pytest.mark.parametrize(("filled", "regions"), [(True, (Box(100, 352, 300, 392),)), (False, ())])
def test_a_note_is_a_region_where_something_is_drawn(filled, regions):
    # The appearance is the page's own form object, the seventh of the file, stretched over the note.
    note = "<< /Type /Annot /Subtype /FreeText /Rect [100 400 300 440] /AP << /N 7 0 R >> >>"
    page = first_page(
        PageSpec(
            text_at(72, 720, "Native"),
            annotations=[note],
            images=[noisy_picture()],
            form="q 1000 0 0 1000 0 0 cm /Im0 Do Q" if filled else "",
        )
    )
    assert page.image_regions == regions


def test_encrypted_pdf_asks_for_the_password():
    data = make_pdf([PageSpec(text_at(72, 720, "Secret"))], password="sesame")
    with pytest.raises(PasswordError, match=r"vault: the PDF is encrypted; .*--password"):
        next(open_pages(data, name="vault"))
    with pytest.raises(PasswordError, match="password is wrong"):
        next(open_pages(data, OpenOptions(password="open")))
    with pytest.raises(PasswordError):
        count_pages(data)
    assert next(open_pages(data, OpenOptions(password="sesame"))).native[0].text == "Secret"


def test_ten_thousand_pages_are_opened_lazily():
    data = make_pdf([PageSpec(text_at(72, 700, f"page {number}")) for number in range(1, 10_001)])
    start = time.perf_counter()
    assert count_pages(data) == 10_000
    (page,) = open_pages(data, OpenOptions(pages="9999"))
    assert page.native[0].text == "page 9999"
    assert next(open_pages(data, OpenOptions(max_pages=10_000))).native[0].text == "page 1"
    with pytest.raises(LimitError, match=r"10,000 pages .*--max-pages 10000"):
        next(open_pages(data))
    assert time.perf_counter() - start < LARGE_PDF_SECONDS


def test_huge_page_is_refused_before_it_is_drawn():
    huge = PageSpec(text_at(72, 700, "wide"), media=(0, 0, 14_400, 14_400))
    with pytest.raises(LimitError, match=r"page 1: the page would have 40000 x 40000 .*lower --dpi"):
        first_page(huge)
    assert first_page(huge, dpi=10).image.shape == (2000, 2000, 3)


def test_one_page_of_several_that_cannot_be_drawn_is_a_failed_one():
    huge = PageSpec(text_at(72, 700, "wide"), media=(0, 0, 14_400, 14_400))
    data = make_pdf([PageSpec(text_at(72, 700, "one")), huge, PageSpec(text_at(72, 700, "three"))])
    first, second, third = open_pages(data, name="plans.pdf")
    assert (first.native[0].text, third.native[0].text) == ("one", "three")
    assert "40000 x 40000" in second.failure and "lower --dpi" in second.failure
    assert (second.number, second.image.size, first.failure, third.failure) == (2, 0, "", "")
    with pytest.raises(LimitError):
        next(open_pages(data, OpenOptions(pages="2")))


def test_impossible_dpi_is_a_usage_error():
    with pytest.raises(UsageError, match="--dpi 0"):
        first_page(PageSpec(), dpi=0)


def test_blank_page_and_no_pages():
    page = first_page(PageSpec())
    assert page.native == () and page.image_regions is None and page.image.min() == 255


def test_pdf_without_pages_is_not_taken_for_an_encrypted_one():
    with pytest.raises(PasswordError):
        next(open_pages(make_pdf([PageSpec()], password="sesame")))
    with pytest.raises(InputError, match="without pages") as caught:
        next(open_pages(make_pdf([])))
    assert not isinstance(caught.value, PasswordError)
