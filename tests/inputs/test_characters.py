"""nano's tokenizer: one id a character, folding, files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.errors import ModelError
from bayou.inputs.characters import (
    BOS_ID,
    EOS_ID,
    LOOK_ALIKES,
    PAD_ID,
    REPLACEMENT,
    SPECIAL_IDS,
    UNK_ID,
    CharacterTokenizer,
    fold_width,
)

TOKENIZER = CharacterTokenizer(' abcABC123-"•\u0085é')


@given(st.text(alphabet=TOKENIZER.characters))
def test_text_of_the_vocabulary_comes_back(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


@given(st.text())
def test_one_id_for_each_character(text: str) -> None:
    ids = TOKENIZER.encode(text)
    assert len(ids) == len(text)
    assert all(UNK_ID <= token < TOKENIZER.vocab_size for token in ids)


def test_ids_follow_the_vocabulary() -> None:
    assert TOKENIZER.encode(" a") == [SPECIAL_IDS, SPECIAL_IDS + 1]
    assert TOKENIZER.vocab_size == SPECIAL_IDS + len(TOKENIZER.characters)


@pytest.mark.parametrize(
    ("given_character", "written"), [("Ａ", "A"), ("１", "1"), ("\u3000", " "), ("−", "-"), ("“", '"')]
)
def test_full_width_and_look_alikes_are_folded(given_character: str, written: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(given_character)) == written
    assert TOKENIZER.writes(given_character)


def test_a_look_alike_of_its_own_in_the_vocabulary_stays() -> None:
    assert CharacterTokenizer('"“').encode('“"„') == [SPECIAL_IDS + 1, SPECIAL_IDS, SPECIAL_IDS]


def test_look_alikes_are_single_characters_and_final() -> None:
    for character, alike in LOOK_ALIKES.items():
        assert len(character) == len(alike) == 1
        assert character != alike


def test_every_full_width_ascii_character_folds() -> None:
    assert [fold_width(chr(0xFF01 + i)) for i in range(94)] == [chr(0x21 + i) for i in range(94)]


def test_the_unknown_shows_and_specials_vanish() -> None:
    assert not TOKENIZER.writes("字")
    assert TOKENIZER.encode("字") == [UNK_ID]
    assert TOKENIZER.decode([BOS_ID, SPECIAL_IDS + 1, UNK_ID, EOS_ID, PAD_ID]) == "a" + REPLACEMENT


def test_an_id_outside_is_refused() -> None:
    with pytest.raises(ModelError, match="outside the vocabulary"):
        TOKENIZER.decode([TOKENIZER.vocab_size])
    with pytest.raises(ModelError, match="outside the vocabulary"):
        TOKENIZER.decode([-1])


def test_the_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.txt"
    TOKENIZER.save(path)
    assert path.read_bytes().count(b"\n") == len(TOKENIZER.characters)
    assert CharacterTokenizer.from_file(path).characters == TOKENIZER.characters


@pytest.mark.parametrize("content", [b"a\nbc\n", b"a\nb\na\n", b"a\n\nb\n", b"\xff\n"])
def test_a_damaged_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.txt"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="vocabulary"):
        CharacterTokenizer.from_file(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"vocabulary\.txt"):
        CharacterTokenizer.from_file(tmp_path / "vocabulary.txt")
