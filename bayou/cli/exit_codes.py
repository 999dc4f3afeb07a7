"""Exit codes that belong to a whole run. Knows numbers; an error's own code is ``BayouError.exit_code``."""

from __future__ import annotations

PARTIAL_FAILURE = 10
"""Of several inputs some failed; the others were done. A single input that fails gives its error's own code."""

NOTHING_FOUND = 11
"""``bayou search`` looked everywhere, and the words are nowhere."""

INTERRUPTED = 130
"""Ctrl-C: 128 and the number of SIGINT, as shells have it."""

BROKEN_PIPE = 141
"""Whoever read the results has gone: 128 and the number of SIGPIPE."""
