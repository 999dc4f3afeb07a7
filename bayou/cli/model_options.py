"""The options that say which model answers, what runs it and within which limits. Knows the command line; no models."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict

import click

from bayou.cli.terminal import ConversionReport
from bayou.errors import UsageError

if TYPE_CHECKING:
    from bayou.reading.folder_workers import ReadSettings
    from bayou.reading.reader import Reader

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


class ModelFlags(TypedDict):
    """The options as click gives them; None where one was not given."""

    model: str | None
    device: str | None
    runtime: str | None
    precision: str | None
    max_memory: int | None
    url: str | None
    api_key: str | None
    max_tiles: int | None
    max_new_tokens: int | None
    skip_blank_tiles: bool


class MemorySize(click.ParamType):
    """``6GB``, ``1.5G``, ``800 MB`` or ``4GiB`` as bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Bytes; a wrong call where it is no size."""
        if isinstance(value, int):
            return value
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?i?)b?", str(value).strip().lower())
        size = int(float(match[1]) * UNITS[match[2]]) if match and match[2] in UNITS else 0
        if not size:
            self.fail(f"{value!r} is no size; write it as 6GB or 800MB", param, ctx)
        return size


_OPTIONS = (
    click.option(
        "--model",
        metavar="NAME",
        help="nano, ppocr, 800m, 2b, a Hub id, or a model's folder; with --runtime endpoint what the server calls it. "
        "[default: nano]",
    ),
    click.option(
        "--device",
        metavar="NAME",
        help="Where the model runs: CPU, GPU, NPU (see `bayou doctor`); with torch cuda, mps.",
    ),
    click.option(
        "--runtime",
        type=click.Choice(["openvino", "torch", "endpoint"]),
        help="What runs the model; endpoint: a server. [default: openvino]",
    ),
    click.option(
        "--precision", type=click.Choice(["float32", "bf16", "int8", "int4"]), help="How exactly it computes."
    ),
    click.option("--max-memory", type=MemorySize(), metavar="SIZE", help="What the model may take, for instance 2GB."),
    click.option(
        "--url",
        metavar="URL",
        help="A server that speaks OpenAI's protocol (vLLM and others), up to /v1; with --runtime endpoint.",
    ),
    click.option(
        "--api-key",
        envvar="BAYOU_API_KEY",
        metavar="KEY",
        help="The server's key; unseen by others in the variable BAYOU_API_KEY.",
    ),
    click.option(
        "--max-tiles", type=click.IntRange(1), metavar="N", help="Tiles of a picture that 800m and 2b see. [default: 6]"
    ),
    click.option(
        "--skip-blank-tiles",
        is_flag=True,
        help="Take nearly blank tiles for blank (800m, 2b): quicker, and it may change the text.",
    ),
)


def model_options(max_new_tokens: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Adds the options to a command.

    Args:
        max_new_tokens: What help states as the default of --max-new-tokens.
    """
    help = f"Longest answer of 800m, 2b and servers, in tokens. [default: {max_new_tokens}]"
    options = (*_OPTIONS, click.option("--max-new-tokens", type=click.IntRange(1), metavar="N", help=help))

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def chosen_model(flags: ModelFlags) -> str:
    """The name of the model.

    Raises:
        UsageError: A server's model is not named, or the options of a server are given without it.
    """
    if flags["runtime"] != "endpoint":
        if flags["url"] is not None:
            raise UsageError("--url goes with --runtime endpoint")
        return flags["model"] or "nano"
    if flags["url"] is None:
        raise UsageError("--runtime endpoint needs the server's address: --url http://localhost:8000/v1")
    if flags["model"] is None:
        raise UsageError("--runtime endpoint needs the name that the server has for its model: --model NAME")
    return flags["model"]


def loaded_reader(settings: ReadSettings, quiet: bool = False) -> Reader:
    """Bayou's own reader with its model loaded; a conversion of it is told, unless ``quiet``."""
    reader = make_reader(settings)
    reader.load(None if quiet else ConversionReport())
    return reader


def make_reader(settings: ReadSettings) -> Reader:
    """Bayou's own reader, with the settings of the command line."""
    from bayou.reading.make_reader import make_reader

    return make_reader(settings)
