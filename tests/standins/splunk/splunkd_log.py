"""var/log/splunk/splunkd.log, and how splunkd logs a script's stderr."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LEVELS = frozenset({"DEBUG", "INFO", "WARN", "ERROR", "FATAL"})


def level_of(line: str) -> str:
    """Return the level of a stderr line: its first word if that is a level, otherwise ERROR."""
    first = line.split(" ", 1)[0]
    return first if first in _LEVELS else "ERROR"


class SplunkdLog:
    """Writes lines as splunkd does: time, level, component, message. Thread-safe."""

    def __init__(self, path: Path) -> None:
        """Append to this file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
        self._lock = threading.Lock()

    def write(self, level: str, component: str, message: str) -> None:
        """Write one line."""
        now = datetime.now(timezone.utc)
        stamp = f"{now:%m-%d-%Y %H:%M:%S}.{now.microsecond // 1000:03d} +0000"
        with self._lock:
            if not self._stream.closed:
                self._stream.write(f"{stamp} {level:<5} {component} - {message}\n")

    def script_line(self, command: str, line: str) -> None:
        """Log what a running input wrote to stderr."""
        level = level_of(line)
        text = line[len(level) + 1 :] if line.startswith(level + " ") else line
        self.write(level, "ExecProcessor", f'message from "{command}" {text}')

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._stream.close()
