"""Files that are whole or not there. Knows paths and bytes; not what is in them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bayou.errors import OutputError


@contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """A binary file to write, which takes the place of ``path`` only when the block ends without an error.

    Raises:
        OutputError: The file can't be written: no permission, no space, a folder is in the way. Nothing is left
            behind, and an older file of that name stays.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
        os.replace(part, path)
    except OSError as error:
        raise OutputError(f"can't be written: {error.strerror or error}", str(path)) from error
    finally:
        part.unlink(missing_ok=True)
