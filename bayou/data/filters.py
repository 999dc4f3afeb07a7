"""What a picture and a conversation must be like to be learnt from. Knows one sample; refuses with a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from bayou.data.fingerprints import grams, word_hashes
from bayou.data.recipe import Filters
from bayou.data.schemas import RowError
from bayou.inputs.template import ANSWER_MARK, END, IMAGE_CONTEXT, IMAGE_END, IMAGE_MARK, IMAGE_START, PROMPT_MARK, Role

MARKS = (PROMPT_MARK, ANSWER_MARK, END, IMAGE_START, IMAGE_CONTEXT, IMAGE_END, IMAGE_MARK)
"""What the template is made of; a text with one of them would open or close a turn."""

RUN, RUN_WORDS = 8, 64
"""A loop is looked for in answers of at least ``RUN_WORDS`` words, in runs of ``RUN`` of them."""

_DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]")
_TAG = re.compile(r"<[^<>]*>")


def check_text(turns: Sequence[tuple[Role, str]], filters: Filters) -> None:
    """Refuses a conversation that isn't one, or whose texts are damaged.

    Raises:
        RowError: ``no-question``, ``no-answer``, ``other-roles``, ``too-long``, ``template-marks``, ``damaged-text`` or
            ``repeats-itself``.
    """
    roles = [role for role, _ in turns]
    if not roles or roles != (["user", "assistant"] * len(roles))[: len(roles)] or len(roles) % 2:
        raise RowError("other-roles", " ".join(roles))
    length = sum(len(text) for _, text in turns)
    if length > filters.longest_text:
        raise RowError("too-long", f"{length:,} characters")
    for role, text in turns:
        if not text.strip():
            raise RowError("no-question" if role == "user" else "no-answer")
        mark = next((mark for mark in MARKS if mark in text), None)
        if mark is not None:
            raise RowError("template-marks", mark)
        damage = _DAMAGED.search(text)
        if damage is not None:
            raise RowError("damaged-text", f"U+{ord(damage.group()):04X} at {damage.start()}")
        if role == "assistant":
            variety = run_variety(text)
            if variety < filters.least_variety:
                raise RowError("repeats-itself", f"{variety:.2f} of its runs of {RUN} words are different ones")


def run_variety(text: str) -> float:
    """The share of different ones among a text's runs of words, 1 for short texts; tags of HTML don't count."""
    words = word_hashes(_TAG.sub(" ", text))
    if len(words) < RUN_WORDS:
        return 1.0
    runs = grams(words, RUN)
    return len(np.unique(runs)) / len(runs)


def check_picture(pixels: NDArray[np.uint8], filters: Filters, blank_allowed: bool) -> None:
    """Refuses a picture in which nothing can be seen.

    Args:
        pixels: uint8 RGB [H, W, 3].

    Raises:
        RowError: ``too-small``, ``too-narrow`` or ``blank-picture``.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < filters.shortest_side:
        raise RowError("too-small", f"{width} x {height} pixels")
    if max(height, width) > filters.longest_shape * min(height, width):
        raise RowError("too-narrow", f"{width} x {height} pixels")
    if not blank_allowed:
        deviation = float(cv2.meanStdDev(pixels)[1].max())
        if deviation < filters.blank_deviation:
            raise RowError("blank-picture", f"colours deviate by {deviation:.1f} of 255 levels")
