import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayou.documents.document import SCHEMA_VERSION, Block, Cell, Document, Line, Page, Table, Word
from bayou.documents.geometry import Box
from bayou.documents.json_format import from_json, to_json
from bayou.errors import InputError
from tests.documents.sample_document import sample

numbers = st.floats(allow_nan=False, allow_infinity=False)
shares = st.floats(0, 1)
sources = st.sampled_from(["native", "model", "draft", "peer"])
texts = st.text(max_size=8)
boxes = st.builds(Box, numbers, numbers, numbers, numbers)
quads = st.none() | st.tuples(*[st.tuples(numbers, numbers)] * 4)
words = st.builds(Word, texts, boxes, shares, sources)


def tuples(items):
    return st.lists(items, max_size=2).map(tuple)


lines = st.builds(Line, texts, st.none() | boxes, shares, sources, tuples(words), quads)
cells = st.builds(Cell, texts, boxes, st.integers(1, 3), st.integers(1, 3), st.booleans())
tables = st.builds(Table, tuples(tuples(cells)))
kinds = st.sampled_from(["paragraph", "heading", "list_item", "table"])
blocks = st.builds(Block, kinds, boxes, tuples(lines), st.integers(0, 6), texts, st.none() | tables)
pages = st.builds(
    Page,
    number=st.integers(1, 99),
    width=numbers,
    height=numbers,
    unit=st.sampled_from(["pt", "px"]),
    blocks=tuples(blocks),
    status=st.sampled_from(["ok", "blank", "unreadable", "failed"]),
    message=texts,
    confidence=st.none() | shares,
    pixel_width=st.integers(0, 9999),
    pixels_per_unit=numbers,
    dpi=st.none() | numbers,
    rotation=st.sampled_from([0, 90, 180, 270]),
)
documents = st.builds(Document, tuples(pages), texts, texts, texts, st.dictionaries(texts, texts, max_size=2))


@given(documents)
@settings(max_examples=150, deadline=None)
def test_json_and_back_is_the_same_document(document):
    text = to_json(document)
    assert from_json(text) == document
    assert from_json(text.encode()) == document
    assert to_json(from_json(text)) == text


def test_a_whole_document_keeps_its_types():
    document = sample()
    again = Document.from_json(document.to_json(indent=1))
    assert again == document
    assert isinstance(again.pages[0].blocks[0].lines[0].words, tuple)
    assert isinstance(again.pages[0].width, float)


def test_layout_of_the_json_is_as_documented():
    data = json.loads(to_json(sample()))
    assert data["schema_version"] == 1
    assert data["pages"][0]["blocks"][0]["lines"][0]["words"][0]["box"] == [72, 72, 108, 84]
    assert data["pages"][0]["blocks"][5]["table"]["rows"][0][0]["text"] == "Item"


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION + 1, "1", None, True])
def test_another_schema_version_is_an_error_that_names_both(version):
    data = json.loads(to_json(sample())) | {"schema_version": version}
    with pytest.raises(InputError, match=rf"schema version {version!r}, but this bayou reads version 1"):
        from_json(json.dumps(data))


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "{}", '{"pages": []}', "\x00", b"\xff\xfe\xff", "[" * 100_000])
def test_what_is_no_document_is_an_input_error(text):
    with pytest.raises(InputError, match="not a bayou document"):
        from_json(text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.pop("sha256"), "missing or unknown fields: sha256"),
        (lambda data: data.update(extra=1), "missing or unknown fields: extra"),
        (lambda data: data["pages"][0].update(unit="mm"), r"document\.pages\[0\]\.unit should be one of pt, px"),
        (lambda data: data["pages"][0].update(number="1"), r"number should be int"),
        (lambda data: data["pages"][0].update(number=True), r"number should be int"),
        (lambda data: data["pages"][1]["blocks"][0].update(box=[1, 2, 3]), r"pages\[1\]\.blocks\[0\]\.box .*4 values"),
        (lambda data: data["pages"][0].update(blocks={}), "should be a list"),
        (lambda data: data.update(metadata={"a": 1}), "an object of strings"),
        (lambda data: data.update(pages=[3]), r"pages\[0\] should be an object"),
    ],
)
def test_a_wrong_field_is_named(change, message):
    data = json.loads(to_json(sample()))
    change(data)
    with pytest.raises(InputError, match=message):
        from_json(json.dumps(data))


def test_numbers_that_json_lacks_are_refused():
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(Document((Page(1, float("nan"), 1.0, "px"),)))
