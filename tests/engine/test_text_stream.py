"""Pieces of text are whole characters and join to the text of all tokens."""

from __future__ import annotations

from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bayou.engine.request import Finished, TextPiece, Token, Usage
from bayou.engine.text_stream import TextStream, with_text
from bayou.inputs.characters import CharacterTokenizer
from bayou.inputs.tokenizer import Tokenizer
from tests.golden_set import golden

TEXT = "Zürich, 東京 🙂\nnaïve  café … \n\n 12.50 € "


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.from_folder(golden("tiny-800m"))


def pieces(ids: list[int], strip: bool = False, single_spaces: bool = False) -> list[str]:
    stream = TextStream(tokenizer(), strip, single_spaces)
    return [*(stream.push(token) for token in ids), stream.finish()]


byte_tokens = st.integers(3, 258)
all_tokens = st.lists(
    st.one_of(byte_tokens, st.integers(0, 32009), st.sampled_from([259, 260, 28705, 13])), max_size=40
)


@settings(deadline=None, max_examples=100)
@given(all_tokens)
@example([28705, 28705, 1000])
@example([1000, 2, 1000])
@example([243, 162, 133, 1000])
@example([29871, 32009, 13])
def test_any_tokens_join_to_their_text(ids: list[int]) -> None:
    whole = tokenizer().decode(ids)
    assert "".join(pieces(ids)) == whole
    assert "".join(pieces(ids, strip=True)) == whole.strip()
    collapsed = whole.strip()
    while "  " in collapsed:
        collapsed = collapsed.replace("  ", " ")
    assert "".join(pieces(ids, strip=True, single_spaces=True)) == collapsed


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufffd"), max_size=30))
@example(TEXT)
def test_no_piece_holds_half_a_character(text: str) -> None:
    ids = tokenizer().encode(text)
    if "\ufffd" not in tokenizer().decode(ids):  # the tokenizer itself folds a few characters
        assert not any("\ufffd" in piece for piece in pieces(ids))


def test_pieces_come_as_soon_as_they_are_whole() -> None:
    ids = tokenizer().encode("東 of 🙂 and\nwhite  space  ")
    found = pieces(ids, strip=True)
    for place, piece in enumerate(found[:-1]):
        so_far, waiting = "".join(found[: place + 1]), tokenizer().decode(ids[: place + 1])
        assert so_far == waiting.rstrip("\ufffd").strip(), piece


def test_text_comes_after_its_token_and_before_the_end() -> None:
    end = Finished("length", Usage(1, 4, 4))
    ids = [243, 162, 134, 240]  # three bytes of four and one of another
    tokens = [Token(token, 1.0, token, 1.0, 2) for token in ids]
    events = list(with_text([*tokens, end], TextStream(tokenizer(), strip=True)))
    assert events[:4] == tokens
    assert events[-1] == end
    assert events[4:-1] == [TextPiece(tokenizer().decode(ids))]
    characters = CharacterTokenizer("ab ")
    found = list(with_text([Token(i, 1.0, i, 1.0, 2) for i in characters.encode(" b")], TextStream(characters, False)))
    assert [event.text for event in found if isinstance(event, TextPiece)] == [" ", "b"]
