"""``python -m tests.bulk.program``: the program bayou with StubReader, to be started and killed by tests."""

from __future__ import annotations

import sys

from bayou.cli.main import main
from tests.bulk.stub_reader import make_stub_reader

if __name__ == "__main__":
    sys.exit(main(make_reader=make_stub_reader))
