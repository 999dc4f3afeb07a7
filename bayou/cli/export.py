"""``bayou export``: a model's files in another program's format. Knows arguments; the formats are the export room's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import click

from bayou.cli.terminal import megabytes, write_result
from bayou.engine.loading import PRECISIONS
from bayou.engine.runtime import Precision
from bayou.export.member import open_member
from bayou.export.to_gguf import GGUF_PRECISIONS, GGUFPrecision, export_gguf
from bayou.export.to_openvino import export_openvino
from bayou.export.to_transformers import export_transformers

_Command = Callable[..., None]


def _arguments(command: _Command) -> _Command:
    command = click.option("--force", is_flag=True, help="Replace an earlier export in OUTPUT.")(command)
    command = click.argument("output", type=click.Path(path_type=Path))(command)
    return click.argument("model")(command)


@click.group(short_help="Write a model in another program's format.")
def export() -> None:
    """Write a model in another program's format, to a folder that appears whole or not at all.

    MODEL is what bayou read takes: a folder, or a name. OUTPUT is a new or empty folder.
    """


@export.command()
@_arguments
@click.option("--precision", type=click.Choice(GGUF_PRECISIONS), default="q8_0", show_default=True)
def gguf(model: str, output: Path, precision: str, force: bool) -> None:
    """The decoder for llama.cpp, with a Modelfile for Ollama. Text alone: neither has the vision part.

    Needs the package gguf: pip install "bayou[export]"
    """
    export_gguf(open_member(model), output, cast(GGUFPrecision, precision), force)
    _tell(output)


@export.command()
@_arguments
def transformers(model: str, output: Path, force: bool) -> None:
    """The whole model for transformers' own InternVL classes, which need no remote code."""
    export_transformers(open_member(model), output, force)
    _tell(output)


@export.command()
@_arguments
@click.option("--precision", type=click.Choice(PRECISIONS), default="int8", show_default=True)
def openvino(model: str, output: Path, precision: str, force: bool) -> None:
    """The whole model as OpenVINO's own files, with a README on their use without bayou."""
    export_openvino(open_member(model), output, cast(Precision, precision), force)
    _tell(output)


def _tell(output: Path) -> None:
    files = sorted(path for path in output.iterdir() if path.is_file())
    write_result("".join(f"{megabytes(path.stat().st_size):>12}  {path}\n" for path in files))
