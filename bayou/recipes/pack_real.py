"""``python -m bayou.recipes.pack_real DIR FILE`` (needs torch): real crops in one file. Knows arguments, no model."""

from __future__ import annotations

import argparse
from pathlib import Path

from bayou.recipes.nano_lines import pack_real


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Real crops whose labels the published tower supports, as one file.")
    parser.add_argument("real", type=Path, help="the folder (docs/data.md)")
    parser.add_argument("target", type=Path, help="the file to write")
    parser.add_argument("--workers", type=int, default=0, help="processes to read the crops with")
    values = parser.parse_args()
    pack_real(values.real, values.target, values.workers)


if __name__ == "__main__":
    main()
