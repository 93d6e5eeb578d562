"""Runs a script and notes where its CPU time goes: `python sampler.py REPORT SCRIPT`.

Every few milliseconds of the process's CPU time, whichever thread spends them, the system sends a
signal, and the calls that are under way are counted. The script is not changed, and slower by a
hundredth or two. REPORT is JSON: how often each chain of calls was met, innermost first, those of
SCRIPT's own folder and of `json` by module and function.

Python looks after signals in the main thread alone, and not while that waits for another one. So it
waits in short pieces here.
"""

from __future__ import annotations

import json
import runpy
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

EVERY = 0.001
"""Seconds of CPU; a usual kernel rounds this up to 4 ms."""
_PIECE = 0.002
"""Seconds."""
_MAIN = threading.main_thread()
_WAITING = (threading.__file__, __file__)
_wait = threading.Event.wait


def sample(report: Path, script: Path) -> None:
    """Run `script` as the main program."""
    folder = str(script.parent)
    chains: Counter[str] = Counter()

    def note(_: int, frame: FrameType | None) -> None:
        chains[" ".join(_chain(_working(frame), folder))] += 1

    threading.Event.wait = _wait_in_pieces  # type: ignore[method-assign, assignment]
    signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    sys.argv = [str(script)]
    # As for a script that Python starts itself, its folder is first on the path.
    sys.path[0] = str(script.parent)
    try:
        runpy.run_path(str(script), run_name="__main__")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        report.write_text(json.dumps(chains), encoding="utf-8")


def _wait_in_pieces(event: threading.Event, timeout: float | None = None) -> bool:
    if timeout is not None or threading.current_thread() is not _MAIN:
        return _wait(event, timeout)
    while not _wait(event, _PIECE):
        pass
    return True


def _working(frame: FrameType | None) -> FrameType | None:
    """The thread that uses the time: the main thread, or the one that it waits for.

    While a page is fetched, the main thread waits for the thread that fetches.
    """
    if frame is None or frame.f_code.co_filename not in _WAITING:
        return frame
    for thread, other in sys._current_frames().items():
        if thread != _MAIN.ident and other.f_code.co_filename not in _WAITING:
            return other
    return frame


def _chain(frame: FrameType | None, folder: str) -> list[str]:
    found = []
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(folder) or path.endswith("/json/encoder.py"):
            found.append(f"{Path(path).stem}.{_name(frame)}")
        frame = frame.f_back
    return found


def _name(frame: FrameType) -> str:
    """The name of a method with its class. (`co_qualname` is newer than Python 3.9.)"""
    code = frame.f_code
    if code.co_varnames[:1] == ("self",):
        return f"{type(frame.f_locals['self']).__name__}.{code.co_name}"
    return code.co_name


if __name__ == "__main__":
    sample(Path(sys.argv[1]), Path(sys.argv[2]).resolve())
