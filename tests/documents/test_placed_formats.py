"""hOCR, ALTO and TSV: where words stand, and how sure they are."""

import re
from xml.etree import ElementTree

from bayou.documents.document import Block, Document, Line, Page
from bayou.documents.geometry import Box
from bayou.documents.line_words import words_of
from bayou.documents.to_alto import NAMESPACE
from tests.documents.sample_document import line, sample

XHTML = "{http://www.w3.org/1999/xhtml}"
ALTO = "{" + NAMESPACE + "}"


def sideways():
    """A line that runs down the page, without words of its own, and characters that XML can't hold."""
    quad = ((60.0, 10.0), (60.0, 110.0), (40.0, 110.0), (40.0, 10.0))
    lines = (
        Line("down \x0bunder", Box(40, 10, 60, 110), 0.5, "model", quad=quad),
        Line("crop on its own", None),
        Line("   ", Box(0, 0, 5, 5)),
    )
    return Document((Page(1, 200.0, 300.0, "px", (Block("paragraph", Box(40, 10, 60, 110), lines),)),), 'a"\\b.png')


def test_words_of_a_line_without_words_share_its_box():
    first, second = words_of(Line("ab cdef", Box(0, 0, 70, 10), 0.8, "model"))
    assert (first.text, first.box) == ("ab", Box(0, 0, 20, 10))
    assert (second.text, second.box) == ("cdef", Box(30, 0, 70, 10))
    assert second.confidence == 0.8 and second.source == "model"
    assert words_of(line("own words")) == line("own words").words


def test_tsv_rows_have_tesseracts_columns_and_pixels():
    rows = [row.split("\t") for row in sample().to_tsv().splitlines()]
    heading = "level page_num block_num par_num line_num word_num left top width height conf text"
    assert rows[0] == heading.split(" ")
    assert all(len(row) == 12 for row in rows)
    assert rows[1] == ["1", "1", "0", "0", "0", "0", "0", "0", "1224", "1584", "-1", ""]
    assert rows[4][:4] == ["4", "1", "1", "1"] and rows[4][10] == "-1"
    assert rows[5] == ["5", "1", "1", "1", "1", "1", "144", "144", "72", "24", "90.00", "Annual"]
    assert [row[11] for row in rows[1:] if row[0] == "5" and row[1] == "2"] == ["Grüße", "aus", "Łódź"]
    assert [row[1] for row in rows[1:] if row[0] == "1"] == ["1", "2", "3"]


def test_tsv_keeps_rows_whole():
    rows = sideways().to_tsv().splitlines()
    assert [row.split("\t")[-1] for row in rows if row.startswith("5")] == ["down", "under"]


def test_hocr_is_xhtml_with_boxes_and_confidences():
    root = ElementTree.fromstring(sample().to_hocr())
    pages = [node for node in root.iter(f"{XHTML}div") if node.get("class") == "ocr_page"]
    assert [page.get("id") for page in pages] == ["page_1", "page_2", "page_3"]
    assert pages[0].get("title") == 'image "report.pdf"; bbox 0 0 1224 1584; ppageno 0; scan_res 144 144'
    assert [node.get("class") for node in pages[0]] == ["ocr_carea"] * 5 + ["ocr_table"]
    words = [node for node in root.iter(f"{XHTML}span") if node.get("class") == "ocrx_word"]
    assert words[0].text == "Annual" and words[0].get("title") == "bbox 144 144 216 168; x_wconf 90"
    assert " ".join(word.text for word in words[-3:]) == "Grüße aus Łódź"
    headers = [node for node in root.iter(f"{XHTML}span") if node.get("class") == "ocr_header"]
    assert len(headers) == 1
    identifiers = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(identifiers) == len(set(identifiers))
    # Every class that is used is announced.
    announced = next(
        node.get("content") for node in root.iter(f"{XHTML}meta") if node.get("name") == "ocr-capabilities"
    ).split()
    assert {node.get("class") for node in root.iter() if node.get("class")} <= set(announced)


def test_hocr_boxes_lie_within_their_parents():
    root = ElementTree.fromstring(sample().to_hocr())

    def bbox(node):
        return tuple(map(int, re.search(r"bbox (\d+) (\d+) (\d+) (\d+)", node.get("title")).groups()))

    pairs = [(bbox(node), bbox(child)) for node in root.iter(f"{XHTML}span") for child in node]
    assert pairs
    for outer, inner in pairs:
        assert outer[0] <= inner[0] <= inner[2] <= outer[2] and outer[1] <= inner[1] <= inner[3] <= outer[3]


def test_hocr_turned_lines_and_odd_characters():
    root = ElementTree.fromstring(sideways().to_hocr())
    (page,) = [node for node in root.iter(f"{XHTML}div") if node.get("class") == "ocr_page"]
    assert page.get("title").startswith('image "a\\"\\\\b.png"; ')
    first = next(node for node in root.iter(f"{XHTML}span") if node.get("class") == "ocr_line")
    # Clockwise 90 is anticlockwise 270.
    assert first.get("title") == "bbox 40 10 60 110; textangle 270.00"
    assert [word.text for word in first] == ["down", "under"]


# Children in order (name, least, most) and attributes (name: needed) of ALTO 4.4's elements, as far as they are used.
RULES = {
    "alto": ([("Description", 0, 1), ("Layout", 1, 1)], {"SCHEMAVERSION": False, "schemaLocation": False}),
    "Description": ([("MeasurementUnit", 1, 1), ("sourceImageInformation", 0, 1), ("Processing", 0, None)], {}),
    "MeasurementUnit": ([], {}),
    "sourceImageInformation": ([("fileName", 0, 1)], {}),
    "fileName": ([], {}),
    "Processing": ([("processingSoftware", 0, 1)], {"ID": True}),
    "processingSoftware": ([("softwareName", 0, 1), ("applicationDescription", 0, 1)], {}),
    "softwareName": ([], {}),
    "applicationDescription": ([], {}),
    "Layout": ([("Page", 1, None)], {}),
    "Page": (
        [("PrintSpace", 0, 1)],
        {"ID": True, "PHYSICAL_IMG_NR": True, "WIDTH": False, "HEIGHT": False, "PC": False},
    ),
    "PrintSpace": ([("TextBlock|ComposedBlock", 0, None)], dict.fromkeys(("HPOS", "VPOS", "WIDTH", "HEIGHT"), False)),
    "ComposedBlock": (
        [("TextBlock", 0, None)],
        {"ID": True, "TYPE": False} | dict.fromkeys(("HPOS", "VPOS", "WIDTH", "HEIGHT"), False),
    ),
    "TextBlock": (
        [("TextLine", 1, None)],
        {"ID": True} | dict.fromkeys(("HPOS", "VPOS", "WIDTH", "HEIGHT"), False),
    ),
    "SP": ([], dict.fromkeys(("HPOS", "VPOS", "WIDTH"), False)),
    "Shape": ([("Polygon", 1, 1)], {}),
    "Polygon": ([], {"POINTS": True}),
    "String": (
        [],
        {"CONTENT": True, "ID": False, "WC": False, "CC": False}
        | dict.fromkeys(("HPOS", "VPOS", "WIDTH", "HEIGHT"), False),
    ),
}


def check_alto(node):
    assert node.tag.startswith(ALTO), node.tag
    name = node.tag.removeprefix(ALTO)
    children = [child.tag.removeprefix(ALTO) for child in node]
    attributes = {key.rsplit("}", 1)[-1] for key in node.attrib}
    if name == "TextLine":
        # A shape, then strings with at most one space after each.
        assert re.fullmatch(r"(Shape )?(String (SP )?)+", "".join(f"{child} " for child in children)), children
        assert attributes <= {"ID", "HPOS", "VPOS", "WIDTH", "HEIGHT"}
    else:
        order, allowed = RULES[name]
        for child, least, most in order:
            count = 0
            while children and children[0] in child.split("|"):
                children.pop(0)
                count += 1
            assert count >= least and (most is None or count <= most), (name, child, count)
        assert not children, (name, children)
        assert attributes <= set(allowed)
        assert {key for key, needed in allowed.items() if needed} <= attributes
    for key in attributes & {"HPOS", "VPOS", "WIDTH", "HEIGHT"}:
        assert float(node.get(key)) >= 0
    if name == "String":
        assert 0 <= float(node.get("WC")) <= 1
        digits = node.get("CC").split()
        assert len(digits) == len(node.get("CONTENT")) and all(0 <= int(digit) <= 9 for digit in digits)
    for child in node:
        check_alto(child)


def test_alto_keeps_the_rules_of_the_schema():
    for document in (sample(), sideways()):
        root = ElementTree.fromstring(document.to_alto())
        check_alto(root)
        identifiers = [node.get("ID") for node in root.iter() if node.get("ID")]
        assert len(identifiers) == len(set(identifiers))
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", identifier) for identifier in identifiers)


def test_alto_holds_the_words():
    root = ElementTree.fromstring(sample().to_alto())
    assert root.get("SCHEMAVERSION") == "4.4"
    assert root.find(f".//{ALTO}MeasurementUnit").text == "pixel"
    pages = root.findall(f".//{ALTO}Page")
    assert [page.get("PHYSICAL_IMG_NR") for page in pages] == ["1", "2", "3"]
    assert pages[0].get("PC") == "0.9100" and pages[0].get("WIDTH") == "1224"
    first = root.find(f".//{ALTO}String")
    assert {key: first.get(key) for key in ("CONTENT", "HPOS", "VPOS", "WIDTH", "HEIGHT", "WC", "CC")} == {
        "CONTENT": "Annual",
        "HPOS": "144",
        "VPOS": "144",
        "WIDTH": "72",
        "HEIGHT": "24",
        "WC": "0.9000",
        "CC": "1 1 1 1 1 1",
    }
    assert [node.get("TYPE") for node in root.iter(f"{ALTO}ComposedBlock")] == ["table"]
    assert [node.get("CONTENT") for node in pages[1].iter(f"{ALTO}String")] == ["Grüße", "aus", "Łódź"]
    polygon = ElementTree.fromstring(sideways().to_alto()).find(f".//{ALTO}Polygon")
    assert polygon.get("POINTS") == "60,10 60,110 40,110 40,10"


def test_a_confidence_that_nobody_told_is_left_out_and_not_made_up():
    lines = (Line("two words", Box(0, 0, 90, 10), None, "model"),)
    document = Document((Page(1, 100.0, 20.0, "px", (Block("paragraph", Box(0, 0, 90, 10), lines),)),))
    assert "x_wconf" not in document.to_hocr() and ">two</span>" in document.to_hocr()
    assert "WC=" not in document.to_alto() and 'CONTENT="words"' in document.to_alto()
    assert [row.split("\t")[10] for row in document.to_tsv().splitlines()[-2:]] == ["-1", "-1"]
    assert Document.from_json(document.to_json()) == document
