"""A draft is found again after other words, other line breaks and in another order; a bad one costs little."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bayou.engine.draft_lookup import LOST, DraftLookup
from bayou.engine.reading_rule import ReadingRule
from bayou.engine.request import Request
from bayou.engine.speculation import EXTRA_COST, FIRST_WINDOW, Row, Trust
from bayou.inputs.tokenizer import Tokenizer
from tests.engine.test_speculation import prompt_of
from tests.golden_set import golden

STOP = 32009
TEXT = (
    "Invoice 2024-118\nMill Lane Bakery, 12 Mill Lane, Oxford\n\nBread 12.50\nRolls 3.20\nTotal 15.70\n"
    "Thank you for your order. Please pay within fourteen days to the account below, and name the number of the "
    "invoice. Goods remain our property until they have been paid in full."
)


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.from_folder(golden("tiny-800m"))


def passes(text: str, draft: str, fed: list[int] | None = None) -> int:
    """Passes that a model takes which would write ``text``; into ``fed`` goes how many draft tokens each checked."""
    ids, table = [*tokenizer().encode(text), STOP], tokenizer().spaceless_ids()
    request = Request(
        prompt_of(1), ReadingRule((STOP,)), 1000, tuple(tokenizer().encode(draft)), window=64, spaceless=table
    )
    row, written = Row.start(0, request, request.prompt), 0
    while row.finished is None:
        # The pass sees the fed tokens; the model's choice after each of them is the text's next token, if they are
        # the text, and anything else after the first that isn't.
        drafted = row.feed[row.certain :]
        if fed is not None:
            fed.append(len(drafted))
        logits = np.zeros((len(drafted) + 1, 32010), dtype=np.float32)
        for place in range(len(drafted) + 1):
            if list(drafted[:place]) == ids[written : written + place] and written + place < len(ids):
                logits[place, ids[written + place]] = 9
        row.walk(logits)
        written = row.written
    assert [token.id for token in row.tokens] == ids
    return row.passes


def cost(text: str, draft: str) -> float:
    """Of the passes, where a position more costs what is reckoned with."""
    fed: list[int] = []
    count = passes(text, draft, fed)
    return count + EXTRA_COST * sum(fed)


def test_a_good_draft_takes_few_passes() -> None:
    tokens = len(tokenizer().encode(TEXT)) + 1
    assert tokens > 80
    assert passes(TEXT, "") == tokens
    assert passes(TEXT, TEXT) <= 1 + (tokens - FIRST_WINDOW + 63) // 64


def test_other_line_breaks_cost_a_few_passes_each() -> None:
    flowing = TEXT.replace("\n", " ")
    breaks = 7
    for text, draft in ((TEXT, flowing), (flowing, TEXT)):
        assert passes(text, draft) <= passes(text, text) + 3 * breaks
        assert cost(text, draft) < passes(text, "") / 2


def test_a_misread_word_costs_a_few_passes() -> None:
    assert passes(TEXT, TEXT.replace("Bakery", "Bokery").replace("fourteen", "fourtoen")) <= passes(TEXT, TEXT) + 12


def test_what_the_draft_lacks_or_has_too_much_of() -> None:
    tokens = len(tokenizer().encode(TEXT))
    lacking = TEXT.replace("Please pay within fourteen days to the account below, ", "")
    assert passes(TEXT, lacking) < passes(TEXT, "") / 2
    assert passes(lacking, TEXT) <= passes(TEXT, TEXT) + 4
    assert passes(TEXT, "Bread" + TEXT[:120]) < tokens


def test_blocks_in_another_order() -> None:
    first, second, third = TEXT.split("\n", 2)
    turned = f"{third}\n{second}\n{first}"
    assert passes(TEXT, turned) < len(tokenizer().encode(TEXT)) / 4


def test_an_unrelated_draft_is_let_go() -> None:
    table = tokenizer().spaceless_ids()
    followed = DraftLookup(tokenizer().encode("Wholly other words, which nobody ever wrote here at all."), STOP, table)
    words = [token for token in tokenizer().encode(TEXT) if table[token] >= 0]
    proposed = []
    for token in words:
        proposed.append(len(followed.rest))
        followed.push(token)
    assert not any(proposed[3 * LOST :])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 6), max_size=12), st.lists(st.integers(0, 6), max_size=20))
def test_any_draft_and_text(draft: list[int], text: list[int]) -> None:
    """Ids 0 and 1 are white space, 3 is 2 after a space."""
    followed = DraftLookup(draft, 9, np.array([-1, -1, 2, 2, 4, 5, 6]))
    for count, token in enumerate(text):
        if text[:count] == draft[:count]:
            assert followed.expected == (*draft, 9)[count]
        assert 0 <= followed.place <= len(draft)
        assert followed.rest in ((), tuple(draft[followed.place :]))
        followed.push(token)


def test_a_draft_is_checked_as_far_as_it_is_worth() -> None:
    good, bad, worthless = Trust(), Trust(), Trust()
    for _ in range(4):
        good.learn(20, missed=True)
        bad.learn(2, missed=True)
        worthless.learn(0, missed=True)
    assert worthless.window(64) == 1 < bad.window(64) < 8 < good.window(64) < 64
    for _ in range(3):
        worthless.learn(worthless.window(64), missed=False)  # it is right from here on
    assert worthless.window(64) > 4
    for _ in range(9):
        good.learn(0, missed=True)
    assert good.window(64) <= 4


def test_a_bad_draft_costs_little_and_a_fair_one_saves() -> None:
    plain = passes(TEXT, "")
    misread = "".join(letter if place % 9 else "x" for place, letter in enumerate(TEXT))
    assert cost(TEXT, "Wholly other words, which nobody ever wrote here at all.") < 1.1 * plain
    assert cost(TEXT, misread) < 1.1 * plain
    assert cost(TEXT, TEXT.replace("Bakery", "Bokery").replace("fourteen", "fourtoen")) < plain / 2
