"""A member exported to transformers: its own InternVL classes, tokenizer and processor say what bayou says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bayou.export.member import open_member
from bayou.export.to_transformers import export_transformers
from bayou.inputs.messages import ImagePart
from bayou.inputs.tokenizer import Tokenizer
from bayou.model.weights import load_model
from tests.golden_set import Case, cases, golden

transformers = pytest.importorskip("transformers")

TRANSFORMERS_LOGIT_TOLERANCE = 5e-5
PILLOW_PIXEL_TOLERANCE = 1e-5


@pytest.fixture(scope="module", params=["tiny-800m", pytest.param("tiny-2b", marks=pytest.mark.slow)])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("transformers") / "out"
    export_transformers(open_member(golden(request.param)), folder, largest_shard=3_000_000)
    return request.param, folder


def picked(checkpoint: str, *names: str) -> list[Case]:
    found = [parameter.values[0] for parameter in cases()]
    return [case for case in found if case.checkpoint == checkpoint and case.name in names]


@pytest.mark.slow
@torch.inference_mode()
def test_the_same_logits_and_the_same_text(exported: tuple[str, Path]) -> None:
    checkpoint, folder = exported
    theirs, told = transformers.AutoModelForImageTextToText.from_pretrained(
        folder, dtype="float32", output_loading_info=True
    )
    assert type(theirs).__name__ == "InternVLForConditionalGeneration"
    assert not any(told.values())
    ours = load_model(golden(checkpoint))
    given = picked(checkpoint, "single_1", "two_images", "text_hello", "history_image")
    assert len(given) >= 3
    for case in given:
        inputs, arrays = case.process(), case.arrays()
        ids = torch.from_numpy(inputs.ids)[None].long()
        pixels = {"pixel_values": torch.from_numpy(inputs.pixels)} if len(inputs.pixels) else {}
        found = theirs(input_ids=ids, **pixels).logits
        expected = ours(ids, pixels.get("pixel_values")).logits
        torch.testing.assert_close(found, expected, rtol=0, atol=TRANSFORMERS_LOGIT_TOLERANCE)
        np.testing.assert_allclose(found[0, -1], arrays["logits"], rtol=0, atol=TRANSFORMERS_LOGIT_TOLERANCE)
        if case.name in ("text_hello", "history_image"):  # with and without pictures; their loop is not ours
            written = theirs.generate(input_ids=ids, **pixels, max_new_tokens=24)[0, ids.shape[1] :]
            assert written.tolist() == arrays["generated"].tolist()


def test_its_weights_keep_their_number_format(exported: tuple[str, Path]) -> None:
    theirs = transformers.AutoModelForImageTextToText.from_pretrained(exported[1], dtype="auto")
    assert theirs.dtype == torch.bfloat16


def test_its_template_and_image_processor_make_the_same_prompt_and_tiles(exported: tuple[str, Path]) -> None:
    """The parts of InternVLProcessor, which as a whole needs torchvision. Its one mark an image becomes a block here.

    With Pillow's resizing; torchvision's own gives pixels that are a few levels away.
    """
    checkpoint, folder = exported
    images = transformers.GotOcr2ImageProcessorPil.from_pretrained(folder)
    tokenizer = loaded_tokenizer(folder)
    # MSAC, which the 2B does for a single picture, is not theirs; a list of pictures goes without it.
    names = ("single_3", "two_images", "history_image") if checkpoint == "tiny-800m" else ("two_images",)
    for case in picked(checkpoint, *names):
        messages, pictures = spelt(case)
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        made = images(pictures, return_tensors="np")
        for tiles in made["num_patches"]:
            block = f"<img>{'#' * 256 * int(tiles)}</img>"
            prompt = prompt.replace("<IMG_CONTEXT>", block, 1)
        expected = case.process()
        assert tokenizer(prompt.replace("#", "<IMG_CONTEXT>"))["input_ids"] == expected.ids.tolist()
        np.testing.assert_allclose(made["pixel_values"], expected.pixels, rtol=0, atol=PILLOW_PIXEL_TOLERANCE)


def spelt(case: Case) -> tuple[list[dict[str, Any]], list[Image.Image]]:
    """The conversation in transformers' form."""
    messages: list[dict[str, Any]] = []
    pictures: list[Image.Image] = []
    for turn in case.messages:
        content: list[dict[str, str]] = []
        for part in turn.parts:
            if isinstance(part, ImagePart):
                assert isinstance(part.source, Path)
                pictures.append(Image.open(part.source).convert("RGB"))
                content.append({"type": "image"})
            else:
                content.append({"type": "text", "text": part})
        messages.append({"role": turn.role, "content": content})
    return messages, pictures


def test_a_system_message_is_refused(exported: tuple[str, Path]) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(exported[1])
    with pytest.raises(Exception, match="no system message"):
        tokenizer.apply_chat_template([{"role": "system", "content": "Be brief."}], tokenize=False)


OURS = Tokenizer.from_folder(golden("tiny-800m"))
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(["<|prompt|>", "<|answer|>", "<|end|>", "<img>", "</img>", "<IMG_CONTEXT>", " ", "\n", "  "]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    ),
    max_size=8,
).map("".join)


@settings(max_examples=80, deadline=None)
@given(text=TEXTS)
def test_its_tokenizer_spells_as_the_slow_one(text: str, exported: tuple[str, Path]) -> None:
    theirs = loaded_tokenizer(exported[1])
    ids = OURS.encode(text)
    assert theirs(text)["input_ids"] == ids
    assert theirs.decode(ids, skip_special_tokens=True) == OURS.decode(ids)


_tokenizers: dict[Path, Any] = {}


def loaded_tokenizer(folder: Path) -> Any:
    if folder not in _tokenizers:
        _tokenizers[folder] = transformers.AutoTokenizer.from_pretrained(folder)
        assert len(_tokenizers[folder]) == 32010
    return _tokenizers[folder]
