import pytest

from bayou.documents.page_ranges import parse_page_ranges, select_pages
from bayou.errors import InputError, UsageError


@pytest.mark.parametrize(
    ("text", "total", "expected"),
    [
        (None, 3, (1, 2, 3)),
        ("1-5,8", 10, (1, 2, 3, 4, 5, 8)),
        ("8,1-3,2", 10, (1, 2, 3, 8)),
        ("3-", 5, (3, 4, 5)),
        ("-2", 5, (1, 2)),
        (" 2 , 4 ", 5, (2, 4)),
        ("1-5", 3, (1, 2, 3)),
        ("2,9", 3, (2,)),
    ],
)
def test_selects_ascending_and_once(text, total, expected):
    assert tuple(select_pages(text, total)) == expected


@pytest.mark.parametrize("text", ["", "-", "a", "1,,2", "5-3", "0", "0-3", "1-2-3", "1.5"])
def test_nonsense_is_a_usage_error_that_shows_it(text):
    with pytest.raises(UsageError):
        parse_page_ranges(text)


def test_pages_beyond_the_end_are_an_error_naming_the_file():
    with pytest.raises(InputError, match=r"short\.pdf: has 3 pages, and none of the pages 7-9 asked for"):
        select_pages("7-9", 3, "short.pdf")


def test_a_huge_range_is_no_work():
    assert tuple(select_pages("2-999999999999", 3)) == (2, 3)
