"""Lines of a text find their places among lines that another reader found, or get none."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from bayou.documents.document import Line, Word
from bayou.documents.geometry import Box
from bayou.reading.placing import align, place_lines


def found(*texts: str) -> list[Line]:
    """Lines under each other, every letter ten wide."""
    lines = []
    for row, text in enumerate(texts):
        words, left = [], 0.0
        for word in text.split():
            words.append(Word(word, Box(left, 20.0 * row, left + 10 * len(word), 20.0 * row + 15), 0.9, "model"))
            left += 10 * (len(word) + 1)
        box = Box(0, 20.0 * row, words[-1].box.right, 20.0 * row + 15)
        lines.append(Line(text, box, 0.9, "model", tuple(words)))
    return lines


def written(*texts: str) -> list[Line]:
    return [Line(text, None, 0.7, "model") for text in texts]


PAGE = found("Invoice No. 4711", "Grand total 39.00", "payable within 14 days", "of receipt, net.")


def test_equal_lines_have_the_found_ones_boxes_and_words() -> None:
    placed = place_lines(written("Invoice No. 4711", "Grand total 39.00"), PAGE)
    assert [(part.line.text, part.line.box, part.found) for part in placed] == [
        ("Invoice No. 4711", PAGE[0].box, 0),
        ("Grand total 39.00", PAGE[1].box, 1),
    ]
    line = placed[1].line
    assert [(word.text, word.box) for word in line.words] == [(word.text, word.box) for word in PAGE[1].words]
    assert (line.confidence, line.source, line.words[0].confidence) == (0.7, "model", 0.7)


def test_misread_words_are_paired_and_the_text_stays_the_models() -> None:
    (placed,) = place_lines(written("Grand Total: 39,00"), found("lnvoice", "Grana totai 39.00"))
    assert (placed.line.text, placed.found) == ("Grand Total: 39,00", 1)
    assert [word.text for word in placed.line.words] == ["Grand", "Total:", "39,00"]


def test_a_paragraph_written_as_one_line_is_cut_into_printed_lines() -> None:
    text = "payable within 14 days of receipt, net."
    placed = place_lines(written("Invoice No. 4711", text), PAGE)
    assert [part.line.text for part in placed] == ["Invoice No. 4711", "payable within 14 days", "of receipt, net."]
    assert [part.line.box for part in placed] == [PAGE[0].box, PAGE[2].box, PAGE[3].box]
    assert [part.origin for part in placed] == [0, 1, 1]


def test_a_part_of_a_found_line_has_the_place_of_its_words() -> None:
    placed = place_lines(written("Grand total", "39.00"), PAGE)
    assert [part.line.box for part in placed] == [Box(0, 20, 110, 35), Box(120, 20, 170, 35)]


def test_what_nobody_found_has_no_place() -> None:
    placed = place_lines(written("Grand total 39.00", "The Art of War, by Sun Tzu"), PAGE)
    assert placed[0].line.box is not None
    assert (placed[1].line.box, placed[1].line.words, placed[1].found) == (None, (), None)
    assert place_lines(written("anything"), [])[0].line.box is None
    assert place_lines([], PAGE) == []


def test_a_line_of_which_too_little_agrees_has_no_place_and_is_not_cut() -> None:
    text = "Invoice of somebody else altogether, in total"
    (placed,) = place_lines(written(text), PAGE)
    assert (placed.line.text, placed.line.box) == (text, None)


def test_cells_side_by_side_stay_one_line() -> None:
    cells = found("Subtotal", "39.00")
    assert cells[0].box is not None and cells[1].box is not None
    right = Box(300, 2, 350, 17)
    beside = Line("39.00", right, 0.9, "model", (Word("39.00", right, 0.9, "model"),))
    (placed,) = place_lines(written("Subtotal\t39.00"), [cells[0], beside])
    assert placed.line.text == "Subtotal\t39.00"
    assert placed.line.box == cells[0].box.union(right)
    assert [word.box for word in placed.line.words] == [cells[0].box, right]


def test_a_word_that_nobody_found_stands_in_the_gap_between_its_neighbours() -> None:
    (placed,) = place_lines(written("oak planks × metre"), found("oak planks metre"))
    boxes = [word.box for word in placed.line.words]
    assert (boxes[0], boxes[2]) == (Box(0, 0, 30, 15), Box(100, 0, 110, 15))
    (placed,) = place_lines(written("oak planks metre"), found("oak plan metre"))
    assert [word.text for word in placed.line.words] == ["oak", "planks", "metre"]


def test_columns_in_another_order_are_found_all_the_same() -> None:
    order = [2, 3, 0, 1]
    placed = place_lines(written(*[PAGE[at].text for at in order]), PAGE)
    assert [part.found for part in placed] == order


def test_a_part_that_nobody_found_leaves_the_others_their_places() -> None:
    placed = place_lines(written("Invoice No. 4711 Grand total 39.00 with payable within 14 days"), PAGE)
    assert [part.found for part in placed] == [0, 1, 2]
    placed = place_lines(written("Invoice No. 4711 Xyz payable within 14 days"), PAGE)
    assert [part.line.text for part in placed] == ["Invoice No. 4711 Xyz", "payable within 14 days"]


def test_pairs_ascend_and_are_of_like_words() -> None:
    pairs = align("the quick brovvn fox jumps".split(), "the brown fax jumped".split())
    assert pairs == {0: 0, 2: 1, 3: 2, 4: 3}
    assert align(["a", ""], ["", "b"]) == {}


TEXTS = st.lists(st.text("ab cd1.,é", min_size=1).map(str.strip).filter(bool), max_size=8)


@given(TEXTS, TEXTS)
@settings(max_examples=80)
def test_no_word_is_lost_invented_or_moved(texts: list[str], page: list[str]) -> None:
    placed = place_lines(written(*texts), found(*page))
    assert " ".join(part.line.text for part in placed).split() == " ".join(texts).split()
    assert sorted(part.origin for part in placed) == [part.origin for part in placed]
    for part in placed:
        assert (part.line.box is None) == (part.found is None)
        if part.line.words:
            assert [word.text for word in part.line.words] == part.line.text.split()


def test_a_model_that_repeats_itself_is_placed_in_bounded_time() -> None:
    start = time.perf_counter()
    loop = written(*["the same words again and"] * 800)
    placed = place_lines(loop, found(*["the same words", "and other words again"] * 40))
    assert len(placed) >= 800
    assert time.perf_counter() - start < 20
