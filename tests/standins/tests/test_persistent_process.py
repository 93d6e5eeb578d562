"""The process of a REST handler, while splunkd stops."""

from __future__ import annotations

import os
import sys
import threading

from tests.standins.splunk.persistent_process import PersistentProcess

_SILENT = "import sys; print('began', file=sys.stderr, flush=True); sys.stdin.read()"
"""Never answers a call."""


def test_calls_that_wait_for_their_turn_are_not_made_after_the_close() -> None:
    began = threading.Event()
    lines: list[str] = []

    def told(line: str) -> None:
        lines.append(line)
        began.set()

    process = PersistentProcess([sys.executable, "-c", _SILENT], dict(os.environ), told)
    calls = [threading.Thread(target=process.call, args=(b"{}", 1.0)) for _ in range(5)]
    for call in calls:
        call.start()
    assert began.wait(60)
    process.close()
    for call in calls:
        call.join()
    assert lines == ["began"]
