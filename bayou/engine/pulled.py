"""Where models that were pulled or registered lie. Knows a short record in the user's data folder; no network.

The record is ``pulled.json`` in the folder that BAYOU_MODELS names, else in the system's place for this user's data:
for each Hub id the folder of its files. `bayou pull` writes it; whoever loads a model by name reads it.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from filelock import FileLock

from bayou.engine.checkpoint import CONFIG_FILE, WEIGHTS_FILE
from bayou.engine.quantization import write_file
from bayou.errors import OutputError, UsageError

VARIABLE = "BAYOU_MODELS"
RECORD = "pulled.json"
SHORT_NAMES = MappingProxyType({"800m": "h2oai/h2ovl-mississippi-800m", "2b": "h2oai/h2ovl-mississippi-2b"})
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True, slots=True)
class Pulled:
    """A model on this computer.

    Attributes:
        folder: Its files, as released.
        revision: The commit that was pulled; None for a folder placed by hand.
    """

    folder: str
    revision: str | None = None


def hub_id(name: str) -> str | None:
    """The Hub id that a short name stands for, or that the name itself is; None where it is neither."""
    return SHORT_NAMES.get(name, name if _HUB_ID.fullmatch(name) else None)


def models_folder() -> Path:
    """Where the record is; perhaps not there yet."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_data_dir

    return Path(user_data_dir("bayou", appauthor=False))


def pulled_models() -> dict[str, Pulled]:
    """All that is recorded, by Hub id.

    Raises:
        UsageError: The record is damaged.
    """
    path = models_folder() / RECORD
    try:
        entries: Any = json.loads(path.read_text(encoding="utf-8"))["models"]
        return {name: Pulled(**entry) for name, entry in entries.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError("the record of pulled models is damaged: remove it and pull again", str(path)) from error


def remember(name: str, model: Pulled) -> None:
    """Record where the model of a Hub id lies, in place of what was recorded of it.

    Raises:
        OutputError: The record can't be written.
        UsageError: The record is damaged.
    """
    path = models_folder() / RECORD
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            models = {known: asdict(entry) for known, entry in {**pulled_models(), name: model}.items()}
            write_file((json.dumps({"models": models}, indent=1) + "\n").encode(), path)
    except OSError as error:
        raise OutputError(
            f"the record of models can't be written: {error.strerror}; see {VARIABLE}", str(path)
        ) from error


def is_there(model: Pulled) -> bool:
    """Whether its configuration and weights are still where they were recorded."""
    return all((Path(model.folder) / name).is_file() for name in (CONFIG_FILE, WEIGHTS_FILE))


def pulled_folder(name: str) -> Path | None:
    """The folder of a model by short name or Hub id; None where the name is neither.

    Raises:
        UsageError: It was not pulled yet, or its folder is gone; the message says what to do.
    """
    known = hub_id(name)
    if known is None:
        return None
    found = pulled_models().get(known)
    if found is None:
        raise UsageError(f"{known} is not on this computer yet: `bayou pull {name}` fetches it")
    folder = Path(found.folder)
    if not is_there(found):
        raise UsageError(f"the files of {known} are gone: `bayou pull {name}` fetches them again", found.folder)
    return folder
