from html.parser import HTMLParser
from xml.etree import ElementTree

from bayou.documents.document import Block, Cell, Document, Line, Page, Table
from bayou.documents.geometry import Box
from tests.documents.sample_document import block, sample


def document_of(*blocks, **fields):
    return Document((Page(1, 612.0, 792.0, "pt", blocks, **fields),), '<i>"name"</i>.png')


def body(html):
    """The body as a tree; it is written so that it is XML too (but for <br>)."""
    text = html[html.index("<body>") : html.index("</html>")].replace("<br>", "<br/>")
    return ElementTree.fromstring(text)


class Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        assert tag not in ("script", "link", "img")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_sample_as_html():
    html = sample().to_html()
    assert html.startswith("<!DOCTYPE html>") and '<meta charset="utf-8">' in html
    parser = Balance()
    parser.feed(html)
    assert parser.open == []
    tree = body(html)
    assert [section.get("id") for section in tree] == ["page-1", "page-2", "page-3"]
    first = tree[0]
    assert [element.tag for element in first] == ["h1", "p", "ul", "table"]
    assert first[0].text == "Annual report & more"
    assert first[1].text == "The first line of a paragraph goes on <here>."
    assert [item.text.strip() for item in first[2].findall("li")] == ["one", "two"]
    nested = first[2].findall("li")[1].find("ol")
    assert nested.get("start") == "3" and nested[0].text.strip() == "three"
    assert [cell.text for cell in first[3].iter("th")] == ["Item", "Price"]
    assert [cell.text for cell in first[3].iter("td")] == ["Tea", "3.50"]


def test_rows_that_mean_something_stay_rows():
    lines = [
        Line(text, Box(0, 12 * i, 6.0 * len(text), 12 * i + 10)) for i, text in enumerate(("Anna <K.>", "80331 M"))
    ]
    html = document_of(Block("paragraph", Box(0, 0, 60, 22), tuple(lines))).to_html()
    assert "<p>Anna &lt;K.&gt;<br>\n80331 M</p>" in html


def test_everything_is_escaped():
    html = document_of(
        block("paragraph", "<script>alert(1)</script> & more"),
        block("list_item", "a) <b>", marker="a)", level=1),
        block("table", table=Table(((Cell("<td>\n&amp;", Box(0, 0, 1, 1), 2, 3),),))),
        status="failed",
        message="<oops>",
    ).to_html()
    assert "<script>" not in html and "<oops>" not in html and "<i>" not in html
    tree = body(html)
    (cell,) = tree.iter("td")
    assert cell.get("rowspan") == "2" and cell.get("colspan") == "3"
    assert cell.text == "<td>" and cell[0].tail == "&amp;"
    (item,) = tree.iter("li")
    assert item.text.strip() == "a) <b>"
    assert "<oops>" in "".join(tree.itertext())


def test_lists_of_every_shape_keep_all_items_once():
    import itertools

    for levels in itertools.product((1, 2, 3), repeat=4):
        blocks = [
            block("list_item", f"item{index}", marker=("•", "1.")[index % 2], level=level)
            for index, level in enumerate(levels)
        ]
        text = "".join(body(document_of(*blocks).to_html()).itertext())
        assert [f"item{index}" for index in range(4)] == [part for part in text.split() if part.startswith("item")]
