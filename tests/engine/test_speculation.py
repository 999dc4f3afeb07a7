"""Draft-then-verify equals the one-token loop, both equal the rule written out; threshold 0 is plain greedy."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bayou.engine import speculation
from bayou.engine.generate import generate, generate_all
from bayou.engine.request import Event, Finished, Prompt, PromptRead, ReadingRule, Request, Token
from bayou.engine.speculation import Batch, Row, speculate, speculate_all
from bayou.errors import UsageError
from tests.engine.memory_runtime import HIDDEN, MemoryRuntime
from tests.engine.test_reading_rule import slow_place

STOP, UNKNOWN = 2, 3
THRESHOLDS = (0.0, 0.3, 0.5, 0.9, 1.1)


def prompt_of(length: int, seed: int = 0) -> Prompt:
    """As nano's: some visual positions, then bos at position 0 again."""
    embeds = np.random.default_rng(seed).normal(size=(length, HIDDEN)).astype(np.float32)
    return Prompt(embeds, np.array([*range(length - 1), 0]), 1)


def written_out(runtime: MemoryRuntime, request: Request) -> list[int]:
    """The rule in one place, from the definition, with no cache."""
    text: list[int] = []
    prompt, rule = request.prompt, request.rule
    while len(text) < request.max_new_tokens and not (text and text[-1] in rule.stop_ids):
        embeds = np.concatenate((prompt.embeds, runtime.table[text]))
        positions = np.concatenate((prompt.positions, prompt.next_position + np.arange(len(text))))
        logits = runtime.logits_after(embeds, positions).astype(np.float64)
        probabilities = np.exp(logits) / np.exp(logits).sum()
        best = int(probabilities.argmax())
        expected = (*request.draft, rule.stop_ids[0])[slow_place(tuple(text), request.draft)]
        sure = probabilities[best] >= rule.threshold or best == expected or expected == rule.unknown_id
        text.append(best if sure else expected)
    return text


def ids_of(tokens: Sequence[Token]) -> list[int]:
    return [token.id for token in tokens]


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_all_short_drafts(threshold: float) -> None:
    rule = ReadingRule((STOP,), threshold, UNKNOWN)
    drafts = [d for n in range(4) for d in itertools.product((3, 4, 5), repeat=n)]
    for seed in range(3):
        runtime = MemoryRuntime(seed=seed)
        requests = [Request(prompt_of(2), rule, 2 * len(d) + 4, d) for d in drafts]
        slow = [generate_all(runtime, request) for request in requests]
        for request, (tokens, finished), (fast_tokens, fast_finished) in zip(
            requests, slow, speculate_all(runtime, requests), strict=True
        ):
            assert ids_of(tokens) == written_out(runtime, request)
            assert tokens == fast_tokens
            assert finished.reason == fast_finished.reason
            assert fast_finished.usage.new_tokens == len(fast_tokens)
            assert fast_finished.usage.passes <= finished.usage.passes


def test_a_threshold_of_zero_is_plain_greedy_whatever_the_draft() -> None:
    runtime = MemoryRuntime(levels=4)
    rule = ReadingRule((STOP,), 0.0, UNKNOWN)
    plain = ids_of(generate_all(runtime, Request(prompt_of(3), rule, 12))[0])
    for draft in itertools.product((3, 4, 5), repeat=4):
        for loop in (generate_all, lambda r, q: speculate_all(r, [q])[0]):
            assert ids_of(loop(runtime, Request(prompt_of(3), rule, 12, draft))[0]) == plain


def test_a_right_draft_takes_one_pass() -> None:
    runtime = MemoryRuntime(levels=50)
    rule = ReadingRule((STOP,), 0.0, UNKNOWN)
    tokens = ids_of(generate_all(runtime, Request(prompt_of(3), rule, 30))[0])
    draft = tuple(t for t in tokens if t != STOP)
    ((fast, finished),) = speculate_all(runtime, [Request(prompt_of(3), rule, 30, draft)])
    assert ids_of(fast) == tokens
    assert finished.usage.passes == 1


request_values = st.tuples(
    st.integers(1, 5),
    st.integers(0, 3),
    st.lists(st.integers(3, 5), max_size=9),
    st.integers(1, 20),
    st.sampled_from(THRESHOLDS),
    st.sampled_from([(STOP,), (STOP, 5)]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(request_values, min_size=1, max_size=5), st.integers(0, 200), st.integers(2, 9))
def test_any_batch_equals_one_at_a_time(values: list[tuple], seed: int, levels: int) -> None:
    runtime = MemoryRuntime(seed=seed, levels=levels)
    requests = [
        Request(prompt_of(length, prompt_seed), ReadingRule(stops, threshold, UNKNOWN), limit, tuple(draft))
        for length, prompt_seed, draft, limit, threshold, stops in values
    ]
    for request, (tokens, finished) in zip(requests, speculate_all(runtime, requests), strict=True):
        slow_tokens, slow_finished = generate_all(runtime, request)
        assert tokens == slow_tokens
        assert finished.reason == slow_finished.reason
        assert len(tokens) <= request.max_new_tokens
        assert ids_of(tokens) == written_out(runtime, request)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(request_values, st.integers(0, 6)), min_size=1, max_size=5),
    st.integers(0, 200),
    st.integers(2, 9),
    st.integers(0, 3),
)
def test_rows_that_join_and_leave_equal_one_at_a_time(
    values: list[tuple], seed: int, levels: int, least_waste: int
) -> None:
    """Requests come after some passes of the others; caches are joined and written anew all the time."""
    runtime = MemoryRuntime(seed=seed, levels=levels)
    waiting = [
        (when, Request(prompt_of(length, prompt_seed), ReadingRule(stops, threshold, UNKNOWN), limit, tuple(draft)))
        for (length, prompt_seed, draft, limit, threshold, stops), when in values
    ]
    found: dict[int, list[Event]] = {index: [] for index in range(len(waiting))}
    batch = Batch(runtime)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speculation, "WASTE", least_waste)
        for clock in range(200):
            for index, (when, request) in enumerate(waiting):
                if when == clock:
                    newcomer = Batch(runtime, [Row.start(index, request, request.prompt)])
                    for i, event in newcomer.step():
                        found[i].append(event)
                    batch.join(newcomer)
            for i, event in batch.step() if batch.rows else ():
                found[i].append(event)
    for index, (_, request) in enumerate(waiting):
        tokens, finished = generate_all(runtime, request)
        assert [event for event in found[index] if isinstance(event, Token)] == tokens
        last = found[index][-1]
        assert isinstance(last, Finished) and last.reason == finished.reason


def test_a_cache_that_nobody_sees_is_written_anew() -> None:
    """A row with a bad draft leaves hidden slots; they don't stay for ever."""
    runtime, rule = MemoryRuntime(levels=1000), ReadingRule((STOP,), 0.0, UNKNOWN)
    plain = ids_of(generate_all(runtime, Request(prompt_of(2), rule, 60))[0])
    bad = tuple(5 if token != 5 else 4 for token in plain * 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(speculation, "WASTE", 10)
        request = Request(prompt_of(2), rule, 60, bad)
        batch, longest, tokens = Batch(runtime, [Row.start(0, request, request.prompt)]), 0, []
        while batch.rows:
            tokens += [event.id for _, event in batch.step() if isinstance(event, Token)]
            longest = max(longest, batch.cache.length if batch.cache else 0)
    assert tokens == plain
    assert longest < 3 * (2 + 60) + 2 * 60 < 60 * 60  # all that was fed would be some thousands


def test_a_window_bounds_what_a_pass_checks() -> None:
    runtime, rule = MemoryRuntime(levels=1000), ReadingRule((STOP,), 0.0, UNKNOWN)
    tokens = ids_of(generate_all(runtime, Request(prompt_of(2), rule, 80))[0])
    draft = tuple(token for token in tokens if token != STOP)
    for window in (1, 5, 40, None):
        ((found, finished),) = speculate_all(runtime, [Request(prompt_of(2), rule, 80, draft, window)])
        assert ids_of(found) == tokens
        assert finished.usage.passes >= len(tokens) / ((window or len(tokens)) + 1)


@pytest.mark.parametrize("seed", range(8))
def test_white_space_is_suppressed_in_both_loops(seed: int) -> None:
    runtime, changed = MemoryRuntime(levels=3, seed=seed), 0
    plain, rule = ReadingRule((5,)), ReadingRule((5,), spaces=frozenset({0, 1}))
    for length in range(1, 6):
        expected = ids_of(generate_all(runtime, Request(prompt_of(length), rule, 20))[0])
        changed += expected != ids_of(generate_all(runtime, Request(prompt_of(length), plain, 20))[0])
        assert not any(a == b and a in rule.spaces for a, b in itertools.pairwise(expected[1:]))
        for draft in ((), tuple(expected), (0, 0, 1, 3, 3, 0), (1, 1, 1)):
            ((tokens, _),) = speculate_all(runtime, [Request(prompt_of(length), rule, 20, draft)])
            assert ids_of(tokens) == expected
    assert changed


def test_events_come_in_order() -> None:
    runtime, rule = MemoryRuntime(), ReadingRule((STOP,), 0.9, UNKNOWN)
    requests = [Request(prompt_of(n), rule, 9, (4,) * n) for n in (1, 3)]
    for index, request in enumerate(requests):
        events = [event for i, event in speculate(runtime, requests) if i == index]
        assert events[0] == PromptRead(request.prompt.length)
        assert isinstance(events[-1], Finished)
        slow = [event for event in generate(runtime, request) if isinstance(event, Token)]
        assert events[1:-1] == slow
    assert list(speculate(runtime, [])) == []


def test_impossible_requests_are_refused() -> None:
    with pytest.raises(UsageError, match="max_new_tokens"):
        Request(prompt_of(1), ReadingRule((STOP,)), 0)
    with pytest.raises(UsageError, match="stop id"):
        Request(prompt_of(1), ReadingRule(()), 1)
