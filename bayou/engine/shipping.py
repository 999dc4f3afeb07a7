"""A trained nano's folder to the one the package carries: the same files, its weights in int8. Knows no training."""

from __future__ import annotations

from pathlib import Path

from bayou.engine.loading import ALPHABET_FILE, CONFIG_FILE, VOCABULARY_FILE, WEIGHTS_FILE
from bayou.engine.quantization import quantise, read_weights, write_weights
from bayou.errors import ModelError, OutputError


def ship(trained: Path, target: Path) -> int:
    """Write the folder to be shipped, and return its size in bytes.

    Args:
        trained: With float weights.
        target: Made where it doesn't exist; its files of these names are replaced.

    Raises:
        ModelError: The trained folder is incomplete, or shipped already.
        OutputError: The target can't be written.
    """
    weights = read_weights(trained / WEIGHTS_FILE)
    if any(weight.scale is not None for weight in weights.values()):
        raise ModelError("the weights are in int8 already", str(trained))
    names = (CONFIG_FILE, VOCABULARY_FILE, ALPHABET_FILE)
    try:
        contents = {name: (trained / name).read_bytes() for name in names}
    except OSError as error:
        raise ModelError(f"incomplete: {error.strerror}", str(error.filename)) from error
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (target / name).write_bytes(content)
    except OSError as error:
        raise OutputError(f"can't write the model: {error.strerror}", str(target)) from error
    write_weights(quantise({name: weight.dense() for name, weight in weights.items()}), target / WEIGHTS_FILE)
    return sum((target / name).stat().st_size for name in (*names, WEIGHTS_FILE))
