"""Whether splunkd stopped in order: its own log records that after every queue is stored.

At an orderly stop, splunkd's ShutdownHandler ends its inputs, then empties its queues, level by
level, and writes "Shutdown complete in ..." last. A splunkd that was killed or crashed has no such
line. Its loader writes a line when it starts.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from .log import log_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILES = ("splunkd.log", "splunkd.log.1")
_TAIL = 16 << 20
"""Bytes to read at a file's end; a file is rotated at 25 MB."""
_LINE = re.compile(
    rb"^(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d{3} [+-]\d{4}) +[A-Z]+ +"
    rb"(?:(ShutdownHandler)|(loader))(?: \[[^\]\n]*\])? - ([^\n]*)",
    re.MULTILINE,
)
_STAMP = re.compile(rb"^(\d\d-\d\d-\d{4} \d\d:\d\d:\d\d\.\d{3} [+-]\d{4}) ", re.MULTILINE)
_COMPLETE = b"Shutdown complete in "
_STARTING = b"starting"


class _Moment(NamedTuple):
    """Of the log; epoch seconds."""

    at: float
    is_stop: bool


def stopped_in_order(after: float, before: float) -> bool:
    """Whether the splunkd that ran at `after` completed an orderly stop before `before`.

    Both are epoch seconds of this host's clock. False also where the log cannot tell.
    """
    moments: list[_Moment] = []
    for name in _FILES:
        text = _tail(log_folder() / name)
        moments = [*_moments(text), *moments]
        first = _STAMP.search(text)
        if first is None:
            return False
        if _epoch(first[1]) <= after:
            break
    else:
        return False
    since = [moment for moment in moments if after < moment.at]
    # A start comes first where that splunkd died, whatever was stopped in order later.
    # splunkd tells its own start in whole seconds.
    return bool(since) and since[0].is_stop and since[0].at < before + 1


def _moments(text: bytes) -> Iterator[_Moment]:
    for stamp, is_handler, _, message in _LINE.findall(text):
        if is_handler and message.startswith(_COMPLETE):
            yield _Moment(_epoch(stamp), is_stop=True)
        elif not is_handler and _STARTING in message:
            yield _Moment(_epoch(stamp), is_stop=False)


def _tail(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL))
            return file.read()
    except OSError:
        return b""


def _epoch(stamp: bytes) -> float:
    return datetime.strptime(stamp.decode(), "%m-%d-%Y %H:%M:%S.%f %z").timestamp()
