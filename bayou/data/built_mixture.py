"""The weights by which a run draws from what was built. Knows ``mixture.json``; not how samples are drawn."""

from __future__ import annotations

import json
from pathlib import Path

from bayou.data.mixture import Part
from bayou.errors import InputError, UsageError

MIXTURE = "mixture.json"
ANY_STAGE = "all"
"""The name of a mixture that has no stages; it serves each of a run's."""


def built_parts(folder: Path, stage: str) -> list[Part]:
    """The parts of a build in ``folder`` with their weights in a stage.

    Raises:
        InputError: Nothing was built there.
        UsageError: The build's recipe has no such stage.
    """
    path = folder / MIXTURE
    try:
        stages = json.loads(path.read_text(encoding="utf-8"))["stages"]
        weights = stages.get(stage, stages.get(ANY_STAGE))
        if weights is None:
            raise UsageError(f"the build has no stage {stage!r}; it has {', '.join(stages)}", str(path))
        return [Part(name, folder / name, float(weight)) for name, weight in weights.items()]
    except FileNotFoundError as error:
        raise InputError("nothing was built here, or not to its end; see bayou data build --help", str(path)) from error
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"the weights can't be read: {error}", str(path)) from error
