"""Runtimes: each runs a member's tower and decoder behind ``bayou.engine.runtime.Runtime``. None knows another.

OpenVINO's telemetry is switched off here, before any module beside this one can import OpenVINO; whoever else imports
OpenVINO imports this package first.
"""

import sys

# ``import openvino`` reports to a server where it finds this package; finding none, it takes a silent stand-in.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
