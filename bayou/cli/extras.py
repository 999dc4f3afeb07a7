"""What to say where a package of an extra isn't installed. Knows which packages the extras bring."""

from __future__ import annotations

from bayou.errors import MissingExtraError

PACKAGES = {
    "train": frozenset({"torch", "onnx", "fontTools", "tensorboard", "matplotlib"}),
    "serve": frozenset({"fastapi", "starlette", "uvicorn", "python_multipart", "prometheus_client", "sqlalchemy"}),
    "postgres": frozenset({"pg8000"}),
}
"""What each extra brings, by the names packages are imported under."""


def missing_package(error: ModuleNotFoundError, doing: str) -> MissingExtraError:
    """What to raise instead, such as "training nano needs the package torch".

    An error about another package is raised as it is.

    Args:
        doing: What needs it.
    """
    name = (error.name or "").partition(".")[0]
    for extra, packages in PACKAGES.items():
        if name in packages:
            return MissingExtraError(f'{doing} needs the package {name}: pip install "bayou[{extra}]"')
    raise error
