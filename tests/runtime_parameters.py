"""Both runtimes as parameters of tests; the reference in torch is the slower of the two and left to the slow tests."""

from __future__ import annotations

import pytest

from bayou.engine.loading import RUNTIMES

TORCH_SLOWLY = [pytest.param(name, marks=pytest.mark.slow) if name == "torch" else name for name in RUNTIMES]
