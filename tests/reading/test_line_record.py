from __future__ import annotations

from typing import Any

from bayou.documents.document import Block, Document, Line, Page, Word
from bayou.documents.geometry import Box
from bayou.reading.extraction import NEEDS_LARGER, NOT_ON_PAGE
from bayou.reading.line_record import fill
from bayou.reading.reader import Reader
from bayou.reading.record_tables import flat_columns
from bayou.reading.schemas import load_schema, schema_of
from tests.reading.printed_pages import RECEIPT, printed
from tests.reading.pydantic_schema import Bill


def schema(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def test_a_receipt_fills_the_ready_schema() -> None:
    found = fill(RECEIPT, load_schema("receipt"), "nano")
    expected = {
        "merchant_name": "PERNIAGAAN ZHENG HUI SDN BHD",
        "merchant_address": "NO.59 JALAN PERMAS 9/5 BANDAR BARU PERMAS JAYA 81750 JOHOR BAHRU",
        "merchant_tax_id": "000800589824",
        "receipt_number": "CS00084670",
        "date": "2018-03-09",
        "time": "08:49:00",
        "currency": "MYR",
        "line_items": [
            {"description": "CUTTING DISC", "quantity": 2.0, "unit_price": 15.0, "amount": 30.0},
            {"description": "PAINT BRUSH", "quantity": 1.0, "unit_price": 5.5, "amount": 5.5},
        ],
        "subtotal": 35.5,
        "tax_amount": 2.13,
        "total": 37.63,
        "payment_method": "CASH",
        "cash": 40.0,
        "change": 2.37,
    }
    assert found.record == expected
    assert found.problems == ()
    total = found.field("total")
    assert total.printed == "37.63"
    assert total.confidence is not None and 0 < total.confidence <= 1
    (evidence,) = total.evidence
    assert (evidence.quote, evidence.page) == ("37.63", 1)
    assert evidence.boxes[0].left == 570
    assert len(found.field("merchant_address").evidence[0].boxes) == 3
    invoice = fill(RECEIPT, load_schema("invoice"), "nano")
    assert (invoice.record["due_date"], invoice.field("due_date").reason) == (None, NOT_ON_PAGE)


def test_what_nobody_taught_is_found_by_its_own_words() -> None:
    page = printed(
        [(40, "Vessel no."), (300, "IMO 9074729")], "Port of call: Rotterdam", [(40, "Draught"), (300, "7,45 m")]
    )
    wanted = schema(
        {
            "vesselNo": {"type": "string"},
            "port": {"type": "string", "title": "Port of call"},
            "draught": {"type": "number"},
            "captain": {"type": "string"},
            "insured": {"type": "boolean"},
        },
        "captain",
    )
    found = fill(page, schema_of(wanted), "nano")
    assert found.record == {"vesselNo": "IMO 9074729", "port": "Rotterdam", "draught": 7.45, "captain": None}
    assert found.field("captain").reason == NEEDS_LARGER
    assert found.field("insured").reason == NEEDS_LARGER
    assert found.problems == ("captain: None is not of type 'string'",)


def test_a_pydantic_class_with_objects_and_lists() -> None:
    found = Reader().extract(RECEIPT, Bill)
    assert found.record["seller"] == {
        "name": "PERNIAGAAN ZHENG HUI SDN BHD",
        "address": "NO.59 JALAN PERMAS 9/5 BANDAR BARU PERMAS JAYA 81750 JOHOR BAHRU",
    }
    assert found.record["lines"] == [
        {"description": "CUTTING DISC", "quantity": 2.0, "amount": 30.0},
        {"description": "PAINT BRUSH", "quantity": 1.0, "amount": 5.5},
    ]
    assert schema_of(schema_of(Bill).nullable).problems(found.record) == ()


def test_day_and_month_that_nothing_tells_are_flagged() -> None:
    clear = fill(printed("Date: 03/04/2024", "Total: 5,00 €"), load_schema("receipt"), "nano")
    assert (clear.record["date"], clear.field("date").reason) == ("2024-04-03", "")
    told = fill(printed("Date: 03/04/2024", "Due date: 04/28/2024"), load_schema("invoice"), "nano")
    assert (told.record["invoice_date"], told.field("invoice_date").reason) == ("2024-03-04", "")
    unclear = fill(printed("Date: 03/04/2024"), load_schema("receipt"), "nano")
    assert "other way round" in unclear.field("date").reason


def test_a_value_that_the_schema_forbids_is_not_returned() -> None:
    wanted = schema({"currency": {"enum": ["EUR", "USD"]}, "total": {"type": "number", "maximum": 10}})
    found = fill(RECEIPT, schema_of(wanted), "nano")
    assert found.record == {}
    assert "MYR" in found.field("currency").reason
    assert found.field("total").printed == "37.63"
    assert "doesn't allow" in found.field("total").reason


def test_a_record_fits_its_schema_with_null_for_what_is_missing() -> None:
    lines = {"type": "array", "minItems": 1, "items": schema({"amount": {"type": "number"}}, "amount")}
    wanted = schema_of(schema({"line_items": lines, "iban": {"type": "string"}}, "line_items", "iban"))
    for document in (RECEIPT, printed(), printed("IBAN: DE02 1203 0000 0000 2020 51", "Total 3,00")):
        found = fill(document, wanted, "nano")
        assert schema_of(wanted.nullable).problems(found.record) == ()
        assert bool(found.problems) == (found.record["iban"] is None or found.record["line_items"] is None)


def test_an_empty_page_gives_nothing_but_reasons() -> None:
    for name in ("invoice", "receipt", "identity-card", "bank-cheque", "business-card", "table"):
        found = fill(printed(), load_schema(name), "nano")
        assert found.problems == ()
        assert all(field.value in (None, []) and field.reason for field in found.fields)


def test_an_extraction_as_json_is_what_the_contract_says() -> None:
    data = fill(RECEIPT, load_schema("receipt"), "nano").to_dict()
    assert set(data) == {"record", "fields", "model", "name", "sha256", "problems"}
    assert (data["model"], data["name"], data["sha256"]) == ("nano", "page.png", "0" * 64)
    fields = data["fields"]
    assert isinstance(fields, list) and isinstance(fields[0], dict)
    assert set(fields[0]) == {"path", "value", "printed", "confidence", "evidence", "reason"}
    assert fields[0]["evidence"] == [
        {"quote": "PERNIAGAAN ZHENG HUI SDN BHD", "page": 1, "boxes": [[40.0, 30.0, 292.0, 50.0]]}
    ]


def test_a_schema_that_holds_itself_ends() -> None:
    tree = schema({"name": {"type": "string"}, "child": {"$ref": "#"}})
    found = fill(RECEIPT, schema_of(tree), "nano")
    assert found.problems == ()
    assert any(field.path.endswith("child") and field.reason for field in found.fields)
    assert len(flat_columns(tree)) < 20


def test_a_count_before_a_text_is_the_quantity() -> None:
    page = printed([(40, "2x green tea"), (500, "7.60")], [(40, "Total"), (500, "7.60")], [(40, "Visa"), (500, "7.60")])
    found = fill(page, load_schema("receipt"), "nano")
    entries = [{"description": "green tea", "quantity": 2.0, "unit_price": None, "amount": 7.6}]
    assert found.record["line_items"] == entries, "what was paid is no entry"


def test_a_number_beside_its_label_is_taken_whatever_was_learnt() -> None:
    page = printed([(40, "Account"), (200, "8140 2296")], "Phone 01632 960 417", [(40, "Total"), (200, "9.00")])
    assert fill(page, load_schema("invoice"), "nano").record["account_number"] == "8140 2296"


def test_a_name_goes_on_below_and_what_is_included_is_no_label() -> None:
    document = printed(
        "POPULAR BOOK",
        "CO. (M) SDN BHD",
        "TEL:07-386 7524",
        [(40, "CUTTING DISC"), (570, "9.10")],
        [(40, "TOTAL RM INCL. OF GST"), (570, "9.65")],
        [(40, "CASH"), (570, "50.00")],
    )
    found = fill(document, load_schema("receipt"), "nano")
    assert found.record["merchant_name"] == "POPULAR BOOK CO. (M) SDN BHD"
    assert found.record["total"] == 9.65


def test_nobody_is_born_in_the_future() -> None:
    wanted = schema({"date_of_birth": {"type": "string"}, "valid_until": {"type": "string", "format": "date"}})
    found = fill(printed("Date of birth: 22.09.69", "Valid until: 22.09.69"), schema_of(wanted), "")
    assert found.record == {"date_of_birth": "1969-09-22", "valid_until": "2069-09-22"}


def test_a_total_is_the_one_that_was_rounded_to_coins() -> None:
    rows = [[(40, "Tea"), (570, "7.72")], [(40, "Total"), (570, "7.72")], [(40, "Rounding Adj"), (570, "-0.02")]]
    paid = [(40, "Total rounded"), (570, "7.70")]
    assert fill(printed("SHOP", *rows, paid), load_schema("receipt"), "").record["total"] == 7.7
    assert fill(printed("SHOP", *rows[:2]), load_schema("receipt"), "").record["total"] == 7.72


def test_columns_that_were_read_as_one_line_are_told_apart() -> None:
    def row(top: float, *texts: tuple[float, str]) -> Line:
        words = []
        for left, text in texts:
            for word in text.split():
                words.append(Word(word, Box(left, top, left + 9 * len(word), top + 20), 0.9, "model"))
                left += 9 * len(word) + 6
        box = Box(words[0].box.left, top, words[-1].box.right, top + 20)
        return Line(" ".join(word.text for word in words), box, 0.9, "model", tuple(words))

    lines = (
        row(30, (40, "Date of birth"), (400, "Nationality")),
        row(54, (40, "24/07/1945"), (400, "Malaysia")),
        row(90, (40, "Sex"), (400, "Document no.")),
        row(114, (40, "M"), (400, "D75495128")),
    )
    page = Page(1, 700.0, 400.0, "px", (Block("paragraph", Box(0, 0, 700, 400), lines),))
    found = fill(Document((page,), "card.png"), load_schema("identity-card"), "")
    told = [found.record[name] for name in ("date_of_birth", "sex", "document_number")]
    assert told == ["1945-07-24", "M", "D75495128"]
    assert found.field("document_number").evidence[0].boxes[0].left == 400


def test_the_house_between_a_buyer_and_the_street_is_part_of_the_address() -> None:
    document = printed(
        [(40, "Larkspur Joinery Ltd"), (570, "INVOICE")],
        [(40, "Unit 7, Quay Lane, Orford IP12 2NU"), (570, "Invoice no. 417")],
        [(40, "Bill to"), (570, "14 March 2025")],
        "Tomás Müller",
        "The Old Pilot House",
        "18 Ferry Road",
        "Aldeburgh IP15 5AF",
        "Tel. 01632 960 417",
        [(40, "European oak"), (570, "12.00")],
        [(40, "Total due"), (570, "12.00")],
    )
    found = fill(document, load_schema("invoice"), "nano").record
    assert found["buyer_name"] == "Tomás Müller"
    assert found["buyer_address"] == "The Old Pilot House 18 Ferry Road Aldeburgh IP15 5AF"
