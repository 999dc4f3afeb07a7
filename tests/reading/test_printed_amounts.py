from __future__ import annotations

from decimal import Decimal

import pytest

from bayou.reading.printed_amounts import currency_code, decimal_mark, find_amounts, find_currencies


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("RM 12.50", "12.50", "RM"),
        ("1.234,50 €", "1234.50", "€"),
        ("€ 1 234,50", "1234.50", "€"),
        ("1'234.50 CHF", "1234.50", "CHF"),
        ("-12,00", "-12.00", ""),
        ("(12.00)", "-12.00", ""),
        ("1,234.50-", "-1234.50", ""),
        ("GST @6%:$0.39", "0.39", "$"),
        ("kr 1 200,00", "1200.00", "kr"),
        ("12 .50", "12.50", ""),
        ("0,125", "0.125", ""),
        ("1,234,567", "1234567", ""),
    ],
)
def test_an_amount_is_found_in_its_line(text: str, value: str, currency: str) -> None:
    (found,) = find_amounts(text)
    assert found.value() == Decimal(value)
    assert found.currency == currency


def test_several_amounts_keep_their_own_currencies() -> None:
    assert [(str(a.value()), a.currency) for a in find_amounts("RM9.00 RM10.00")] == [("9.00", "RM"), ("10.00", "RM")]


@pytest.mark.parametrize("text", ["6%", "25/12/2018", "18:46", "CS00084670"])
def test_what_is_no_amount(text: str) -> None:
    assert find_amounts(text) == []


def test_the_document_tells_what_a_lone_mark_is() -> None:
    (unclear,) = find_amounts("9.000")
    assert unclear.value() == 9000
    assert unclear.value(decimal_mark(find_amounts("9.00 10.50"))) == 9
    assert unclear.value(decimal_mark(find_amounts("9,00 10,50"))) == 9000


def test_currencies() -> None:
    assert currency_code("RM") == ("MYR", True)
    assert currency_code("$") == ("USD", False)
    assert currency_code("$", ["MYR", "SGD"]) == ("SGD", True)
    assert currency_code("chf") == ("CHF", True)
    assert currency_code("apples") == (None, False)
    assert [sign for _, _, sign in find_currencies("Total (RM) : 5.00")] == ["RM"]
    assert find_currencies("Friday") == []
