"""``python -m tests.cli.program``: the program bayou with SizeReader, to be started and killed by tests."""

from __future__ import annotations

import sys

from bayou.cli.main import main
from tests.reading.size_reader import make_size_reader

if __name__ == "__main__":
    sys.exit(main(make_reader=make_size_reader))
