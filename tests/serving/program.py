"""``python -m tests.serving.program``: the program bayou with a made reader, to be started and killed by tests."""

from __future__ import annotations

import sys

from bayou.cli.main import bayou
from tests.serving.made_reader import make_reader

if __name__ == "__main__":
    sys.exit(bayou.main(standalone_mode=False, obj=make_reader))
