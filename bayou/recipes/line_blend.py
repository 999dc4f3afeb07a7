"""A nano between two of them (needs torch): each weight a share of the way from an earlier model to a later one.

    python -m bayou.recipes.line_blend BEFORE AFTER SHARE OUTPUT --real DIR

What a run learns of new lines it pays for with a little of what it knew; between the two often lies a model better than
either (Wortsman et al. 2022, arXiv 2109.01903). ``bayou train nano`` tries shares of its own last stage; this goes back
over several runs. ``OUTPUT`` gets the folders ``model`` and ``shipped`` (docs/guide/train.md).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch

from bayou.errors import UsageError
from bayou.model.line_vlm import LineVLM
from bayou.recipes.nano import TOWER, new_nano, write_folders
from bayou.training.settings import LineData, LineTrainingConfig


def blended(before: Path, after: Path, share: float) -> LineVLM:
    """The network of which each weight is ``share`` of the way from ``before``'s to ``after``'s.

    Raises:
        ModelError: A folder is damaged, or its model is of another shape.
        UsageError: ``share`` is not from 0 to 1, or a folder's vocabulary is another than the recipe's.
    """
    if not 0 <= share <= 1:
        raise UsageError(f"a share of {share:g}: from 0 (all of {before}) to 1 (all of {after})")
    earlier, model = new_nano(0, before, TOWER).state_dict(), new_nano(0, after, TOWER)
    later = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict({name: torch.lerp(earlier[name], value, share) for name, value in later.items()})
    return model.eval()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="A nano between two of them.")
    parser.add_argument("before", type=Path, help="folder of the earlier model")
    parser.add_argument("after", type=Path, help="folder of the later one, whose threshold is kept")
    parser.add_argument("share", type=float, help="how far from the one to the other, 0 to 1")
    parser.add_argument("output", type=Path)
    parser.add_argument("--real", type=Path, help="real crops (docs/data.md), to fit the confidence to")
    options = parser.parse_args(argv)
    model = blended(options.before, options.after, options.share)
    threshold = json.loads((options.after / "config.json").read_text(encoding="utf-8"))["threshold"]
    config = LineTrainingConfig(output=options.output, data=LineData(real=options.real))
    write_folders(options.output, model, threshold, config)
    print(options.output / "shipped")


if __name__ == "__main__":
    main()
