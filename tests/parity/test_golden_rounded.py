"""Rounded precisions on every golden case: how far their logits are from float32's, and where they choose otherwise.

Both are given the pixels rounded to bfloat16 that the rounded precisions take, and the tokens that the reference wrote
from such pixels, so that every step of a text is compared and not only those before the first difference.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from bayou.engine.loading import RuntimeName
from bayou.engine.model import Model
from bayou.engine.request import Prompt, TilePrompt
from bayou.engine.runtime import Precision
from bayou.engine.tile_reader import Options
from bayou.engine.tile_tokens import embedded
from tests.engine.tiny_models import tiny
from tests.golden_set import Case, cases
from tests.runtime_parameters import TORCH_SLOWLY

GOLDEN_BFLOAT16_BOUND = 0.25
GOLDEN_INT8_BOUND = 0.5
GOLDEN_INT4_BOUND = 5.0
LOGIT_TOLERANCE = 5e-5

NEAR: dict[Precision, float] = {
    "bf16": GOLDEN_BFLOAT16_BOUND,
    "int8": GOLDEN_INT8_BOUND,
    "int4": GOLDEN_INT4_BOUND,
}


def prompt_of(model: Model, case: Case) -> TilePrompt:
    msac = False if case.values.get("images_passed_as") == "list" else None
    assert model.tiles is not None
    options = Options(max_tiles=case.values.get("max_tiles", 6), msac=msac)
    return model.tiles.request(case.messages, options)[1].prompt


def written(case: Case) -> tuple[int, ...]:
    """What the reference wrote from rounded pixels."""
    return tuple(case.arrays()["bf16px_generated" if case.images else "generated"].tolist())


def logits_of_steps(model: Model, prompt: Prompt, tokens: tuple[int, ...]) -> np.ndarray:
    """Logits [steps, vocabulary] after the prompt and after each token but the last, in one pass."""
    embeds = np.concatenate((prompt.embeds, model.runtime.embed(np.array([tokens[:-1]], dtype=np.int64))[0]))[None]
    length = embeds.shape[1]
    seen, wanted = np.tril(np.ones((1, length, length), dtype=bool)), np.arange(prompt.length - 1, length)[None]
    return model.runtime.step(model.runtime.new_cache(1), embeds, np.arange(length)[None], seen, wanted)[0]


@cache
def exact_steps(checkpoint: str, name: str) -> np.ndarray:
    (case,) = (each.values[0] for each in cases() if each.id == f"{checkpoint}-{name}")
    model = tiny(checkpoint, "openvino", "float32")
    prompt = prompt_of(tiny(checkpoint, "openvino", "bf16"), case)
    return logits_of_steps(model, embedded(model.runtime, prompt), written(case))


@pytest.mark.parametrize("case", cases(pictures=True))
def test_float32_with_rounded_pixels_is_the_reference(case: Case) -> None:
    """What the others are compared with, through OpenVINO."""
    arrays, steps = case.arrays(), exact_steps(case.checkpoint, case.name)
    found = steps[0][arrays["bf16px_logits_index"]]
    np.testing.assert_allclose(found, arrays["bf16px_logits"], rtol=0, atol=LOGIT_TOLERANCE)
    assert tuple(steps.argmax(axis=-1).tolist()) == written(case)


@pytest.mark.parametrize("runtime", TORCH_SLOWLY)
@pytest.mark.parametrize("precision", NEAR)
@pytest.mark.parametrize("case", cases())
def test_rounded_precisions_stay_near_and_agree_where_float32_is_sure(
    case: Case, precision: Precision, runtime: RuntimeName
) -> None:
    tokens = written(case)
    model, bound = tiny(case.checkpoint, runtime, precision), NEAR[precision]
    exact = exact_steps(case.checkpoint, case.name)
    found = logits_of_steps(model, embedded(model.runtime, prompt_of(model, case)), tokens)
    error = np.abs(found - exact).max()
    assert error < bound
    # OpenVINO computes bf16 in float32 on a processor without such arithmetic; the weights are bfloat16 as they are
    assert error > 0 or (precision, runtime) == ("bf16", "openvino")
    if precision == "int4":  # on random weights as coarse as that, float32 is hardly ever sure enough
        return
    best = np.sort(exact, axis=-1)[:, -2:]
    sure = best[:, 1] - best[:, 0] > bound
    assert (found.argmax(axis=-1) == exact.argmax(axis=-1))[sure].all()
