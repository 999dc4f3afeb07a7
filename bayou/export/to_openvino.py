"""A member as OpenVINO's own files, with tokenizer and README. Knows file names; the engine has the graphs.

They are the graphs that bayou itself runs, so whoever loads them needs OpenVINO and nothing of bayou.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from bayou.engine.checkpoint import CONFIG_FILE, TOKENIZER_FILES
from bayou.engine.loading import ALPHABET_FILE, PRECISIONS, VOCABULARY_FILE
from bayou.engine.runtime import Precision, with_its_tower
from bayou.engine.runtimes.openvino_settings import (
    DEFAULT_DEVICE,
    decoder_properties,
    square_properties,
    tower_properties,
)
from bayou.errors import OutputError, UsageError
from bayou.export import openvino_program
from bayou.export.member import StoredMember
from bayou.export.output_folder import whole_folder
from bayou.model.released import RELEASED_TEMPLATE

PROGRAM_FILE, SETTINGS_FILE = "run.py", "settings.json"
LINE_PRECISIONS: tuple[Precision, ...] = ("float32", "bf16", "int8")


def export_openvino(
    member: StoredMember, output: str | Path, precision: Precision = "int8", replace: bool = False
) -> None:
    """Write graphs, tokenizer files, ``config.json`` and a README to a folder.

    Args:
        precision: float32 or bf16 of all; int8 and int4 of the decoder's matrices, the tower in bf16. nano's tower
            computes in float32, its calibrations are not used.

    Raises:
        UsageError: An unknown precision.
        ModelError: A file or tensor is missing or damaged.
        OutputError: The folder is not free, or can't be written.
    """
    known = LINE_PRECISIONS if member.reads_lines else PRECISIONS
    if precision not in known:
        raise UsageError(f"{member.name} has no precision {precision!r}: known are {', '.join(known)}")
    released = member.config.template == RELEASED_TEMPLATE
    with whole_folder(output, f"{member.name} to openvino, {precision}", replace) as folder:
        if member.reads_lines:
            member.copy((CONFIG_FILE, VOCABULARY_FILE, ALPHABET_FILE), folder)
        elif released:
            member.copy((CONFIG_FILE, *TOKENIZER_FILES), folder)
            shutil.copyfile(openvino_program.__file__, folder / PROGRAM_FILE)
        else:
            member.copy((CONFIG_FILE, "tokenizer_config.json"), folder)
        try:
            settings = _write_graphs(member, precision, folder)
        except RuntimeError as error:  # OpenVINO's, for anything that the system refuses
            raise OutputError(f"the graphs can't be written: {error}", str(output)) from error
        (folder / SETTINGS_FILE).write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
        readme = _LINES if member.reads_lines else _TILES + (_PROGRAM if released else _NO_TOKENIZER)
        heading = f"# {member.name} for OpenVINO, {precision}\n\n"
        (folder / "README.md").write_text(heading + readme + _DECODER, encoding="utf-8")


def _write_graphs(member: StoredMember, precision: Precision, folder: Path) -> dict[str, dict[str, Any]]:
    """The graphs; returns what bayou tells OpenVINO when it compiles each."""
    from bayou.engine.runtimes.openvino_files import write_all_square_graphs, write_line_graphs

    if member.reads_lines:
        write_line_graphs(member.config, member.weights, precision, folder)
        tower, decoder = tower_properties(precision, None, DEFAULT_DEVICE), decoder_properties(precision, None)
        return {"tower": tower, "projector": decoder, "embeddings": decoder, "decoder": decoder}
    both = with_its_tower(precision)
    write_all_square_graphs(member.config, member.weights, both, folder)
    decoder = square_properties(both.decoder, None)
    exact = square_properties("float32", None)
    return {"tower": square_properties(both.tower, None), "embeddings": exact, "decoder": decoder}


_TILES = f"""Graphs that need OpenVINO alone; `{SETTINGS_FILE}` has what bayou tells OpenVINO when it compiles each.

| graph | inputs | outputs |
|---|---|---|
| tower | `pixels` [tiles, 3, 448, 448] | `tokens` [tiles, 256, hidden] |
| embeddings | `ids` [B, T] | `inputs_embeds` [B, T, hidden] |
| decoder | `inputs_embeds`, `positions`, `mask`, `beam_idx`, `wanted` | `logits` [B, N, vocabulary] |

Pixels are RGB from 0 to 1, less (0.485, 0.456, 0.406), divided by (0.229, 0.224, 0.225). A picture is cut into tiles of
448 pixels, and a view of the whole stands last. Visual tokens take the place of the embeddings at every
`<IMG_CONTEXT>`, in the order of the tiles.
"""

_PROGRAM = f"""
`{PROGRAM_FILE}` is a program that uses them, with a loop for greedy text, pictures included; it needs `openvino`,
`numpy` and `sentencepiece`:

```sh
python {PROGRAM_FILE} "Hello, how are you?"
```
"""

_NO_TOKENIZER = """
How a text becomes ids is not in this folder: use the checkpoint's own tokenizer.
"""

_LINES = f"""Graphs that need OpenVINO alone; `{SETTINGS_FILE}` has what bayou tells OpenVINO when it compiles each.
They read one line of text. What puts them together (draft, columns to tokens, verification) is `bayou.engine`.

| graph | inputs | outputs |
|---|---|---|
| tower | `pixels` [B, 3, 48, W] | `features` [B, T, 120], `classes`, `probabilities` [B, T]; T = W / 8 |
| projector | `statistics` of drafted characters' columns [N, 242] | `tokens` [N, hidden] |
| embeddings | `ids` [B, T] | `inputs_embeds` [B, T, hidden] |
| decoder | `inputs_embeds`, `positions`, `mask`, `beam_idx`, `wanted` | `logits` [B, N, vocabulary] |

`{ALPHABET_FILE}` has the tower's classes from 1 on (0 is the blank), `{VOCABULARY_FILE}` the decoder's characters.
"""

_DECODER = """
The decoder remembers: an inference request holds the keys and values of the S tokens it has seen; `reset_state()`
forgets them. `positions` is [B, T]. `mask` [B, 1, T, S + T] is added to the scores: 0 where a token may look, -1e30
where it may not. `beam_idx` [B] picks the rows of the batch to go on with, `wanted` [B, N] the places among the T whose
logits are needed.
"""
