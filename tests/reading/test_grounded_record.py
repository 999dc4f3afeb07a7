from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from bayou.engine.endpoint_settings import EndpointSettings
from bayou.errors import ModelError
from bayou.reading.answers import Limits
from bayou.reading.extraction import NOT_PRINTED
from bayou.reading.grounded_record import LEFT_NULL, generated_extraction, ground
from bayou.reading.reader import Reader
from bayou.reading.schemas import READY, load_schema, schema_of
from tests.engine.imitation_server import answers, imitation
from tests.reading.drawn_pages import PROSE, draw_lines
from tests.reading.printed_pages import RECEIPT, printed
from tests.reading.scripted_answerer import ScriptedAnswerer


def test_each_value_is_looked_for_on_the_page() -> None:
    record = {
        "merchant_name": "Perniagaan Zheng Hui Sdn Bhd",
        "merchant_address": "No.59 Jalan Permas 9/5 Bandar Baru Permas Jaya 81750 Johor Bahru",
        "merchant_tax_id": "OOO800589824",
        "date": "2018-03-09",
        "currency": "MYR",
        "total": 37.63,
        "cash": 41.0,
        "time": None,
        "line_items": [{"description": "CUTTING DISC", "quantity": 2}],
        "payment_method": "VISA",
    }
    found = ground(RECEIPT, record, load_schema("receipt"), "2b", {"total": 0.75})
    assert found.record == record
    assert found.field("merchant_name").evidence[0].quote == "PERNIAGAAN ZHENG HUI SDN BHD"
    assert found.field("merchant_name").reason == ""
    assert len(found.field("merchant_address").evidence[0].boxes) == 3
    assert found.field("merchant_tax_id").reason == "printed as '000800589824'"
    assert found.field("date").printed == "09/03/2018"
    assert found.field("currency").printed == "RM"
    assert (found.field("total").printed, found.field("total").confidence) == ("37.63", 0.75)
    assert found.field("line_items[0].description").evidence[0].quote == "CUTTING DISC"
    for path in ("cash", "payment_method"):
        assert found.field(path).value == record[path], "kept, for it may be right"
        assert found.field(path).reason == NOT_PRINTED
        assert found.field(path).evidence == ()
    assert found.field("time").reason == LEFT_NULL


def test_a_day_is_found_whichever_number_is_its_month() -> None:
    schema = schema_of({"properties": {"date": {"type": "string", "format": "date"}}})
    for day, wanted in (("2024-04-03", "03/04/2024"), ("2024-03-04", "03/04/2024"), ("2024-05-04", None)):
        found = ground(printed("SHOP", "Date 03/04/2024"), {"date": day}, schema, "2b")
        assert found.field("date").printed == wanted


def test_where_the_schema_wants_more_is_told() -> None:
    schema = schema_of({"properties": {"total": {"type": "number"}, "on": {"type": "boolean"}}, "required": ["total"]})
    found = ground(RECEIPT, {"total": None, "on": True}, schema, "800m")
    assert found.problems == ("total: None is not of type 'number'",)
    assert found.field("on").reason == NOT_PRINTED


def test_what_a_model_writes_is_a_record_with_evidence() -> None:
    schema = schema_of({"type": "object", "properties": {"total": {"type": "number"}, "paid_by": {"type": "string"}}})
    answerer = ScriptedAnswerer('{"total": 37.63, "paid_by": null}')
    image = Image.new("RGB", (30, 20))
    found = generated_extraction(answerer, ([image], RECEIPT), schema, Limits(64), "scripted")
    assert found.record == {"total": 37.63, "paid_by": None}
    assert found.field("total").evidence[0].page == 1
    assert found.model == "scripted"
    ((messages, limits, _),) = answerer.asked
    assert limits.constraint is not None, "the model is kept to the schema while it writes"
    assert len(messages) == 1


@pytest.mark.parametrize("name", READY)
def test_every_ready_schema_can_be_kept_to(name: str) -> None:
    answerer = ScriptedAnswerer("{}")
    with pytest.raises(ModelError, match="schema"):
        generated_extraction(answerer, ([], RECEIPT), load_schema(name), Limits(64), "scripted")
    assert answerer.asked[0][1].constraint is not None


def test_the_reader_asks_a_server_and_looks_for_its_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    path = tmp_path / "page.png"
    Image.fromarray(draw_lines(PROSE[:2], 700, 200)).save(path)
    words = " ".join(PROSE[0].split()[:3])
    schema = {"type": "object", "properties": {"begin": {"type": "string"}, "sum": {"type": "number"}}}
    with imitation(answers(json.dumps({"begin": words, "sum": 12345}))) as server:
        reader = Reader("served", "endpoint", threads=1, endpoint=EndpointSettings(server.url))
        found = reader.extract(path, schema)
    (request,) = server.requests
    assert request["response_format"]["type"] == "json_schema"
    assert request["max_tokens"] == 1024, "less than for a page's text, so that three pages fit"
    assert found.record == {"begin": words, "sum": 12345}
    assert found.field("begin").evidence[0].boxes
    assert found.field("sum").reason == NOT_PRINTED
    assert (found.model, found.document.model, found.document.name) == ("served", "nano", "page.png")
