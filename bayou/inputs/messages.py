"""What is said to a model: messages of text and pictures, in order. Knows no template, tiles or ids."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import url2pathname

import numpy as np
from PIL import Image

from bayou.errors import InputError
from bayou.inputs.images import ImageSource
from bayou.inputs.template import IMAGE_MARK, Role


@dataclass(frozen=True, eq=False, slots=True)
class ImagePart:
    """A picture among the parts of a message: a PIL image, a uint8 array, a path (a string too) or a file's bytes."""

    source: ImageSource


Part = str | ImagePart
GivenPart = Part | Image.Image | np.ndarray | Path | bytes


@dataclass(frozen=True, eq=False, slots=True, init=False)
class Message:
    """One turn of a conversation.

    Args:
        role: "user" or "assistant".
        parts: Texts and pictures in the order in which they stand in the prompt. A string is text; a path to a picture
            is a ``Path`` or an ``ImagePart``. One part alone need not be in a list.

    Raises:
        InputError: another role, or a part of another kind.
    """

    role: Role
    parts: tuple[Part, ...]

    def __init__(self, role: Role, parts: Iterable[GivenPart] | GivenPart) -> None:
        if role not in ("user", "assistant"):
            raise InputError(f"the role of a message is 'user' or 'assistant', not {role!r}")
        given: Iterable[GivenPart]
        if isinstance(parts, str | bytes | Path | ImagePart | Image.Image | np.ndarray):
            given = (parts,)
        elif isinstance(parts, Iterable):
            given = parts
        else:
            raise InputError(f"the parts of a message are strings and pictures, not {type(parts).__name__}")
        object.__setattr__(self, "role", role)
        object.__setattr__(self, "parts", tuple(_as_part(part) for part in given))

    @property
    def images(self) -> tuple[ImagePart, ...]:
        """The pictures among the parts."""
        return tuple(part for part in self.parts if isinstance(part, ImagePart))

    @classmethod
    def from_openai(cls, message: Mapping[str, object], allow_paths: bool = False) -> Message:
        """The message that a dictionary of OpenAI's chat format says.

        ``content`` is a string or a list of ``{"type": "text", "text": ...}``, ``{"type": "image_url", "image_url":
        {"url": "data:..."}}`` and, for callers in the same process, ``{"type": "image", "image": <picture>}``.

        Args:
            allow_paths: Take a path or ``file:`` address as an image's url. Leave it off for requests from outside.

        Raises:
            InputError: anything else; an address that would need the network.
        """
        if not isinstance(message, Mapping):
            raise InputError(f"a message is a Message or a dictionary, not {type(message).__name__}")
        role, content = message.get("role"), message.get("content")
        if role not in ("user", "assistant"):
            raise InputError(f"the role of a message is 'user' or 'assistant', not {role!r}")
        if isinstance(content, str):
            return cls(role, (content,))
        if not isinstance(content, Sequence):
            raise InputError("the content of a message is a string or a list of parts")
        return cls(role, tuple(_from_openai_part(part, allow_paths) for part in content))


def _as_part(part: object) -> Part:
    if isinstance(part, str | ImagePart):
        return part
    if isinstance(part, Image.Image | np.ndarray | Path | bytes):
        return ImagePart(part)
    raise InputError(f"a part of a message is a string or a picture, not {type(part).__name__}")


def _from_openai_part(part: object, allow_paths: bool) -> Part:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        raise InputError(f"a part of a message is a dictionary, not {type(part).__name__}")
    kind = part.get("type")
    if kind == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind == "image_url":
        address = part.get("image_url")
        url = address.get("url") if isinstance(address, Mapping) else address
        if isinstance(url, str):
            return ImagePart(_from_url(url, allow_paths))
    if kind == "image":
        picture = part.get("image")
        if isinstance(picture, Image.Image | np.ndarray | bytes) or (allow_paths and isinstance(picture, Path | str)):
            return ImagePart(picture)
    raise InputError(f"a part of type {kind!r} that can't be understood; known are text, image_url and image")


def _from_url(url: str, allow_paths: bool) -> bytes | Path:
    if url.startswith("data:"):
        header, comma, data = url.partition(",")
        if not comma:
            raise InputError("a data: address without data")
        try:
            return base64.b64decode(data, validate=True) if header.endswith(";base64") else unquote_to_bytes(data)
        except binascii.Error as error:
            raise InputError(f"a data: address that is not base64: {error}") from error
    if url.startswith(("http://", "https://")):
        raise InputError("a picture by web address is not fetched; send it as a data: address", url)
    if not allow_paths:
        raise InputError("a picture must be sent as a data: address")
    return Path(url2pathname(urlsplit(url).path)) if url.startswith("file:") else Path(url)


def chat_messages(
    question: str,
    images: Sequence[GivenPart] = (),
    history: Sequence[tuple[str, str]] | None = None,
) -> tuple[Message, ...]:
    """The messages of one call of the released ``chat()``, with its ``<image>`` marks replaced by the pictures.

    Without a history, a question with no mark gets the picture before it. With one, even an empty one, it does not.
    Surplus marks stay in the text. Where text follows a mark at the beginning directly, an empty text stands before the
    picture, so that no newline is put between them: given the mark, the reference puts none. (Whether the reference was
    given a path or a list is not in the messages: see ``msac`` of the processor.)

    Raises:
        InputError: fewer marks than pictures, which the reference does not survive either.
    """
    if images and history is None and IMAGE_MARK not in question:
        question = IMAGE_MARK + "\n" + question
    turns: list[tuple[Role, str]] = []
    for asked, answered in history or ():
        turns += [("user", asked), ("assistant", answered)]
    turns.append(("user", question))
    marks = sum(text.count(IMAGE_MARK) for _, text in turns)
    if marks < len(images):
        raise InputError(f"{len(images)} images, but {marks} {IMAGE_MARK} marks to say where they stand")
    waiting = list(images)
    return tuple(Message(role, _place(text, waiting)) for role, text in turns)


def _place(text: str, waiting: list[GivenPart]) -> tuple[GivenPart, ...]:
    """Replace marks by the pictures waiting, which are taken from the front of the list."""
    parts: list[GivenPart] = []
    while waiting and IMAGE_MARK in text:
        before, _, text = text.partition(IMAGE_MARK)
        opens = not parts and not before and text[:1] not in ("", "\n")
        parts += [before, waiting.pop(0)] if before or opens else [waiting.pop(0)]
    return (*parts, text) if text or not parts else tuple(parts)
