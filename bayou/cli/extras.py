"""What to say where a package of an extra isn't installed. Knows which packages the extra ``train`` brings."""

from __future__ import annotations

from bayou.errors import MissingExtraError

TRAIN_PACKAGES = frozenset({"torch", "onnx", "fontTools", "tensorboard", "matplotlib"})
"""What the extra `train` brings, by the names they are imported under."""


def missing_package(error: ModuleNotFoundError, doing: str) -> MissingExtraError:
    """What to raise instead, such as "training nano needs the package torch".

    An error about another package is raised as it is.

    Args:
        doing: What needs it.
    """
    name = (error.name or "").partition(".")[0]
    if name not in TRAIN_PACKAGES:
        raise error
    return MissingExtraError(f'{doing} needs the package {name}: pip install "bayou[train]"')
