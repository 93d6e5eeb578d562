"""Sends a block to a worker and its result back: both ends of two pipes.

The first message is what the input selects. Then a request has a header, the time of collection and
the lines. An answer has a header, the starts of the events, what was dropped and the elements. All
lengths are in the headers, so nothing is copied line by line.
"""

from __future__ import annotations

import struct
from array import array
from typing import IO, TYPE_CHECKING

from ta_akamai_siem.record.event import NotAnEvent
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.selection import Selection

from .conversion import Converted, Dropped, convert

if TYPE_CHECKING:
    from ta_akamai_siem.akamai.lines import Lines

_SELECTION = struct.Struct("<I")
_REQUEST = struct.Struct("<?dII")
_ANSWER = struct.Struct("<?IIIIQIII")
_DROPPED = struct.Struct("<IIQ")


def select(pipe: IO[bytes], selection: Selection) -> None:
    """Send the first message. Raises OSError; ValueError if closed."""
    text = selection.to_text().encode()
    pipe.write(_SELECTION.pack(len(text)) + text)
    pipe.flush()


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
    refused, untimed, unparsed, masked, contexts, left_out, *lengths = header
    if refused:
        raise NotAnEvent
    starts = array("d")
    starts.frombytes(_read(pipe, lengths[0]))
    dropped = {
        number: Dropped(events, size)
        for number, events, size in _DROPPED.iter_unpack(_read(pipe, lengths[1]))
    }
    elements = _read(pipe, lengths[2])
    return Converted(elements, starts, untimed, unparsed, masked, contexts, left_out, dropped)


def serve(asked: IO[bytes], answered: IO[bytes]) -> None:
    """Answer requests until the pipe is closed."""
    try:
        length = _SELECTION.unpack(_read(asked, _SELECTION.size))[0]
        selection = Selection.from_text(_read(asked, length).decode())
        while True:
            header = _REQUEST.unpack(_read(asked, _REQUEST.size))
            tolerant, latest, collected_length, length = header
            moment = Moment(_read(asked, collected_length).decode(), latest)
            data = _read(asked, length)
            try:
                made = convert(data, moment, tolerant=tolerant, selection=selection)
            except NotAnEvent:
                made = None
            _answer(answered, made)
    except (EOFError, OSError):
        return


def _answer(pipe: IO[bytes], made: Converted | None) -> None:
    """`made`: None if a line is not an event."""
    if made is None:
        pipe.write(_ANSWER.pack(True, *(0,) * 8))
    else:
        starts = made.starts.tobytes()
        dropped = b"".join(_DROPPED.pack(number, *each) for number, each in made.dropped.items())
        counts = (made.untimed, made.unparsed, made.masked, made.contexts, made.left_out)
        lengths = (len(starts), len(dropped), len(made.elements))
        pipe.write(_ANSWER.pack(False, *counts, *lengths) + starts + dropped)
        pipe.write(made.elements)
    pipe.flush()


def _read(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
