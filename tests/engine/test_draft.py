"""Best path to a draft, on lines made by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bayou.engine.draft import is_foreign, read_alphabet, read_draft
from bayou.engine.runtime import Draft
from bayou.errors import ModelError
from bayou.inputs.characters import UNK_ID, CharacterTokenizer

ALPHABET = ("a", "b", "中", "文", "！", "α", " ")
TOKENIZER = CharacterTokenizer("ab! ")


def drafted(*classes: int) -> Draft:
    probabilities = np.linspace(0.1, 0.9, len(classes), dtype=np.float32)
    return read_draft(np.array(classes), probabilities, ALPHABET, TOKENIZER)


def test_runs_become_characters_and_blanks_part_twins() -> None:
    draft = drafted(0, 1, 1, 0, 1, 2, 7, 0, 0, 5)
    assert draft.text == "aab ！"
    assert draft.ids == (4, 4, 5, 7, 6)  # the full-width mark is folded
    assert draft.spans.tolist() == [[1, 3], [4, 5], [5, 6], [6, 7], [9, 10]]
    assert draft.columns == 10
    assert draft.probabilities[0] == np.linspace(0.1, 0.9, 10, dtype=np.float32)[2]


def test_an_empty_line_has_an_empty_draft() -> None:
    draft = drafted(0, 0, 0)
    assert (draft.text, draft.ids, draft.spans.shape, draft.probabilities.shape) == ("", (), (0, 2), (0,))
    assert not is_foreign(draft)


def test_a_line_is_foreign_from_half_of_its_letters_on() -> None:
    assert drafted(3).ids == (UNK_ID,)
    assert is_foreign(drafted(3, 4))
    assert is_foreign(drafted(1, 3))
    assert is_foreign(drafted(1, 6, 5, 0, 5, 0, 5))
    assert not is_foreign(drafted(1, 2, 3))
    assert not is_foreign(drafted(5, 0, 5, 7))


def test_an_alphabet_file(tmp_path: Path) -> None:
    file = tmp_path / "characters.txt"
    file.write_text("a\n\u3000\n中\n", encoding="utf-8")
    assert read_alphabet(file) == ("a", "\u3000", "中", " ")
    file.write_text("a\n\nb\n", encoding="utf-8")
    with pytest.raises(ModelError, match="line 2 is ''"):
        read_alphabet(file)
    with pytest.raises(ModelError, match="can't read"):
        read_alphabet(tmp_path / "absent.txt")
