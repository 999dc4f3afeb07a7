"""Lines found on drawn pages of every size, and cut out upright."""

from __future__ import annotations

import platform
import subprocess
import sys

import numpy as np
import pytest

from bayou.reading.lines import LineDetector, crop_line
from tests.reading.drawn_pages import PROSE, draw_lines, turned_by


@pytest.fixture(scope="module")
def detector() -> LineDetector:
    return LineDetector()


def count_of_rows(lines: int) -> list[str]:
    return [f"{PROSE[i % len(PROSE)]} {i}" for i in range(lines)]


def test_each_line_of_a_page_is_found_from_top_to_bottom(detector: LineDetector) -> None:
    quads = detector.find(draw_lines(PROSE))
    assert len(quads) == len(PROSE)
    for number, quad in enumerate(quads):
        middle = 60 + number * 28 * 1.6 + 17
        assert quad[0][1] < middle < quad[3][1]
        assert 40 < quad[0][0] < 70
        assert quad[1][0] > 500


@pytest.mark.slow
def test_small_print_on_a_page_of_300_dpi(detector: LineDetector) -> None:
    page = draw_lines(count_of_rows(60), width=2480, height=3508, size=25, pitch=2.0)
    assert len(detector.find(page)) == 60


def test_every_line_of_a_long_narrow_receipt(detector: LineDetector) -> None:
    texts = [f"Item {i} of the list" for i in range(110)]
    page = draw_lines(texts, width=420, height=5200, size=24, pitch=1.9, left=30)
    assert len(detector.find(page)) == 110


def test_a_tight_strip_and_a_small_picture(detector: LineDetector) -> None:
    assert len(detector.find(draw_lines(["one tight line of text"], 330, 34, 26, left=4, top=2))) == 1
    assert len(detector.find(draw_lines(["tiny"], 40, 16, 12, left=4, top=1))) == 1


def test_nothing_is_found_on_a_blank_page_or_in_a_dot(detector: LineDetector) -> None:
    assert detector.find(np.full((800, 600, 3), 255, np.uint8)) == []
    assert detector.find(np.full((1, 1, 3), 255, np.uint8)) == []


def test_a_leaning_line_is_cut_out_level(detector: LineDetector) -> None:
    page = turned_by(draw_lines(PROSE[:1], 700, 200), 8)
    (quad,) = detector.find(page)
    crop = crop_line(page, quad)
    assert crop.shape[1] > 8 * crop.shape[0]
    ink = np.flatnonzero((crop.mean(axis=2) < 128).any(axis=1))
    assert len(ink) < 45


def test_a_crop_has_the_pixels_of_its_quad() -> None:
    image = np.arange(40 * 60 * 3, dtype=np.uint32).reshape(40, 60, 3).astype(np.uint8)
    crop = crop_line(image, ((10, 5), (50, 5), (50, 25), (10, 25)))
    assert np.array_equal(crop, image[5:25, 10:50])


def test_a_high_crop_is_turned_and_corners_in_the_texts_order_need_no_turning() -> None:
    image = np.zeros((60, 40, 3), np.uint8)
    image[5, 25] = 255
    page_order = ((10.0, 5.0), (26.0, 5.0), (26.0, 55.0), (10.0, 55.0))
    down = crop_line(image, page_order)
    assert down.shape == (16, 50, 3) and down[0, 0].tolist() == [255, 255, 255]
    text_order = (page_order[1], page_order[2], page_order[3], page_order[0])
    assert crop_line(image, text_order).shape == (16, 50, 3)


def test_a_crop_of_a_huge_image_and_of_a_hair_stay_small() -> None:
    image = np.zeros((30, 40_000, 3), np.uint8)
    assert crop_line(image, ((39_900, 5), (39_990, 5), (39_990, 25), (39_900, 25))).shape == (20, 90, 3)
    assert crop_line(image, ((0, 0), (39_999, 0), (39_999, 29), (0, 29))).shape[1] <= 8000
    assert crop_line(image, ((0, 5), (3000, 5), (3000, 6), (0, 6))).shape[:2] == (1, 120)
    assert crop_line(image, ((0, 0), (0, 0), (0, 0), (0, 0))).shape == (1, 1, 3)


GROWN_BOUND = 100.0
"""Of resident memory, in MB, over eight sizes of page after eight others; kept graphs or freed memory add more."""

READ_PAGES_OF_MANY_SIZES = """
import numpy as np, psutil
from bayou.reading.lines import PAGES_BETWEEN, LineDetector
detector, process = LineDetector(threads=1), psutil.Process()
for number in range(1, 2 * PAGES_BETWEEN + 1):
    detector.find(np.full((300 + 97 * number % 500, 500 + 131 * number % 900, 3), 255, np.uint8))
    if number % PAGES_BETWEEN == 0:
        print(process.memory_info().rss / 1e6)
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="elsewhere the allocator has rules of its own")
def test_pages_of_ever_new_sizes_need_no_more_memory() -> None:
    # In a process of its own: what other tests have left in memory would blur what these pages take.
    run = subprocess.run([sys.executable, "-c", READ_PAGES_OF_MANY_SIZES], capture_output=True, text=True, check=True)
    early, late = map(float, run.stdout.split())
    assert late - early < GROWN_BOUND
