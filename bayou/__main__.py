"""``python -m bayou``. Knows only where the program is."""

from __future__ import annotations

import sys

from bayou.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
