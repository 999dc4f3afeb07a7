import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bayou.documents.document import Block, Cell, Document, Line, Page, Table, Word
from bayou.documents.geometry import Box
from bayou.documents.to_markdown import escape, to_markdown
from tests.documents.sample_document import block, sample, table

PARSER = MarkdownIt("commonmark").enable("table")


def document_of(*blocks, **fields):
    return Document((Page(1, 612.0, 792.0, "pt", blocks, **fields),))


def shown(markdown):
    """What a reader of the rendered Markdown sees, as tags and text."""
    return PARSER.render(markdown)


def plain(html):
    text = re.sub(r"<!--.*?-->|<[^>]*>", "", html)
    for code, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(code, character)
    return text


def test_sample_as_markdown():
    assert sample().to_markdown() == (
        "# Annual report & more\n\n"
        "The first line of a paragraph goes on \\<here>.\n\n"
        "- one\n- two\n\n    3. three\n\n"
        "| Item | Price |\n| --- | --- |\n| Tea | 3.50 |\n\n"
        "Grüße aus Łódź\n"
    )


# Format characters and line separators count as white space or vanish for some of the tools compared.
printable = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"]) | st.just(" ")
)
tricky = st.text(st.sampled_from(list("#*_-+=>`~[]()!<&;:.|\\/ 1ab\"'{}")), max_size=14)


@given(printable | tricky)
@settings(max_examples=400, deadline=None)
@example("1. first")
@example("# not a heading")
@example("- - -")
@example("a_b_c and _emphasis_ __x__")
@example("[link](http://x.y) ![image](z)")
@example("<b>bold</b> &amp; &#65;")
@example("~~~")
@example("C:\\*.*")
@example("Setext\\")
@example("=====")
@example("http://example.org/a_b_c")
def test_any_line_is_shown_as_it_is(text):
    html = shown(to_markdown(document_of(block("paragraph", text))))
    wanted = " ".join(text.split())
    assert plain(html).strip() == wanted
    if wanted:
        assert re.fullmatch(r"<p>[^<]*</p>\n", html)


@given(st.lists(printable | tricky, min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
@example(["a | b", "--- | ---"])
@example(["a | b", "|---|:--|"])
@example(["text", "==="])
@example(["text", "1. item", "- item", "# head", "> quote", "```", "    code"])
@example(["back\\"])
def test_any_rows_of_a_paragraph_are_shown_as_they_are(texts):
    assume(not any(re.search(r"\w-\s*$", text) for text in texts))  # a word that goes on in the next row
    rows = [Line(text, Box(0, 20 * i, 9, 20 * i + 10)) for i, text in enumerate(texts)]
    wide = Line("wide", Box(0, 999, 5000, 1009), words=(Word("wide", Box(0, 999, 9, 1009)),))
    html = shown(to_markdown(document_of(Block("paragraph", Box(0, 0, 5000, 1009), (*rows, wide)))))
    assert re.fullmatch(r"<p>[^<]*(<br />\n[^<]*)*</p>\n", html)
    assert plain(html).strip().split("\n") == [" ".join(text.split()) for text in (*texts, "wide") if text.split()]


def test_line_breaks_that_mean_something_are_kept():
    prose = ["the quick brown fox jumps over the lazy", "dog and runs away from the hungry bear", "until it sleeps."]
    verse = ["Shall I compare thee", "to a summer's day,", "thou art more lovely and more temperate in the end"]
    address = ["Anna Keller", "Lindenweg 12", "80331 München"]
    narrow = ["Anna Keller walks", "the dogs in town"]

    def markdown(texts, width=6.0):
        lines = [Line(text, Box(0, 12 * i, width * len(text), 12 * i + 10)) for i, text in enumerate(texts)]
        return to_markdown(document_of(Block("paragraph", Box(0, 0, 300, 40), tuple(lines))))

    assert markdown(prose) == " ".join(prose) + "\n"
    assert markdown(narrow) == " ".join(narrow) + "\n"
    assert markdown(verse) == "  \n".join(verse) + "\n"
    assert markdown(address) == "  \n".join(address) + "\n"
    assert markdown(["A Voyage Round-", "Trip"]) == "A Voyage Round- Trip\n"


def test_a_heading_keeps_its_number():
    assert to_markdown(document_of(block("heading", "2. Methods & more", level=2))) == "## 2. Methods & more\n"


@given(printable | tricky, st.integers(1, 6))
@settings(max_examples=200, deadline=None)
@example("C #", 1)
@example("a ##", 2)
def test_any_heading_is_shown_as_it_is(text, level):
    html = shown(to_markdown(document_of(block("heading", text, level=level))))
    wanted = " ".join(text.split())
    assert plain(html).strip() == wanted
    if wanted:
        assert html.startswith(f"<h{level}>")


@given(st.lists(st.lists(printable | tricky, min_size=2, max_size=2).map(tuple), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
@example([("a|b", "\\|"), ("`|`", "x")])
def test_any_cell_is_shown_as_it_is(rows):
    html = shown(to_markdown(document_of(block("table", table=table(*rows)))))
    cells = [plain(cell).strip() for cell in re.findall(r"<t[hd]>(.*?)</t[hd]>", html, re.S)]
    assert cells == [" ".join(text.split()) for row in rows for text in row]


@given(st.lists(st.tuples(tricky, st.integers(1, 4), st.sampled_from(["•", "-", "2.", "17)", "a)", ""])), max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_list_keeps_its_items(items):
    blocks = [block("list_item", f"{marker} {text}", marker=marker, level=level) for text, level, marker in items]
    html = shown(to_markdown(document_of(*blocks)))
    # A bullet without text isn't worth an item; a number without text is.
    wanted = [(text, marker) for text, _, marker in items if text.split() or any(map(str.isalnum, marker))]
    assert html.count("<li>") == len(wanted)
    assert "<pre>" not in html
    for text, marker in wanted:
        if marker == "a)":
            assert f"a) {' '.join(text.split())}".strip() in plain(html)


def test_list_levels_and_numbers():
    blocks = [
        block("list_item", text, marker=marker, level=level)
        for text, marker, level in (("1. one", "1.", 1), ("• deep", "•", 2), ("2. two", "2.", 1), ("• after", "•", 1))
    ]
    assert to_markdown(document_of(*blocks)) == "1. one\n    - deep\n2. two\n- after\n"


def test_spans_are_written_as_html_and_lines_in_cells_as_breaks():
    box = Box(0, 0, 1, 1)
    spanned = Table(((Cell("a <b>", box, column_span=2, header=True),), (Cell("c", box), Cell("d\ne", box))))
    markdown = to_markdown(document_of(block("table", table=spanned)))
    assert markdown == (
        '<table>\n<tr><th colspan="2">a &lt;b&gt;</th></tr>\n<tr><td>c</td><td>d<br>e</td></tr>\n</table>\n'
    )
    flat = to_markdown(document_of(block("table", table=table(("a", "b"), ("one\ntwo", "")))))
    assert "| one<br>two |   |" in flat


@pytest.mark.parametrize("status", ["failed", "unreadable"])
def test_a_page_that_could_not_be_read_says_so(status):
    markdown = to_markdown(document_of(status=status, message="no --> way"))
    assert markdown == f"<!-- page 1: {status}: no -> way -->\n"
    assert plain(shown(markdown)).strip() == ""


def test_nothing_is_nothing():
    assert to_markdown(Document(())) == ""
    assert to_markdown(document_of(status="blank")) == ""


def test_words_with_underscores_stay_readable():
    assert escape("snake_case_name") == "snake_case_name"
