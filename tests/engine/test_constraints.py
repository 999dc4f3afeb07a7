"""Texts kept to a form: valid whatever the model, the same with forced tokens fed together as one by one."""

from __future__ import annotations

import json
import re
import sys
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bayou.engine.array_store import ArrayStore
from bayou.engine.constraints import Constraint, Grammars
from bayou.engine.generate import generate_all
from bayou.engine.generation import collect
from bayou.engine.request import Prompt, ReadingRule, Request
from bayou.engine.scheduler import Scheduler
from bayou.engine.speculation import speculate_all
from bayou.engine.tile_reader import Options, TileReader
from bayou.errors import MissingExtraError, ModelError, UsageError
from bayou.inputs.characters import EOS_ID, CharacterTokenizer
from tests.engine.memory_runtime import HIDDEN, MemoryRuntime
from tests.engine.tiny_models import ask, page, tiny

CHARACTERS = CharacterTokenizer([*map(chr, range(32, 127)), "é", "€", "\u4e2d"])
RULE = ReadingRule((EOS_ID,))
ROOM = 200

INVOICE = {
    "type": "object",
    "properties": {
        "vendor": {"type": "string", "maxLength": 12},
        "kind": {"enum": ["invoice", "receipt", 7, None]},
        "total": {"type": "number"},
        "paid": {"type": "boolean"},
        "note": {"type": "string", "maxLength": 5},
    },
    "required": ["vendor", "kind", "total"],
    "additionalProperties": False,
}
SCHEMAS = [
    INVOICE,
    {
        "type": "object",
        "properties": {
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": 2,
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string", "maxLength": 4}, "count": {"type": "integer"}},
                    "required": ["name", "count"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["items"],
        "additionalProperties": False,
    },
    {"type": "array", "items": {"type": "integer", "minimum": 3, "maximum": 1200}, "maxItems": 4},
    {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
    {
        "$defs": {"date": {"anyOf": [{"type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"}, {"type": "null"}]}},
        "type": "object",
        "properties": {"issued": {"$ref": "#/$defs/date"}, "due": {"$ref": "#/$defs/date"}},
        "required": ["issued", "due"],
        "additionalProperties": False,
    },
]


@cache
def grammars() -> Grammars:
    return Grammars(CHARACTERS)


def request(constraint: Constraint, limit: int = ROOM, draft: str = "", window: int | None = None) -> Request[Prompt]:
    embeds = np.random.default_rng(0).normal(size=(2, HIDDEN)).astype(np.float32)
    form = grammars().form(constraint, RULE.stop_ids)
    drafted = tuple(CHARACTERS.encode(draft))
    return Request(Prompt(embeds, np.arange(2), 2), RULE, limit, drafted, window, form=form)


def spelt(tokens: list) -> str:
    return CHARACTERS.decode(token.id for token in tokens)


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(SCHEMAS), st.integers(0, 255), st.sampled_from([2, 9]))
def test_json_is_valid_by_its_schema_whatever_the_model(schema: dict, seed: int, levels: int) -> None:
    runtime = MemoryRuntime(CHARACTERS.vocab_size, levels, seed)
    tokens, finished = speculate_all(runtime, [request(Constraint.json_schema(schema))])[0]
    if finished.reason == "stop":  # a number has no longest form, so some are cut off
        Draft202012Validator(schema).validate(json.loads(spelt(tokens)))
    assert finished.reason == "stop" or len(tokens) == ROOM


@pytest.mark.parametrize("schema", SCHEMAS)
def test_some_of_these_texts_end(schema: dict) -> None:
    reasons = [
        speculate_all(MemoryRuntime(CHARACTERS.vocab_size, 9, seed), [request(Constraint.json_schema(schema))])[0][1]
        for seed in range(3)
    ]
    assert "stop" in [finished.reason for finished in reasons]


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from(SCHEMAS), st.integers(1, 120), st.booleans()), min_size=1, max_size=3),
    st.integers(0, 255),
    st.sampled_from([None, 3]),
)
def test_forced_tokens_fed_together_are_those_of_one_by_one(
    asked: list[tuple[dict, int, bool]], seed: int, window: int | None
) -> None:
    runtime = MemoryRuntime(CHARACTERS.vocab_size, 5, seed)
    drafts = ['{"vendor": "Acme", "kind": "receipt", "total": 12.5}' if drafted else "" for _, _, drafted in asked]
    requests = [
        request(Constraint.json_schema(schema), limit, draft, window)
        for (schema, limit, _), draft in zip(asked, drafts, strict=True)
    ]
    together = speculate_all(runtime, requests)
    for one, (tokens, finished) in zip(requests, together, strict=True):
        slow_tokens, slow_finished = generate_all(runtime, one)
        assert tokens == slow_tokens
        assert (finished.reason, finished.usage.new_tokens) == (slow_finished.reason, slow_finished.usage.new_tokens)
        assert finished.usage.forced_tokens == slow_finished.usage.forced_tokens
        assert finished.usage.passes <= slow_finished.usage.passes


def test_what_is_forced_takes_no_pass_of_its_own() -> None:
    runtime = MemoryRuntime(CHARACTERS.vocab_size, 9)
    tokens, finished = speculate_all(runtime, [request(Constraint.choice(["only this"]))])[0]
    assert spelt(tokens) == "only this"
    assert (finished.usage.passes, finished.usage.forced_tokens, finished.reason) == (1, len(tokens), "stop")
    schema = {"type": "object", "properties": {"answer": {"type": "boolean"}}, "required": ["answer"]}
    closed = Constraint.json_schema({**schema, "additionalProperties": False})
    tokens, finished = speculate_all(runtime, [request(closed)])[0]
    assert json.loads(spelt(tokens))["answer"] in (True, False)
    assert (finished.usage.passes, runtime.steps) == (1, 2)  # of '{"answer": true}' one letter is chosen


@pytest.mark.parametrize("seed", range(3))
def test_expressions_and_choices(seed: int) -> None:
    runtime = MemoryRuntime(CHARACTERS.vocab_size, 9, seed)
    pattern, texts = r"(RM|€) ?[1-9][0-9]{0,3}\.[0-9]{2}", ["yes", "no", 'a "quoted" one', "né"]
    asked = [request(Constraint.regex(pattern)), request(Constraint.choice(texts))]
    (amount, _), (chosen, _) = speculate_all(runtime, asked)
    assert re.fullmatch(pattern, spelt(amount))
    assert spelt(chosen) in texts


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint("json_schema", '{"type": "strange"}'),
        Constraint("json_schema", "[1]"),
        Constraint.json_schema({"type": "string", "format": "made-up"}),
        Constraint.json_schema({"type": "object", "properties": {"a": {"not": {"type": "string"}}}, "required": ["a"]}),
        Constraint.regex("(unclosed"),
    ],
)
def test_what_cannot_be_kept_to_is_refused(constraint: Constraint) -> None:
    with pytest.raises(UsageError, match="can't be used"):
        request(constraint)


def test_wrong_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no JSON"):
        Constraint.json_schema({"a": {1, 2}})
    with pytest.raises(UsageError, match="choice"):
        Constraint.choice([])
    form = request(Constraint.choice(["a"])).form
    for rule in (ReadingRule((EOS_ID,), 0.5), ReadingRule((EOS_ID,), spaces=frozenset({4}))):
        with pytest.raises(UsageError, match="greedily"):
            Request(Prompt(np.zeros((1, HIDDEN), np.float32), np.arange(1), 1), rule, 5, form=form)
    monkeypatch.setitem(sys.modules, "llguidance", None)
    with pytest.raises(MissingExtraError, match=re.escape("bayou[extract]")):
        Grammars(CHARACTERS).form(Constraint.choice(["a"]), (EOS_ID,))


def test_the_released_tokenizer_writes_valid_json_alone_and_in_company() -> None:
    model = tiny()
    constraint, limit = Constraint.json_schema(INVOICE), 200
    asked = [ask("The invoice as JSON.", page(300, 300)), ask("What else?"), ask("And this?", page(280, 310, "Friday"))]
    options = [
        Options(limit, constraint=constraint),
        Options(5),
        Options(limit, draft='{"vendor": "Friday", "kind": 7, "total": 3}', constraint=constraint),
    ]
    assert model.tiles is not None
    alone = []
    for messages, option in zip(asked, options, strict=True):
        told, one = model.tiles.request(messages, option)
        events = model.stream(messages, option)
        alone.append(collect(told, events, 0.0))
        assert one.form is None or one.form is model.tiles.request(messages, option)[1].form  # made once
    with Scheduler(model, rows=2) as scheduler:
        tickets = [scheduler.submit(messages, option) for messages, option in zip(asked, options, strict=True)]
        together = [ticket.result() for ticket in tickets]
    assert [one.token_ids for one in together] == [one.token_ids for one in alone]
    for one in (alone[0], alone[2]):
        if one.finish_reason == "stop":
            Draft202012Validator(INVOICE).validate(json.loads(one.text))
        assert one.text.startswith('{"vendor": "')
        assert one.passes < len(one.token_ids)


class Breaks:
    """A form that nothing can be kept to after two tokens."""

    def __init__(self) -> None:
        self.forced: tuple[int, ...] = ()
        self.written = 0

    def begin(self) -> Breaks:
        return Breaks()

    def allowed(self) -> np.ndarray:
        if self.written == 2:
            raise ModelError("too complex")
        return np.ones(32010, dtype=bool)

    def push(self, token: int) -> None:
        self.written += 1


def test_a_text_that_cannot_be_kept_to_its_form_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny()
    assert model.tiles is not None
    expected = model.generate(ask("What else?"), 6).token_ids
    monkeypatch.setattr(Grammars, "_form", lambda *_: Breaks())
    broken = Options(6, constraint=Constraint.choice(["x"]))
    fresh = TileReader(model.runtime, model.tiles.processor, ArrayStore(None, 0, 0), "")
    with pytest.raises(ModelError, match="too complex"):
        list(fresh.events(fresh.request(ask("What?"), broken)[1]))
    monkeypatch.setattr(model, "tiles", fresh)
    with Scheduler(model, rows=2) as scheduler:
        failing, other = scheduler.submit(ask("What?"), broken), scheduler.submit(ask("What else?"), Options(6))
        with pytest.raises(ModelError, match="too complex"):
            failing.result()
        assert other.result().token_ids == expected
