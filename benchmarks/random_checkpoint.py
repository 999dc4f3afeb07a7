"""Writes a checkpoint of a member's full shape with random weights, in the released file layout, tensor by tensor.

``python -m benchmarks.random_checkpoint 800m DIR``. For speed and memory only: what such a model writes means nothing.
The tokenizer is the stand-in of the golden checkpoints; its vocabulary has the released size.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bayou.engine.bfloat16 import bfloat16_bits
from bayou.model.config import VisionConfig, VLMConfig
from bayou.model.family import member
from bayou.model.square_layout import Shape, tensor_shapes

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"
TOKENIZER_FILES = ("tokenizer.model", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json")
SIZES = {
    *("hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads", "intermediate_size"),
    *("vocab_size", "rope_theta"),
}
STD = 0.02


def released_config(config: VLMConfig) -> dict[str, dict[str, object]]:
    """``config.json`` as released: that of the golden checkpoint of the same kind, with this member's sizes."""
    kind = "tiny-2b" if config.use_msac else "tiny-800m"
    values: dict[str, dict[str, object]] = json.loads((GOLDEN / kind / "config.json").read_text(encoding="utf-8"))
    assert isinstance(config.vision, VisionConfig)
    for section, sizes in (("vision_config", asdict(config.vision)), ("llm_config", asdict(config.language))):
        values[section] |= {name: value for name, value in sizes.items() if name in SIZES}
    return values


def random_bits(name: str, shape: Shape, random: np.random.Generator) -> np.ndarray:
    """One tensor's bfloat16 bits: ones for norms and layer scales, zeros for biases, else normal numbers."""
    if name.endswith(("norm.weight", "norm1.weight", "norm2.weight", "mlp1.0.weight", "ls1", "ls2")):
        values = np.ones(shape, dtype=np.float32)
    elif name.endswith("bias"):
        values = np.zeros(shape, dtype=np.float32)
    else:
        values = random.standard_normal(shape, dtype=np.float32) * np.float32(STD)
    return bfloat16_bits(values)


def write_checkpoint(config: VLMConfig, folder: Path, seed: int = 0) -> Path:
    """Write the folder; peak memory is that of the largest tensor."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = tensor_shapes(config)
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in shapes.items():
        begin, end = end, end + 2 * int(np.prod(shape))
        entries[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [begin, end]}
    header = json.dumps(entries).encode()
    header += b" " * (-len(header) % 8)
    random = np.random.default_rng(seed)
    with (folder / "model.safetensors").open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        for name, shape in shapes.items():
            file.write(random_bits(name, shape, random).data)
    text = json.dumps(released_config(config), indent=2) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")
    for name in TOKENIZER_FILES:
        shutil.copy(GOLDEN / "tiny-800m" / name, folder / name)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("member", help="800m, 2b, tiny-800m or tiny-2b")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(write_checkpoint(member(arguments.member), arguments.folder, arguments.seed))


if __name__ == "__main__":
    main()
