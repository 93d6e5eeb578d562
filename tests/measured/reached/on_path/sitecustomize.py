"""Writes each line of the product that a process reaches, when it reaches it for the first time.

Python imports a module of this name at its start; the folder is on PYTHONPATH while coverage is
measured. coverage.py itself keeps its data until the process ends in order. Tests kill inputs on
purpose, and an input kills its workers, so their data would be lost. Like coverage.py's `sysmon`
core this uses sys.monitoring (PEP 669, Python 3.12), so that only the first pass over a line costs
time.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType

_OURS = ("ta_akamai_siem/", "akamai_siem", "TA_akamai_siem_rh_", "import_declare_test.py")


def _watch(monitoring: Any, target: str) -> None:
    """`monitoring`: sys.monitoring. `target`: a folder. Each process has its own file there: a test
    limits the size of files.
    """
    os.makedirs(target, exist_ok=True)
    tool, events = monitoring.COVERAGE_ID, monitoring.events

    def start(code: CodeType, _: int) -> object:
        if code.co_filename.rpartition("/bin/")[2].startswith(_OURS):
            monitoring.set_local_events(tool, code, events.LINE)
        return monitoring.DISABLE

    def line(code: CodeType, number: int) -> object:
        name = code.co_filename.rpartition("/bin/")[2]
        # Opened at each write, because a test counts the open files of a worker.
        own = f"{target}/{os.getpid()}"
        handle = os.open(own, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        os.write(handle, f"bin/{name}:{number}\n".encode())
        os.close(handle)
        return monitoring.DISABLE

    monitoring.use_tool_id(tool, "lines reached")
    monitoring.register_callback(tool, events.PY_START, start)
    monitoring.register_callback(tool, events.LINE, line)
    monitoring.set_events(tool, events.PY_START)


if "LINES_REACHED" in os.environ and hasattr(sys, "monitoring"):
    _watch(sys.monitoring, os.environ["LINES_REACHED"])
