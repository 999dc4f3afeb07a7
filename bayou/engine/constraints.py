"""What a text must be: JSON by a schema, a regular expression, one of some texts. Knows llguidance; no runtimes.

llguidance follows the text as it grows and tells which tokens may come next, and which must: the names of a record's
fields, its brackets and commas. Those are spelt as the tokenizer would spell the whole text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

from bayou.engine.runtime import BoolArray
from bayou.errors import MissingExtraError, ModelError, UsageError

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

JSON_LAYOUT: Mapping[str, Any] = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""As ``json.dumps`` writes on one line, so that all between a record's values is forced."""
_KEPT_GRAMMARS = 64


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a text must be; made with ``json_schema``, ``regex`` or ``choice``.

    Attributes:
        kind: Which of them.
        text: The schema or the texts as JSON; the regular expression.
    """

    kind: Literal["json_schema", "regex", "choice"]
    text: str

    @classmethod
    def json_schema(cls, schema: Mapping[str, Any]) -> Constraint:
        """JSON on one line that is valid by a JSON Schema.

        Raises:
            UsageError: It isn't made of JSON's own values.
        """
        try:
            return cls("json_schema", json.dumps(schema))
        except (TypeError, ValueError) as error:
            raise UsageError(f"the schema is no JSON: {error}") from error

    @classmethod
    def regex(cls, pattern: str) -> Constraint:
        """A text that a regular expression matches as a whole (Rust's syntax: no look-around, no back references)."""
        return cls("regex", pattern)

    @classmethod
    def choice(cls, texts: Sequence[str]) -> Constraint:
        """One of some texts.

        Raises:
            UsageError: There is none to choose from, or one is empty.
        """
        if not texts or isinstance(texts, str) or not all(texts):
            raise UsageError("a choice is among one text or more, none of them empty")
        return cls("choice", json.dumps(list(texts), ensure_ascii=False))


class Vocabulary(Protocol):
    """What is needed of a tokenizer."""

    def token_bytes(self) -> Sequence[bytes | None]:
        """What each token writes; None for one that writes nothing by itself."""

    def encode_inside(self, text: str) -> list[int]:
        """Ids of a text that stands after other text."""


class Grammars:
    """Constraints for one tokenizer. Grammars are kept; it takes milliseconds to make one."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._tokenizers: dict[tuple[int, ...], LLTokenizer] = {}
        self.form = lru_cache(_KEPT_GRAMMARS)(self._form)

    def _form(self, constraint: Constraint, stop_ids: tuple[int, ...]) -> ConstrainedForm:
        """What a request takes; errors as ``ConstrainedForm``."""
        if stop_ids not in self._tokenizers:
            self._tokenizers[stop_ids] = _llguidance_tokenizer(self._vocabulary, stop_ids)
        return ConstrainedForm(self._tokenizers[stop_ids], constraint, stop_ids)


class ConstrainedForm:
    """A constraint as a ``Form`` for one tokenizer.

    Raises:
        UsageError: The schema or expression is wrong, or asks for what can't be kept to; nothing of it is ignored.
    """

    def __init__(self, tokenizer: LLTokenizer, constraint: Constraint, stop_ids: tuple[int, ...]) -> None:
        import llguidance

        try:
            grammar = _grammar(constraint)
        except ValueError as error:
            raise UsageError(f"the {_NAMES[constraint.kind]} can't be used: {error}") from error
        self._matcher = llguidance.LLMatcher(tokenizer, grammar, log_level=0)
        if self._matcher.is_error():
            reason = " ".join(self._matcher.get_error().split())
            raise UsageError(f"the {_NAMES[constraint.kind]} can't be used: {reason}")
        self._vocab_size, self._stop = tokenizer.vocab_size, stop_ids[0]

    def begin(self) -> ConstrainedGuide:
        """For a new text."""
        return ConstrainedGuide(self._matcher.deep_copy(), self._vocab_size, self._stop)


class ConstrainedGuide:
    """One text on its way. What is forced is worked out once where a choice ends, so that it doesn't hang on who asks.

    Raises:
        ModelError: From any method: the text is too much for the grammar (a pattern of thousands of states).
    """

    def __init__(self, matcher: LLMatcher, vocab_size: int, stop: int) -> None:
        self._matcher, self._vocab_size, self._stop = matcher, vocab_size, stop
        self._forced: tuple[int, ...] = ()
        self._look_ahead()

    @property
    def forced(self) -> tuple[int, ...]:
        return self._forced

    def allowed(self) -> BoolArray:
        """bool [vocabulary]."""
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        self._check()
        return np.unpackbits(bits, count=self._vocab_size, bitorder="little").astype(bool)

    def push(self, token: int) -> None:
        self._matcher.consume_token(token)
        self._check()
        self._forced = self._forced[1:]
        if not self._forced:
            self._look_ahead()

    def _look_ahead(self) -> None:
        if self._matcher.is_stopped():
            self._forced = (self._stop,)
        else:
            self._forced = tuple(self._matcher.compute_ff_tokens())
        self._check()

    def _check(self) -> None:
        if self._matcher.is_error():
            reason = " ".join(self._matcher.get_error().split())
            raise ModelError(f"the text can't be kept to its form any more: {reason}")


_NAMES: Mapping[str, str] = {"json_schema": "schema", "regex": "regular expression", "choice": "choice"}


def _grammar(constraint: Constraint) -> str:
    import llguidance

    match constraint.kind:
        case "json_schema":
            return llguidance.LLMatcher.grammar_from_json_schema(constraint.text, overrides=dict(JSON_LAYOUT))  # type: ignore[arg-type]
        case "regex":
            return llguidance.LLMatcher.grammar_from_regex(constraint.text)
        case "choice":
            texts = " | ".join(json.dumps(text, ensure_ascii=False) for text in json.loads(constraint.text))
            return llguidance.LLMatcher.grammar_from_lark(f"start: {texts}")


class _Wrapped:
    """A vocabulary in the attributes that llguidance asks for."""

    def __init__(self, vocabulary: Vocabulary, stop: int) -> None:
        written = vocabulary.token_bytes()
        self.special_token_ids = [token for token, text in enumerate(written) if text is None]
        # 0xFF begins no text: llguidance's mark of a token that stands for itself.
        self.tokens = [b"\xff<%d>" % token if text is None else text for token, text in enumerate(written)]
        self.eos_token_id, self.bos_token_id = stop, None
        self._encode = vocabulary.encode_inside

    def __call__(self, text: bytes) -> list[int]:
        return self._encode(text.decode())


def _llguidance_tokenizer(vocabulary: Vocabulary, stop_ids: tuple[int, ...]) -> LLTokenizer:
    try:
        import llguidance
    except ModuleNotFoundError as error:
        raise MissingExtraError('to keep answers to a form: pip install "bayou[extract]"') from error
    wrapper = llguidance.TokenizerWrapper(_Wrapped(vocabulary, stop_ids[0]))
    return llguidance.LLTokenizer(wrapper, eos_token=list(stop_ids))
