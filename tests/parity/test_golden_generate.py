"""``bayou.load`` on both tiny checkpoints, with either runtime, against the reference: ids, grids, logits, text."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from bayou.engine.array_store import NO_CACHE, CacheSettings
from bayou.engine.loading import RUNTIMES, RuntimeName
from bayou.engine.model import Model, load
from bayou.errors import InputError, UsageError
from tests.golden_set import Case, cases, golden

LOGIT_TOLERANCE = 5e-5
VISUAL_TOLERANCE = 2e-6
MOST_TOKENS = 24


IN_MEMORY = CacheSettings(cache_bytes=0, memory_bytes=1 << 25)


@cache
def model(checkpoint: str, runtime: RuntimeName, settings: CacheSettings = NO_CACHE) -> Model:
    return load(golden(checkpoint), runtime, "float32", threads=1, cache=settings)


def call(case: Case) -> dict[str, Any]:
    msac = False if case.values.get("images_passed_as") == "list" else None
    return {"messages": case.messages, "max_tiles": case.values.get("max_tiles", 6), "msac": msac}


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("case", cases())
def test_generation(case: Case, runtime: RuntimeName) -> None:
    arrays = case.arrays()
    written = model(case.checkpoint, runtime).generate(max_new_tokens=MOST_TOKENS, **call(case))
    assert written.token_ids == tuple(arrays["generated"].tolist())
    assert written.prompt_ids == tuple(arrays["input_ids"].tolist())
    assert written.text == case.values["response"]
    assert written.finish_reason == ("stop" if written.token_ids[-1] == 32009 else "length")
    assert len(written.logprobs) == len(written.token_ids) == written.passes


def without_lists() -> list[Any]:
    """Cases but those whose images are a list, which switches MSAC off: ``logits`` decides on it by itself."""
    return [case for case in cases() if "list" not in case.values[0].values["images_passed_as"]]


@pytest.mark.parametrize("case", without_lists())
def test_openvino_logits(case: Case) -> None:
    given = {"messages": case.messages, "max_tiles": case.values.get("max_tiles", 6)}
    found = model(case.checkpoint, "openvino").logits(**given)
    np.testing.assert_allclose(found, case.arrays()["logits"], rtol=0, atol=LOGIT_TOLERANCE)


@pytest.mark.parametrize("case", cases(pictures=True))
def test_openvino_visual_tokens(case: Case) -> None:
    arrays = case.arrays()
    encoded = model(case.checkpoint, "openvino").runtime.encode(list(case.process().pixels))
    visual = np.stack([tile.tokens for tile in encoded])
    expected = arrays["vit_value"]
    np.testing.assert_allclose(visual.flatten()[arrays["vit_index"]], expected, rtol=0, atol=VISUAL_TOLERANCE)


def drafts(expected: tuple[int, ...], response: str) -> list[str | tuple[int, ...]]:
    """Good, empty, partial from either end, with gaps and additions, in other lines, in another order, and bad."""
    half = len(expected) // 2
    return [
        expected,
        (),
        expected[:half],
        expected[half:],
        (5, *expected[:4], 7, 13, *expected[5:]),
        response.replace("\n", " "),
        response.replace(" ", "\n"),
        (*expected[half:], *expected[:half]),
        "Some other text that has nothing to do with it.",
    ]


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("case", cases())
def test_a_draft_saves_passes_and_changes_nothing(case: Case, runtime: RuntimeName) -> None:
    """Pages are kept in memory, so that each is read once: what is kept changes nothing either."""
    expected = tuple(case.arrays()["generated"].tolist())
    ours = model(case.checkpoint, runtime, IN_MEMORY)
    for draft in drafts(expected, case.values["response"]):
        written = ours.generate(max_new_tokens=MOST_TOKENS, draft=draft, **call(case))
        assert written.token_ids == expected
        assert written.text == case.values["response"]
        assert written.passes <= len(expected)
        if draft == expected:
            assert written.passes == 1
            assert written.tokens_per_pass == len(expected)


def with_ocr() -> list[Any]:
    """Texts alone of which the golden set has what ``ocr()`` writes, before and since transformers 4.45."""
    return [case for case in cases(pictures=False) if "ocr_response" in case.values[0].values]


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("case", with_ocr())
def test_the_released_ocr(case: Case, runtime: RuntimeName) -> None:
    arrays = case.arrays()
    ours = model(case.checkpoint, runtime)
    for decoding, ids, text in (
        ("ocr", "ocr_generated", "ocr_response"),
        ("ocr-4.45", "ocr_generated_t445", "ocr_response_t445"),
    ):
        written = ours.generate(max_new_tokens=MOST_TOKENS, decoding=decoding, **call(case))
        assert written.token_ids == tuple(arrays[ids].tolist())
        assert written.text == case.values[text]
        # a draft of what chat() writes is checked by the same rule
        drafted = arrays["generated"].tolist()
        again = ours.generate(max_new_tokens=MOST_TOKENS, decoding=decoding, draft=drafted, **call(case))
        assert again.token_ids == written.token_ids


@pytest.mark.parametrize("case", cases(refused=True))
def test_calls_that_the_reference_refuses(case: Case) -> None:
    with pytest.raises((InputError, UsageError)):
        model(case.checkpoint, "openvino").generate(max_new_tokens=1, **call(case))
