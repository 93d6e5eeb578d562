"""Sends a block to a worker and its result back: both ends of two pipes.

A request has a header, the time of collection and the lines. An answer has a header, the starts of
the events and their elements. All lengths are in the headers, so nothing is copied line by line.
"""

from __future__ import annotations

import struct
from array import array
from typing import IO, TYPE_CHECKING

from ta_akamai_siem.record.event import NotAnEvent
from ta_akamai_siem.record.event_time import Moment

from .conversion import Converted, convert

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.record.masking import Masking

_REQUEST = struct.Struct("<?dII")
_ANSWER = struct.Struct("<?IIIII")


def ask(pipe: IO[bytes], lines: Lines, moment: Moment, *, tolerant: bool) -> None:
    """Send a block. The arguments are those of `convert`. Raises OSError; ValueError if closed."""
    collected = moment.collected.encode()
    header = _REQUEST.pack(tolerant, moment.latest, len(collected), len(lines.data))
    pipe.write(header + collected)
    pipe.write(lines.data)
    pipe.flush()


def answer(pipe: IO[bytes]) -> Converted:
    """Wait for the result. Raises NotAnEvent as `convert` does; EOFError, OSError."""
    header = _ANSWER.unpack(_read(pipe, _ANSWER.size))
    refused, unparsed, masked, contexts, starts_length, elements_length = header
    if refused:
        raise NotAnEvent
    starts = array("d")
    starts.frombytes(_read(pipe, starts_length))
    return Converted(_read(pipe, elements_length), starts, unparsed, masked, contexts)


def serve(asked: IO[bytes], answered: IO[bytes], masking: Masking | None) -> None:
    """Answer requests until the pipe is closed. `masking`: as for `convert`."""
    try:
        while True:
            header = _REQUEST.unpack(_read(asked, _REQUEST.size))
            tolerant, latest, collected_length, length = header
            moment = Moment(_read(asked, collected_length).decode(), latest)
            data = _read(asked, length)
            try:
                made = convert(data, moment, tolerant=tolerant, masking=masking)
            except NotAnEvent:
                made = None
            _answer(answered, made)
    except (EOFError, OSError):
        return


def _answer(pipe: IO[bytes], made: Converted | None) -> None:
    """`made`: None if a line is not an event."""
    if made is None:
        pipe.write(_ANSWER.pack(True, 0, 0, 0, 0, 0))
    else:
        starts = made.starts.tobytes()
        counts = (made.unparsed, made.masked, made.contexts, len(starts), len(made.elements))
        pipe.write(_ANSWER.pack(False, *counts) + starts)
        pipe.write(made.elements)
    pipe.flush()


def _read(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
