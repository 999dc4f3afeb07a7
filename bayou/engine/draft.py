"""The tower's own reading of a line: best path of its head to text, ids and spans. Knows characters; no weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.engine.runtime import Draft, FloatArray
from bayou.errors import ModelError
from bayou.inputs.characters import UNK_ID, CharacterTokenizer
from bayou.model.columns import best_path

SPACE = " "


def read_alphabet(path: Path) -> tuple[str, ...]:
    """The head's characters from their file (UTF-8, one a line), the space of the last class added.

    Entry i is class i + 1; class 0 is the blank.

    Raises:
        ModelError: The file can't be read, or holds an entry that is not one character.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ModelError(f"can't read the head's characters: {error.strerror}", str(path)) from error
    except UnicodeDecodeError as error:
        raise ModelError("the head's characters are not UTF-8", str(path)) from error
    entries = text.removesuffix("\n").split("\n")
    for number, entry in enumerate(entries, start=1):
        if len(entry) != 1:
            raise ModelError(f"line {number} is {entry!r}, not one character", str(path))
    return (*entries, SPACE)


def read_draft(
    classes: NDArray[np.integer], probabilities: FloatArray, alphabet: Sequence[str], tokenizer: CharacterTokenizer
) -> Draft:
    """The draft of one line.

    Args:
        classes: The likeliest class of each column, [T].
        probabilities: Its probability, [T].
        alphabet: From ``read_alphabet``.
        tokenizer: The decoder's; folds what it can't write to what it can, else to the unknown id.
    """
    drafted, spans = best_path(classes)
    characters = [alphabet[c - 1] for c in drafted]
    ids = tuple(tokenizer.id_of(character) for character in characters)
    surest = [probabilities[first:end].max() for first, end in spans]
    return Draft("".join(characters), ids, np.array(surest, dtype=np.float32), spans, len(classes))


def is_foreign(draft: Draft) -> bool:
    """Whether at least half of the draft's letters are of a script the decoder doesn't write.

    Such a line is given as the head spells it. Digits, punctuation and spaces don't count.
    """
    known = [token != UNK_ID for token, character in zip(draft.ids, draft.text, strict=True) if character.isalpha()]
    return bool(known) and 2 * sum(known) <= len(known)
