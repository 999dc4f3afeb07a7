"""The gate against the reference's prompts, ids, grids and pixels, and its rules for parts, roles and labels."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from typing import Any

import numpy as np
import PIL
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bayou.errors import InputError, ModelError, UsageError
from bayou.inputs.images import round_to_bfloat16
from bayou.inputs.messages import Message
from bayou.inputs.processor import IGNORED_LABEL, ProcessedInput, Processor
from bayou.inputs.template import IMAGE_CONTEXT
from bayou.model.config import VisionConfig
from bayou.model.family import TINY_2B, nano_config
from tests.golden_set import Case, cases, processor

PIXEL_TOLERANCE = 1e-6  # with another Pillow than the one the golden pixels were made with
GOLDEN_PILLOW = "13.0.0"

PICTURE = np.full((300, 320, 3), 200, dtype=np.uint8)
WIDE = np.full((290, 520, 3), 90, dtype=np.uint8)
BLOCK = "<img>" + IMAGE_CONTEXT * 256 + "</img>"
IMAGE_ID = 32002


def ask(*parts: Any, **options: Any) -> ProcessedInput:
    return processor("tiny-800m")([Message("user", parts)], **options)


def short(prompt: str) -> str:
    return prompt.replace(BLOCK, "[I]").replace("<|prompt|>", "Q:").replace("<|answer|>", "A:").replace("<|end|>", ";")


@pytest.mark.parametrize("case", cases())
def test_prompts_and_grids_of_the_reference(case: Case) -> None:
    found = case.process()
    assert len(found.prompt) == case.values["prompt_length_chars"]
    assert hashlib.sha256(found.prompt.encode()).hexdigest() == case.values["prompt_sha256"]
    assert len(found.ids) == case.values["n_input_ids"]
    assert found.ids.dtype == np.int32
    assert [list(grid) for grid in found.grids] == case.values.get("grids_in_call_order_cols_rows", [])
    assert list(found.tiles_per_image) == case.values.get("tiles_per_image", [])
    assert (found.ids == IMAGE_ID).sum() == 256 * len(found.pixels) == 256 * sum(found.tiles_per_image)


@pytest.mark.parametrize("case", cases())
def test_ids_of_the_reference(case: Case) -> None:
    np.testing.assert_array_equal(case.process().ids, case.arrays()["input_ids"])


@pytest.mark.parametrize("case", cases())
def test_texts_of_the_reference(case: Case) -> None:
    text = processor(case.checkpoint).tokenizer.decode(case.arrays()["generated"])
    assert text.split("<|end|>")[0].strip() == case.values["response"]


@pytest.mark.parametrize("case", cases(pictures=True))
def test_pixels_of_the_reference(case: Case) -> None:
    pixels = case.process().pixels
    assert list(pixels.shape) == case.values["pixel_shape"]
    if PIL.__version__ == GOLDEN_PILLOW:
        digests = [hashlib.sha256(tile.tobytes()).hexdigest() for tile in pixels]
        assert digests == case.values["tile_sha256_f32le"]
        assert hashlib.sha256(pixels.tobytes()).hexdigest() == case.values["pixel_sha256_f32le"]
        if not case.has_arrays:
            return
    arrays = case.arrays()
    chosen = pixels.ravel()[arrays["pixel_index"]]
    np.testing.assert_allclose(chosen, arrays["pixel_value"], rtol=0, atol=PIXEL_TOLERANCE)
    if PIL.__version__ == GOLDEN_PILLOW:
        np.testing.assert_array_equal(round_to_bfloat16(chosen), arrays["bf16px_pixel_value"])


@pytest.mark.parametrize("case", cases(refused=True))
def test_what_the_reference_refuses_is_an_input_error(case: Case) -> None:
    with pytest.raises(InputError, match="marks"):
        case.process()


def test_parts_are_joined_exactly_but_for_one_newline() -> None:
    assert short(ask(PICTURE, "Read.").prompt) == "Q:[I]\nRead.;A:"
    assert short(ask(PICTURE, "\nRead.").prompt) == "Q:[I]\nRead.;A:"
    assert short(ask("See ", PICTURE, "and ", PICTURE, ".").prompt) == "Q:See [I]and [I].;A:"
    assert short(ask(PICTURE, PICTURE, "Same?").prompt) == "Q:[I][I]Same?;A:"
    assert short(ask(PICTURE).prompt) == "Q:[I];A:"
    assert short(ask(PICTURE, "").prompt) == "Q:[I]\n;A:"
    assert short(ask(PICTURE, "", "\nRead.").prompt) == "Q:[I]\nRead.;A:"
    assert short(ask(PICTURE, "", "Read.").prompt) == "Q:[I]\nRead.;A:"
    assert short(ask("", PICTURE, "Read.").prompt) == "Q:[I]Read.;A:"
    assert short(ask("a", "b ", " c").prompt) == "Q:ab  c;A:"
    assert short(ask("").prompt) == "Q:A:"


def test_a_later_turn_may_hold_the_picture() -> None:
    turns = [Message("user", "Hi"), Message("assistant", "Hello."), Message("user", [PICTURE, "Read."])]
    assert short(processor("tiny-800m")(turns).prompt) == "Q:Hi;A:Hello.;Q:[I]\nRead.;A:"


def test_literal_image_marks_are_text() -> None:
    found = ask("an <image> mark", PICTURE)
    assert short(found.prompt) == "Q:an <image> mark[I];A:"
    assert (found.ids == IMAGE_ID).sum() == 256


def test_dictionaries_are_messages() -> None:
    found = processor("tiny-800m")([{"role": "user", "content": [{"type": "image", "image": PICTURE}, "Read."]}])
    assert short(found.prompt) == "Q:[I]\nRead.;A:"


def test_when_there_are_two_passes() -> None:
    two_b = processor("tiny-2b")
    assert two_b([Message("user", [PICTURE])]).grids == ((1, 1), (2, 2))
    assert two_b([Message("user", [PICTURE])], msac=False).grids == ((1, 1),)
    assert two_b([Message("user", [PICTURE, WIDE])]).grids == ((1, 1), (2, 1))
    assert two_b([Message("user", [PICTURE, WIDE])], msac=True).grids == ((1, 1), (2, 2), (2, 1), (3, 2))
    assert ask(PICTURE).grids == ((1, 1),)
    assert ask(PICTURE, msac=True).grids == ((1, 1), (2, 2))


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [Message("assistant", "Hi")],
        [Message("user", "Hi"), Message("user", "Hi")],
        [Message("user", "Hi"), Message("assistant", "Hello.")],
        [Message("user", f"the token {IMAGE_CONTEXT}")],
        [Message("user", [PICTURE, f"the token {IMAGE_CONTEXT}"])],
        [Message("user", [PICTURE, "the token <IMG_", "CONTEXT>"])],
        Message("user", "Hi"),
        {"role": "user", "content": "Hi"},
        "Hi",
        None,
        ["Hi"],
        [None],
        [{"role": "system", "content": "Hi"}],
    ],
)
def test_conversations_that_are_refused(messages: list[Any]) -> None:
    with pytest.raises(InputError):
        processor("tiny-800m")(messages)


@pytest.mark.parametrize("parts", [("Hi",), (PICTURE,)])
def test_no_tiles_is_a_mistake(parts: tuple[Any, ...]) -> None:
    with pytest.raises(UsageError, match="max_tiles"):
        ask(*parts, max_tiles=0)


def test_another_vocabulary_or_tower_is_refused() -> None:
    tokenizer = processor("tiny-2b").tokenizer
    other = dataclasses.replace(TINY_2B, language=dataclasses.replace(TINY_2B.language, vocab_size=32000))
    with pytest.raises(ModelError, match="vocabulary"):
        Processor(other, tokenizer)
    with pytest.raises(ModelError, match="square tiles"):
        Processor(nano_config(32010), tokenizer)
    small = VisionConfig(64, 2, 4, 128, image_size=224)
    with pytest.raises(ModelError, match="448"):
        Processor(dataclasses.replace(TINY_2B, vision=small), tokenizer)


def learnt(messages: list[Message]) -> tuple[str, list[str], ProcessedInput]:
    """Prompt, the text of each run of labels, and the inputs."""
    gate = processor("tiny-800m")
    found = gate.sample(messages)
    assert found.labels.dtype == np.int32
    assert len(found.labels) == len(found.inputs.ids)
    kept = found.labels != IGNORED_LABEL
    np.testing.assert_array_equal(found.labels[kept], found.inputs.ids[kept])
    starts = np.flatnonzero(np.diff(np.r_[False, kept].astype(int)) == 1)
    ends = np.flatnonzero(np.diff(np.r_[kept, False].astype(int)) == -1) + 1
    runs = [gate.tokenizer.decode(found.labels[a:b], keep_special=True) for a, b in zip(starts, ends, strict=True)]
    return short(found.inputs.prompt), runs, found.inputs


def test_answers_and_their_ends_are_learnt() -> None:
    turns = [
        Message("user", [PICTURE, "Read."]),
        Message("assistant", "one two"),
        Message("user", "Again, <|end|> or so?"),
        Message("assistant", "three"),
    ]
    prompt, runs, inputs = learnt(turns)
    assert prompt == "Q:[I]\nRead.;A:one two;Q:Again, ; or so?;A:three;"
    assert runs == ["one two <|end|>", "three <|end|>"]
    assert inputs.ids.tolist() == processor("tiny-800m").tokenizer.encode(inputs.prompt)
    asked = processor("tiny-800m")(turns[:-1])
    assert inputs.ids[: len(asked.ids)].tolist() == asked.ids.tolist()


def test_an_empty_answer_has_an_end_to_learn() -> None:
    prompt, runs, _ = learnt([Message("user", [PICTURE, "Read."]), Message("assistant", "")])
    assert prompt == "Q:[I]\nRead.;A:;"
    assert runs == ["<|end|>"]


def test_an_empty_question_shares_its_piece_with_the_answers_mark() -> None:
    prompt, runs, inputs = learnt([Message("user", ""), Message("assistant", "yes")])
    assert prompt == "Q:A:yes;"
    assert runs == ["yes <|end|>"]
    assert inputs.ids.tolist() == processor("tiny-800m").tokenizer.encode(inputs.prompt)


TEXT = st.text(alphabet="ab .=>\n<|end|>é字", max_size=12)


@given(st.lists(TEXT, min_size=2, max_size=6).filter(lambda texts: len(texts) % 2 == 0))
def test_a_sample_is_encoded_as_its_prompt(texts: list[str]) -> None:
    turns = [Message("assistant" if i % 2 else "user", text) for i, text in enumerate(texts)]
    _, _, inputs = learnt(turns)
    assert inputs.ids.tolist() == processor("tiny-800m").tokenizer.encode(inputs.prompt)


@given(st.lists(TEXT, min_size=1, max_size=5).filter(lambda texts: len(texts) % 2 == 1))
def test_text_alone_has_no_pixels(texts: list[str]) -> None:
    found = processor("tiny-2b")([Message("assistant" if i % 2 else "user", text) for i, text in enumerate(texts)])
    assert found.pixels.shape == (0, 3, 448, 448)
    assert not found.grids
    assert not found.tiles_per_image


@pytest.mark.parametrize("msac", [None, True, False])
def test_a_sample_is_measured_as_it_will_be(msac: bool | None) -> None:
    file = io.BytesIO()
    Image.fromarray(WIDE).save(file, "PNG")
    talk = [Message("user", [file.getvalue(), PICTURE, "What?"]), Message("assistant", "Grey."), Message("user", "")]
    for messages in (talk[:2], [*talk, Message("assistant", "")], [Message("user", [WIDE]), Message("assistant", "é")]):
        made, size = (
            method(messages, 4, msac) for method in (processor("tiny-2b").sample, processor("tiny-2b").measure)
        )
        assert (size.tokens, size.tiles) == (len(made.labels), len(made.inputs.pixels))
