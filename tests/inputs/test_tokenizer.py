"""The slow tokenizer's ids and texts, and the rule itself against SentencePiece."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import sentencepiece
from hypothesis import given
from hypothesis import strategies as st

from bayou.errors import InputError, ModelError
from bayou.inputs.tokenizer import ADDED_TOKENS, Tokenizer
from tests.golden_set import golden, read_json

CONTROLS = {"<unk>": 0, "<s>": 1, "</s>": 2}
SPECIALS = ADDED_TOKENS | CONTROLS
UNICODE = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.from_folder(golden("tiny-800m"))


@cache
def pieces() -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_file=str(golden("tiny-800m") / "tokenizer.model"))


@pytest.mark.parametrize("table", ["encode", "decode"])
def test_the_reference_texts(table: str) -> None:
    for row in read_json("tokenization.json")[table]:
        if table == "encode":
            assert tokenizer().encode(row["text"]) == row["ids"], row["text"]
        assert tokenizer().decode(row["ids"]) == row["decode_skip_special"]
        assert tokenizer().decode(row["ids"], keep_special=True) == row["decode_keep_special"]


def test_white_space_ids_of_both_versions() -> None:
    expected = read_json("tokenization.json")
    assert tokenizer().white_space_ids() == set(expected["whitespace_token_ids"])
    assert tokenizer().white_space_ids(count_bytes=True) == set(expected["whitespace_token_ids_t445"])


def test_words_without_their_leading_space() -> None:
    table, tokens = tokenizer().spaceless_ids(), tokenizer()
    apart, together = tokens.encode("a total"), tokens.encode("a\ntotal")
    assert apart[-1] != together[-1] and table[apart[-1]] == table[together[-1]] == together[-1]
    assert all(table[token] == -1 for token in tokens.white_space_ids(count_bytes=True))
    assert table[32009] == 32009 and len(table) == 32010
    for token in range(300, 32000, 97):
        if table[token] >= 0:
            assert tokens.decode([int(table[token])]) == tokens.decode([token]).lstrip(" ")


def test_sizes_and_ids() -> None:
    assert tokenizer().vocab_size == 32010
    assert {token: tokenizer().id_of(token) for token in SPECIALS} == SPECIALS
    with pytest.raises(ModelError, match="no token"):
        tokenizer().id_of("<|prompt|>")


@given(UNICODE.filter(lambda text: not any(token in text for token in SPECIALS)))
def test_plain_text_is_sentencepiece(text: str) -> None:
    assert tokenizer().encode(text) == pieces().encode(text)


@given(st.lists(st.one_of(st.sampled_from(sorted(SPECIALS)), st.text(alphabet="ab <|>\n▁é字")), max_size=8))
def test_pieces_between_special_tokens_are_encoded_alone(parts: list[str]) -> None:
    """A rule written another way: the earliest special token, the longest of those that start there."""
    text, expected = "".join(parts), list[int]()
    while text:
        found = [(text.find(token), -len(token), token) for token in SPECIALS if token in text]
        place, _, token = min(found) if found else (len(text), 0, "")
        expected += pieces().encode(text[:place]) if place else []
        expected += [SPECIALS[token]] if token else []
        text = text[place + len(token) :]
    assert tokenizer().encode("".join(parts)) == expected


@given(UNICODE.filter(lambda text: not any(token in text for token in SPECIALS)))
def test_decoding_ids_of_text_is_sentencepieces(text: str) -> None:
    ids = tokenizer().encode(text)
    assert tokenizer().decode(ids) == pieces().decode(ids)
    assert tokenizer().decode([1, *ids, 32009]) == pieces().decode(ids)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(InputError, match="Unicode"):
        tokenizer().encode("a\ud800")


@pytest.mark.parametrize("token", [-1, 32010])
def test_an_id_outside_is_refused(token: int) -> None:
    with pytest.raises(ModelError, match="outside the vocabulary"):
        tokenizer().decode([token])


def broken_folder(folder: Path, model: bytes, added: str) -> Path:
    (folder / "tokenizer.model").write_bytes(model)
    (folder / "added_tokens.json").write_text(added, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "added",
    ["", "[]", '{"<img>": "32000"}', json.dumps({"<img>": 32001}), json.dumps({"<img>": 5})],
)
def test_damaged_added_tokens_are_refused(added: str, tmp_path: Path) -> None:
    model = (golden("tiny-800m") / "tokenizer.model").read_bytes()
    with pytest.raises(ModelError, match="added"):
        Tokenizer.from_folder(broken_folder(tmp_path, model, added))


@pytest.mark.parametrize("length", [0, 1000])
def test_a_truncated_model_is_refused(length: int, tmp_path: Path) -> None:
    model = (golden("tiny-800m") / "tokenizer.model").read_bytes()[:length]
    with pytest.raises(ModelError):
        Tokenizer.from_folder(broken_folder(tmp_path, model, json.dumps(ADDED_TOKENS)))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="tokenizer"):
        Tokenizer.from_folder(tmp_path)
