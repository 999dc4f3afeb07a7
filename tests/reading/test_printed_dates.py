from __future__ import annotations

import pytest

from bayou.reading.printed_dates import find_dates, find_times, known_order


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25/12/2018 8:13:39 PM", "2018-12-25"),
        ("27 MAR 2018 18:46", "2018-03-27"),
        ("12 MAR2018", "2018-03-12"),
        ("3 de mayo de 2024", "2024-05-03"),
        ("March 5, 2024", "2024-03-05"),
        ("14. März 2024", "2024-03-14"),
        ("1er février 2023", "2023-02-01"),
        ("2018-03-04", "2018-03-04"),
        ("DATE:20180304", "2018-03-04"),
        ("25 Dec'18", "2018-12-25"),
        ("03/28/18", "2018-03-28"),
        ("2024年3月5日", "2024-03-05"),
        ("4 września 2021 r.", "2021-09-04"),
    ],
)
def test_a_date_is_found_in_its_line(text: str, value: str) -> None:
    (found,) = find_dates(text)
    day = found.value()
    assert day is not None and day.isoformat() == value
    assert not found.ambiguous


@pytest.mark.parametrize("text", ["31/02/2018", "12.50", "1.234.567", "03-4021 0276", "10.10.10.10", "2/3", ""])
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text) == []


def test_day_and_month_are_told_by_the_other_dates() -> None:
    unclear, clear = find_dates("03/04/2024")[0], find_dates("due 04/28/2024")[0]
    assert unclear.ambiguous
    assert known_order([unclear]) is None
    assert known_order([unclear, clear]) == "mdy"
    assert str(unclear.value("mdy")) == "2024-03-04"
    assert str(unclear.value("dmy")) == "2024-04-03"
    assert known_order([*find_dates("28/04/2024"), clear]) is None, "they disagree"


def test_times() -> None:
    assert [one[2] for one in find_times("Time: 11:33:00")] == ["11:33:00"]
    assert [one[2] for one in find_times("25/12/2018 8:13 PM")] == ["20:13"]
    assert find_times("Total 12.50") == []
