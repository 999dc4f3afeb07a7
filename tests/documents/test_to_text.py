from bayou.documents.block_text import hyphenated_words, join_lines
from bayou.documents.document import Cell, Document, Page, Table
from bayou.documents.geometry import Box
from tests.documents.sample_document import block, line, sample, table


def document_of(*blocks):
    return Document((Page(1, 612.0, 792.0, "pt", blocks),))


def test_sample_as_text():
    assert sample().to_text() == (
        "Annual report & more\n\n"
        "The first line of a paragraph\ngoes on <here>.\n\n"
        "• one\n• two\n3. three\n\n"
        "Item\tPrice\nTea\t3.50\n"
        "\fGrüße aus Łódź\n"
        "\f"
    )


def test_nothing_is_no_text():
    assert Document(()).to_text() == ""
    assert Document((Page(1, 10.0, 10.0, "px", status="blank"),) * 3).to_text() == ""


def test_marker_is_given_where_the_line_lacks_it():
    assert document_of(block("list_item", "one", marker="•", level=1)).to_text() == "• one\n"


def test_span_leaves_its_other_places_empty():
    box = Box(0, 0, 1, 1)
    spanned = Table(((Cell("wide", box, column_span=2), Cell("c", box)), tuple(Cell(t, box) for t in "def")))
    assert document_of(block("table", table=spanned)).to_text() == "wide\t\tc\nd\te\tf\n"


def test_words_cut_at_line_ends_stand_whole_where_they_begin():
    assert document_of(block("paragraph", "a para-", "graph on", "two")).to_text() == "a paragraph\non\ntwo\n"
    assert document_of(block("paragraph", "a well-", "known man", "well-known")).to_text() == (
        "a well-known\nman\nwell-known\n"
    )


def test_a_word_that_goes_on_in_the_next_block_is_whole():
    blocks = (
        block("heading", "What is avail-", level=2),
        block("heading", "able here", level=2),
        block("paragraph", "so-"),
    )
    assert document_of(*blocks).to_text() == "What is available\n\nhere\n\nso-\n"
    assert document_of(block("paragraph", "a para-"), block("paragraph", "graph")).to_text() == "a paragraph\n"
    assert (
        document_of(block("paragraph", "cut-"), block("table", table=table(("a", "b")))).to_text() == "cut-\n\na\tb\n"
    )


def test_csv_quotes_and_spans():
    box = Box(0, 0, 1, 1)
    tall = Table(((Cell("tall", box, row_span=2), Cell('say "a, b"', box)), (Cell("two\nlines", box),)))
    assert document_of(block("table", table=tall)).to_csv() == ('tall,"say ""a, b"""\n,"two\nlines"\n',)
    assert document_of(block("table", table=table(("a", "b"))), block("table", table=table(("c",)))).to_csv() == (
        "a,b\n",
        "c\n",
    )


def joined(*texts, others=()):
    lines = [line(text) for text in texts]
    return join_lines(lines, hyphenated_words(document_of(block("paragraph", *texts, *others))))


def test_words_cut_at_line_ends_are_made_whole():
    assert joined("a para-", "graph") == "a paragraph"
    assert joined("the North-", "South line") == "the North- South line"
    assert joined("pages 3-", "5") == "pages 3- 5"
    assert joined("a well-", "known man", others=("the well-known woman",)) == "a well-known man"
    assert joined("one", "", "two") == "one two"
    assert joined("inter-", "na-", "tional law") == "international law"
