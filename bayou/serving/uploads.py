"""A request's body as fields and files, checked. Knows multipart and JSON bodies; not what is done with them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from bayou.documents.raw_page import DEFAULT_DPI, OpenOptions
from bayou.serving.replies import Refusal
from bayou.serving.settings import ServingLimits
from bayou.serving.work import Upload

MOST_FILES = 16
MOST_FIELDS = 32
LOWEST_DPI, HIGHEST_DPI = 20, 1200


class _MemoryParser(MultiPartParser):
    """Keeps files in memory, so that no part of a document is ever on a disk; the body's size has its limit."""

    spool_max_size = 2**62


@dataclass(frozen=True, slots=True)
class Given:
    """What a request gives: fields by name, and files.

    Reading a field checks its type; ``only`` refuses names that mean nothing.
    """

    fields: Mapping[str, object] = field(repr=False)
    files: tuple[Upload, ...]

    def only(self, *names: str) -> None:
        """Refuses a field that isn't among ``names``: what isn't understood is not ignored."""
        for name in self.fields:
            if name not in names:
                raise Refusal("UsageError", f"{name!r} is no field here; there are {', '.join(names)}", name)

    def text(self, name: str) -> str | None:
        """A text, or None."""
        value = self.fields.get(name)
        if value is None or isinstance(value, str):
            return value or None
        self._refuse(name, "a text")

    def number(self, name: str, default: float, least: float, most: float) -> float:
        """A number within its bounds."""
        value = self.fields.get(name)
        if value is None:
            return default
        try:
            number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
        except (ValueError, OverflowError):
            number = -1.0
        if not least <= number <= most:
            self._refuse(name, f"a number from {least:g} to {most:g}")
        return number

    def flag(self, name: str) -> bool:
        """Whether it is said; not given is no."""
        value = self.fields.get(name)
        if isinstance(value, bool) or value is None:
            return bool(value)
        known = {"true": True, "1": True, "false": False, "0": False, "": False}
        if isinstance(value, str) and value.lower() in known:
            return known[value.lower()]
        self._refuse(name, "true or false")

    def json(self, name: str) -> object:
        """JSON: itself, or as a text; None where it isn't given."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            self._refuse(name, "JSON")

    def document(self) -> str | None:
        """The field ``document`` as JSON text, where it is a document and not a data address."""
        value = self.fields.get("document")
        if value is None:
            return None
        return value if isinstance(value, str) else json.dumps(value)

    def one_file(self) -> Upload:
        """The only file."""
        if not self.files:
            raise Refusal("UsageError", "'file' is needed", "file")
        if len(self.files) > 1:
            raise Refusal("UsageError", f"one file is read at a time, and {len(self.files)} were sent", "file")
        return self.files[0]

    def options(self, limits: ServingLimits, max_pages: int) -> OpenOptions:
        """How the file is to be opened."""
        return OpenOptions(
            self.text("pages"),
            self.number("dpi", DEFAULT_DPI, LOWEST_DPI, HIGHEST_DPI),
            self.text("password"),
            limits.max_pixels,
            max_pages,
            self.flag("force_ocr"),
        )

    def _refuse(self, name: str, what: str) -> NoReturn:
        raise Refusal("UsageError", f"{name!r} must be {what}", name)


OPTIONS = ("pages", "dpi", "password", "force_ocr")
"""The fields of ``Given.options``."""


async def given(request: Request, limits: ServingLimits) -> Given:
    """The body of a request.

    Raises:
        Refusal: It is neither multipart nor JSON, or broken.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _multipart(request, limits)
    if kind == "application/json":
        return _from_json(await json_body(request))
    if kind == "application/x-www-form-urlencoded":  # what clients send of a form without a file
        return await _of_form((await request.form()).multi_items())
    raise Refusal("UsageError", "send multipart/form-data with a file, or application/json")


async def json_body(request: Request) -> dict[str, object]:
    """The body, a JSON object."""
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Refusal("UsageError", "the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refusal("UsageError", "the body is not a JSON object")
    return body


async def _multipart(request: Request, limits: ServingLimits) -> Given:
    parser = _MemoryParser(
        request.headers,
        request.stream(),
        max_files=MOST_FILES,
        max_fields=MOST_FIELDS,
        max_part_size=limits.max_bytes,
    )
    try:
        form = await parser.parse()
        try:
            return await _of_form(form.multi_items())
        finally:
            await form.close()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise Refusal("UsageError", "the body is not well-formed multipart/form-data") from error


async def _of_form(items: Iterable[tuple[str, UploadFile | str]]) -> Given:
    fields: dict[str, object] = {}
    files = []
    for name, value in items:
        if isinstance(value, UploadFile):
            if name == "document" and name not in fields:
                fields[name] = (await value.read()).decode("utf-8")
                continue
            if name != "file":
                raise Refusal("UsageError", f"a file goes into the field 'file', not {name!r}", name)
            files.append(Upload(await value.read(), _label(value.filename)))
        elif name in fields:
            raise Refusal("UsageError", f"{name!r} is given twice", name)
        elif name == "file":
            raise Refusal("UsageError", "'file' must be a file with a file name", "file")
        else:
            fields[name] = value
    return Given(fields, tuple(files))


def _from_json(body: dict[str, object]) -> Given:
    """Files stand in JSON as data addresses: under ``file``, several as a list, or one under ``document``."""
    name = body.pop("name", None)
    sent = body.pop("file", None)
    addresses = list(sent) if isinstance(sent, list) else [] if sent is None else [sent]
    document = body.get("document")
    if isinstance(document, str) and document.startswith("data:"):
        addresses.append(body.pop("document"))
    if len(addresses) > MOST_FILES:
        raise Refusal("UsageError", f"at most {MOST_FILES} files", "file")
    label = _label(name) if isinstance(name, str) else ""
    return Given(body, tuple(Upload(data_of(address, "file"), label) for address in addresses))


def data_of(address: object, param: str) -> bytes:
    """What a data address holds.

    Raises:
        Refusal: It is none, or broken. Paths and other addresses are never opened.
    """
    if not isinstance(address, str) or not address.startswith("data:"):
        raise Refusal("UsageError", f"{param!r} must be a data address (data:application/pdf;base64,...)", param)
    header, comma, data = address.partition(",")
    if not comma:
        raise Refusal("UsageError", f"{param!r} is a data address without data", param)
    try:
        return base64.b64decode(data, validate=True) if header.endswith(";base64") else unquote_to_bytes(data)
    except (binascii.Error, ValueError) as error:
        raise Refusal("UsageError", f"{param!r} is a data address that is not base64", param) from error


def _label(name: str | None) -> str:
    """A file's name without any folder; it is only ever shown."""
    return (name or "").replace("\\", "/").rpartition("/")[2][:200]
