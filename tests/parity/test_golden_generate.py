"""``bayou.load`` on both tiny checkpoints, with either runtime, against the reference: ids, grids, logits, text."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bayou.engine.array_store import NO_CACHE, CacheSettings
from bayou.engine.loading import RUNTIMES, RuntimeName
from bayou.engine.model import Model, load
from bayou.errors import InputError
from bayou.inputs.messages import Message
from bayou.inputs.template import IMAGE_CONTEXT
from tests.engine.tiny_models import counted
from tests.golden_set import Case, cases, golden
from tests.runtime_parameters import TORCH_SLOWLY

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


@pytest.mark.parametrize("runtime", TORCH_SLOWLY)
@pytest.mark.parametrize("case", cases())
def test_generation(case: Case, runtime: RuntimeName) -> None:
    """Without the whole golden set, of most cases the text alone says whether the ids are right."""
    written = model(case.checkpoint, runtime).generate(max_new_tokens=MOST_TOKENS, **call(case))
    if case.has_arrays:
        arrays = case.arrays()
        assert written.token_ids == tuple(arrays["generated"].tolist())
        assert written.prompt_ids == tuple(arrays["input_ids"].tolist())
    assert len(written.prompt_ids) == case.values["n_input_ids"]
    assert written.text == case.values["response"]
    assert [list(grid) for grid in written.grids] == case.values.get("grids_in_call_order_cols_rows", [])
    assert written.finish_reason == ("stop" if written.token_ids[-1] == 32009 else "length")
    assert len(written.logprobs) == len(written.token_ids) == written.passes


FOR_BOTH_RUNTIMES = ("text_hello", "single_1", "two_images", "history_image")
"""The others' logits are those of the torch network in test_golden_model.py, which the runtime in torch calls."""


def on_runtimes() -> list[Any]:
    return [
        pytest.param(case.values[0], runtime, id=f"{case.id}-{runtime}")
        for case in cases()
        for runtime in RUNTIMES
        if runtime == "openvino" or case.values[0].name in FOR_BOTH_RUNTIMES
    ]


@pytest.mark.parametrize(("case", "runtime"), on_runtimes())
def test_logits(case: Case, runtime: RuntimeName) -> None:
    found = model(case.checkpoint, runtime).logits(**call(case))
    assert found.shape == (32010,) and found.dtype == np.float32
    np.testing.assert_allclose(found, case.arrays()["logits"], rtol=0, atol=LOGIT_TOLERANCE)


@pytest.mark.parametrize("case", cases(pictures=True))
def test_openvino_visual_tokens(case: Case) -> None:
    arrays = case.arrays()
    encoded = model(case.checkpoint, "openvino").runtime.encode(list(case.process().pixels))
    visual = np.stack([tile.tokens for tile in encoded])
    expected = arrays["vit_value"]
    np.testing.assert_allclose(visual.flatten()[arrays["vit_index"]], expected, rtol=0, atol=VISUAL_TOLERANCE)


def drafts(expected: tuple[int, ...], response: str, pictures: bool) -> list[str | tuple[int, ...]]:
    """Good, with gaps and additions, in another order; after a text also empty, partial, in other lines, and bad."""
    half = len(expected) // 2
    found: list[str | tuple[int, ...]] = [
        expected,
        (5, *expected[:4], 7, 13, *expected[5:]),
        (*expected[half:], *expected[:half]),
    ]
    if pictures:  # which a draft knows nothing of
        return found
    lines, words = response.replace(" ", "\n"), response.replace("\n", " ")
    bad = "Some other text that has nothing to do with it."
    return [*found, (), expected[:half], expected[half:], words, lines, bad]


@pytest.mark.parametrize("runtime", TORCH_SLOWLY)
@pytest.mark.parametrize("case", cases())
def test_a_draft_saves_passes_and_changes_nothing(case: Case, runtime: RuntimeName) -> None:
    """Pages are kept in memory, so that each is read once: what is kept changes nothing either."""
    expected = tuple(case.arrays()["generated"].tolist())
    ours = model(case.checkpoint, runtime, IN_MEMORY)
    for draft in drafts(expected, case.values["response"], bool(case.images)):
        written = ours.generate(max_new_tokens=MOST_TOKENS, draft=draft, **call(case))
        assert written.token_ids == expected
        assert written.text == case.values["response"]
        assert written.passes <= len(expected)
        if draft == expected:
            assert written.passes == 1
            assert written.tokens_per_pass == len(expected)


def with_ocr() -> list[Any]:
    """Cases of which the golden set has what ``ocr()`` writes, before and since transformers 4.45: all of the 800m."""
    return [case for case in cases() if "ocr_response" in case.values[0].values]


@pytest.mark.parametrize("runtime", TORCH_SLOWLY)
@pytest.mark.parametrize("case", with_ocr())
def test_the_released_ocr(case: Case, runtime: RuntimeName) -> None:
    arrays = case.arrays() if case.has_arrays else None
    ours = model(case.checkpoint, runtime, IN_MEMORY)
    for decoding, ids, text in (
        ("ocr", "ocr_generated", "ocr_response"),
        ("ocr-4.45", "ocr_generated_t445", "ocr_response_t445"),
    ):
        written = ours.generate(max_new_tokens=MOST_TOKENS, decoding=decoding, **call(case))
        assert written.text == case.values[text]
        assert arrays is None or written.token_ids == tuple(arrays[ids].tolist())
        # a draft of what chat() writes is checked by the same rule
        drafted = case.values["response"] if arrays is None else arrays["generated"].tolist()
        again = ours.generate(max_new_tokens=MOST_TOKENS, decoding=decoding, draft=drafted, **call(case))
        assert again.token_ids == written.token_ids


@pytest.mark.parametrize("case", cases(refused=True))
def test_calls_that_the_reference_refuses(case: Case) -> None:
    """As one call, and as messages by hand; nothing goes through the network."""
    ours = model(case.checkpoint, "openvino")
    with counted(ours) as counts:
        with pytest.raises(InputError):
            ours.generate(max_new_tokens=1, **call(case))
        # what a caller can do wrong with messages: an image's tokens without the image, or more of them
        for parts in ([IMAGE_CONTEXT], [Path(golden(f"images/{case.images[0]}")), f"{IMAGE_CONTEXT} too"]):
            with pytest.raises(InputError, match=IMAGE_CONTEXT):
                ours.generate([Message("user", parts)], max_new_tokens=1)
            with pytest.raises(InputError, match=IMAGE_CONTEXT):
                ours.logits([Message("user", parts)])
    assert counts == {"tiles": 0, "positions": 0}
