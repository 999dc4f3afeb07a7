"""Runs a folder exported for OpenVINO, where it stands as run.py: a prompt to text. Knows OpenVINO; nothing of bayou.

Needs openvino, numpy and sentencepiece: ``python run.py "Hello, how are you?"``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from numpy.typing import NDArray


class Program:
    """The graphs and the tokenizer of a folder."""

    def __init__(self, folder: Path, settings: dict[str, dict[str, Any]]) -> None:
        import openvino as ov

        core = ov.Core()
        self.tower, self.embeddings, self.decoder = (
            core.compile_model(folder / f"{name}.xml", "CPU", settings[name])
            for name in ("tower", "embeddings", "decoder")
        )
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        self.added: dict[str, int] = json.loads((folder / "added_tokens.json").read_text(encoding="utf-8"))

    def encode(self, text: str) -> list[int]:
        """Split at the added tokens; each piece between them on its own."""
        ids: list[int] = []
        for part in re.split("(" + "|".join(map(re.escape, self.added)) + ")", text):
            ids += [self.added[part]] if part in self.added else self.pieces.encode(part)
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text without added tokens."""
        return str(self.pieces.decode([token for token in ids if token < self.pieces.vocab_size()]))

    def generate(self, prompt: str, pixels: NDArray[np.float32] | None = None, most: int = 1024) -> list[int]:
        """The likeliest token at each place after the prompt, up to ``<|end|>``, which is among them.

        Args:
            prompt: With ``<|prompt|>``, ``<|answer|>`` and for each picture ``<img>``, 256 ``<IMG_CONTEXT>`` a tile and
                ``</img>``.
            pixels: Normalised tiles [tiles, 3, 448, 448], those of all pictures one after another.
        """
        ids = np.array([self.encode(prompt)], dtype=np.int32)
        embeds = np.array(self.embeddings(ids)[0])
        if pixels is not None:
            visual = [self.tower(tile[None])[0].reshape(-1, embeds.shape[-1]) for tile in pixels]
            embeds[ids == self.added["<IMG_CONTEXT>"]] = np.concatenate(visual)
        request = self.decoder.create_infer_request()
        written: list[int] = []
        past = 0
        while len(written) < most and written[-1:] != [self.added["<|end|>"]]:
            length = embeds.shape[1]
            inputs = {
                "inputs_embeds": embeds,
                "positions": np.arange(past, past + length, dtype=np.int32)[None],
                "mask": np.triu(np.full((1, 1, length, past + length), -1e30, np.float32), past + 1),
                "beam_idx": np.zeros(1, np.int32),
                "wanted": np.array([[length - 1]], np.int32),
            }
            logits = request.infer(inputs)["logits"]
            written.append(int(logits[0, -1].argmax()))
            past += length
            embeds = np.array(self.embeddings(np.array([[written[-1]]], np.int32))[0])
        return written


def main() -> None:
    """Answers the question that the command line holds."""
    folder = Path(__file__).resolve().parent
    program = Program(folder, json.loads((folder / "settings.json").read_text(encoding="utf-8")))
    print(program.decode(program.generate(f"<|prompt|>{' '.join(sys.argv[1:])}<|end|><|answer|>")))


if __name__ == "__main__":
    main()
