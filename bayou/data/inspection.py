"""A row to finished samples with their fingerprints, or the reason why not. Knows nothing of other samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bayou.data.filters import check_picture, check_text
from bayou.data.fingerprints import (
    Words,
    perceptual_hash,
    pixel_digest,
    plain_text,
    sketch,
    word_hashes,
)
from bayou.data.pictures import Picture, open_picture
from bayou.data.recipe import Filters, Place, SourceSettings
from bayou.data.sample import Sample
from bayou.data.schemas import SCHEMAS, Conversation, PictureRef, RowError, renamed
from bayou.data.sources import RawRow, resolve
from bayou.inputs.messages import ImagePart, Message


@dataclass(frozen=True, eq=False, slots=True)
class Inspected:
    """A sample and what is compared of it.

    Attributes:
        sample: Fit to be kept.
        digests: Of each picture's pixels.
        hashes: uint8 [n, 32], each picture's perceptual hash.
        text: All that is said, in one form.
        turns: The words to be compared with evaluation sets: of each question with its answer; where there is a
            picture, of each answer alone, since the same question about another picture is another sample.
        sketch: Of all words.
    """

    sample: Sample
    digests: tuple[bytes, ...]
    hashes: NDArray[np.uint8]
    text: str
    turns: tuple[Words, ...]
    sketch: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Refused:
    """A sample that isn't taken."""

    key: str
    reason: str
    detail: str


def inspect_row(row: RawRow, place: Place, folder: Path, filters: Filters) -> list[Inspected | Refused]:
    """What a row becomes: mostly one sample, a page each for a document of several; none where the row holds nothing.

    Args:
        folder: Where names of pictures start from.
    """
    key = f"{place.name}/{row.key}"
    if isinstance(row.values, RowError):
        return [Refused(key, row.values.reason, row.values.detail)]
    if "sample" in row.values:
        return [_again(key, row.values["sample"], place, filters)]
    name = "reading" if place.schema == "auto" and place.kind == "folder" else place.schema
    try:
        made = SCHEMAS[name](renamed(row.values, place.columns), place.question)
    except RowError as error:
        return [Refused(key, error.reason, error.detail)]
    except (TypeError, ValueError, KeyError, AttributeError) as error:  # a column holds something else than it should
        return [Refused(key, "other-schema", f"{type(error).__name__}: {error}")]
    keys = [key] if len(made) == 1 else [f"{key}:{number}" for number in range(1, len(made) + 1)]
    return [_inspect(key, talk, place, folder, filters) for key, talk in zip(keys, made, strict=True)]


def _inspect(key: str, talk: Conversation, place: Place, folder: Path, filters: Filters) -> Inspected | Refused:
    source = place if isinstance(place, SourceSettings) else None  # evaluation sets are taken as they are
    try:
        if source is not None:
            check_text([(role, _said(parts)) for role, parts in talk], filters)
        pictures: list[Picture] = []
        messages = []
        for role, parts in talk:
            made: list[str | ImagePart] = []
            for part in parts:
                if isinstance(part, PictureRef):
                    picture = open_picture(resolve(part.value, folder), filters.most_pixels, part.page)
                    if source is not None:
                        check_picture(picture.pixels, filters, source.keep_blank)
                    pictures.append(picture)
                    made.append(ImagePart(picture.data))
                else:
                    made.append(part)
            messages.append(Message(role, made))
    except RowError as error:
        return Refused(key, error.reason, error.detail)
    licence, task = ("", "") if source is None else (source.licence, source.task)
    return fingerprinted(Sample(key, tuple(messages), place.name, licence, task), pictures)


def _again(key: str, sample: Sample, place: Place, filters: Filters) -> Inspected | Refused:
    """A sample that was one already; it keeps its licence, its task and its notes."""
    talk: Conversation = [
        (turn.role, [part if isinstance(part, str) else PictureRef(part.source) for part in turn.parts])
        for turn in sample.messages
    ]
    found = _inspect(key, talk, place, Path(), filters)
    if isinstance(found, Inspected):
        kept = replace(sample, key=key, messages=found.sample.messages)
        return replace(found, sample=kept)
    return found


def fingerprinted(sample: Sample, pictures: Sequence[Picture]) -> Inspected:
    """The sample with its fingerprints."""
    texts = [" ".join(part for part in message.parts if isinstance(part, str)) for message in sample.messages]
    pairs = [" ".join(texts[first : first + 2]) for first in range(0, len(texts), 2)]
    compared = texts[1::2] if pictures else pairs
    hashes = [perceptual_hash(picture.pixels) for picture in pictures]
    return Inspected(
        sample,
        tuple(pixel_digest(picture.pixels) for picture in pictures),
        np.stack(hashes) if hashes else np.zeros((0, 32), np.uint8),
        plain_text("\n".join(texts)),
        tuple(word_hashes(text) for text in compared),
        sketch(word_hashes(" ".join(texts))),
    )


def _said(parts: Sequence[str | PictureRef]) -> str:
    return " ".join(part for part in parts if isinstance(part, str))
