"""Parses the event stream of a modular input piece by piece, as splunkd reads the pipe.

Anything outside the documented grammar makes the stream malformed, and the rest of it is ignored.
Blocks in the usual shape take a faster path with the same checks.
https://help.splunk.com/en/splunk-enterprise/developing-views-and-apps-for-splunk-web/9.3/modular-inputs
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from .xml_text import TextError, decode_text, is_clean, unescape_plain

_WHITE = b" \t\r\n"
_OPEN = b"<stream>"
_CLOSE = b"</stream>"
_EVENT_END = b"</event>"
_CANONICAL_END = b"</data></event>"
_CANONICAL_START = b"<event><time>"
_TIME_TO_DATA = b"</time><data>"
_LONGEST_TIME = 40
_LONGEST_EVENT = 64 * 1024 * 1024
_TIME = re.compile(rb"[0-9]+(?:\.[0-9]+)?")
_EVENT_TAG = re.compile(rb"<event((?:\s+[A-Za-z_]+=(?:\"[^\"<]*\"|'[^'<]*'))*)\s*>")
_ATTRIBUTE = re.compile(rb"\s+([A-Za-z_]+)=(?:\"([^\"<]*)\"|'([^'<]*)')")
_CHILD = re.compile(rb"<([A-Za-z_]+)>([^<]*)</([A-Za-z_]+)>|<(done)\s*/>")
_FRAGMENT = re.compile(
    rb"<event[^<>]*(?:>\s*(?:<[A-Za-z_]+>[^<]*</[A-Za-z_]+>\s*|<done\s*/>\s*)*"
    rb"(?:<[A-Za-z_/]*(?:>[^<]*(?:<(?:/[A-Za-z_]*)?)?)?)?)?",
)
_CHILDREN = frozenset({"time", "index", "source", "sourcetype", "host", "data", "done"})
_CONTRACT = frozenset({"time", "data"})


class Event(NamedTuple):
    """One complete `<event>`: its time (decimal text, seconds), its text and the metadata it
    sets.
    """

    time: bytes | None
    data: bytes
    overrides: dict[str, str] | None = None


@dataclass(frozen=True)
class Malformed:
    """Why a stream was refused: the byte position, the reason and the bytes found there."""

    position: int
    reason: str
    excerpt: str


class _Refused(Exception):
    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


class EventStreamParser:
    """Parses bytes as they arrive and returns the complete events; never raises on bad input.

    `state` is `empty` (nothing yet), `open`, `closed` (`</stream>` seen), `cut` (ended without it)
    or `malformed`; `dropped` counts the bytes of a fragment left at the end.
    """

    def __init__(self, *, strict_contract: bool = True) -> None:
        """Accept `<time>` and `<data>` only, or, without `strict_contract`, every documented
        child.
        """
        self.state = "empty"
        self.malformed: Malformed | None = None
        self.dropped = 0
        self._strict = strict_contract
        self._pending = b""
        self._position = 0

    def feed(self, chunk: bytes) -> list[Event]:
        """Parse the next bytes and return the events that are now complete."""
        if self.state == "malformed":
            return []
        searched = max(0, len(self._pending) - len(_EVENT_END))
        self._pending += chunk
        events: list[Event] = []
        try:
            if self.state == "empty":
                self._take_opening()
                searched = 0
            if self.state == "open":
                self._take_events(events, searched)
            if self.state == "closed":
                self._require_end()
        except _Refused as refused:
            self._refuse(refused)
        return events

    def close(self) -> None:
        """Parse the end of the pipe: a fragment of an event is dropped, anything else refused."""
        if self.state in {"malformed", "closed"}:
            return
        rest = self._pending.lstrip(_WHITE)
        if self.state == "open" or rest:
            started = self.state == "open"
            self.state = "cut"
            whole = _FRAGMENT.fullmatch(rest) or b"<event".startswith(rest)
            if rest and started and not whole and not _CLOSE.startswith(rest):
                self._refuse(_Refused(len(self._pending) - len(rest), "no event begins like this"))
            else:
                self.dropped = len(rest)

    def _refuse(self, refused: _Refused) -> None:
        self.state = "malformed"
        seen = self._pending[max(0, refused.offset - 60) : refused.offset + 100]
        position = self._position + refused.offset
        excerpt = seen.decode("utf-8", "backslashreplace")
        self.malformed = Malformed(position, refused.reason, excerpt)
        self._pending = b""

    def _advance(self, count: int) -> None:
        self._position += count
        self._pending = self._pending[count:]

    def _require_end(self) -> None:
        rest = self._pending.lstrip(_WHITE)
        if rest:
            raise _Refused(len(self._pending) - len(rest), "content after </stream>")

    def _take_opening(self) -> None:
        rest = self._pending.lstrip(_WHITE)
        if rest.startswith(_OPEN):
            self._advance(len(self._pending) - len(rest) + len(_OPEN))
            self.state = "open"
        elif not _OPEN.startswith(rest):
            raise _Refused(len(self._pending) - len(rest), "content outside <stream>")

    def _take_events(self, events: list[Event], searched: int) -> None:
        end = self._pending.rfind(_EVENT_END, searched)
        if end >= 0:
            end += len(_EVENT_END)
            block = self._pending[:end]
            quick = _read_canonical(block)
            if quick is None:
                self._read_with_care(block, events)
            else:
                events += quick
            self._advance(end)
        rest = self._pending.lstrip(_WHITE)
        lead = len(self._pending) - len(rest)
        if rest.startswith(_CLOSE):
            self._advance(lead + len(_CLOSE))
            self.state = "closed"
        elif not (rest.startswith(b"<event") or _may_begin(rest)):
            raise _Refused(lead, "neither <event> nor </stream>")
        elif len(rest) > _LONGEST_EVENT:
            raise _Refused(lead, f"an event of more than {_LONGEST_EVENT} bytes")

    def _read_with_care(self, block: bytes, events: list[Event]) -> None:
        at = 0
        while True:
            at = _skip_white(block, at)
            if at == len(block):
                return
            if block.startswith(_CLOSE, at):
                raise _Refused(at, "content after </stream>")
            match = _EVENT_TAG.match(block, at)
            if match is None:
                raise _Refused(at, "neither <event> nor </stream>")
            attributes = self._attributes(match)
            children, at = self._children(block, match.end())
            events += self._finish(match.start(), attributes, children)

    def _attributes(self, tag: re.Match[bytes]) -> dict[str, str]:
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(tag.group(1)):
            name = match.group(1).decode()
            at = tag.start(1) + match.start()
            if name not in {"stanza", "unbroken"} or name in found:
                raise _Refused(at, f"attribute {name!r} of <event>")
            if self._strict:
                raise _Refused(at, f"attribute {name!r}: <event> has none by contract")
            value = match.group(2) if match.group(2) is not None else match.group(3)
            found[name] = _text(value, at).decode()
        return found

    def _children(self, block: bytes, at: int) -> tuple[dict[str, bytes], int]:
        children: dict[str, bytes] = {}
        while True:
            at = _skip_white(block, at)
            if block.startswith(_EVENT_END, at):
                return children, at + len(_EVENT_END)
            match = _CHILD.match(block, at)
            if match is None:
                raise _Refused(at, "not a child element of <event>")
            name = (match.group(1) or match.group(4)).decode()
            if name not in _CHILDREN:
                raise _Refused(at, f"unknown element <{name}>")
            if match.group(3) is not None and match.group(3) != match.group(1):
                raise _Refused(match.start(3), f"<{name}> is closed by another tag")
            if self._strict and name not in _CONTRACT:
                raise _Refused(at, f"<{name}>: <event> holds <time> and <data> only by contract")
            if name in children:
                raise _Refused(at, f"a second <{name}> in one event")
            children[name] = _text(match.group(2) or b"", match.start(2))
            if name == "time" and not _TIME.fullmatch(children[name]):
                raise _Refused(match.start(2), "<time> is not digits[.digits]")
            at = match.end()

    def _finish(
        self,
        start: int,
        attributes: dict[str, str],
        children: dict[str, bytes],
    ) -> list[Event]:
        data = children.get("data")
        if not data:
            raise _Refused(start, "an event without <data>, or with an empty one")
        time = children.get("time")
        if time is None and self._strict:
            raise _Refused(start, "an event without <time>")
        overrides = {
            name: children[name].decode()
            for name in ("index", "source", "sourcetype", "host")
            if children.get(name)
        }
        if "stanza" in attributes:
            overrides["stanza"] = attributes["stanza"]
        if attributes.get("unbroken") != "1":
            return [Event(time, data, overrides or None)]
        lines = [line for line in re.split(rb"[\r\n]+", data) if line]
        return [Event(time, line, overrides or None) for line in lines]


def _may_begin(rest: bytes) -> bool:
    """Whether a short rest may still become a tag."""
    return b"<event".startswith(rest) or _CLOSE.startswith(rest)


def _skip_white(block: bytes, at: int) -> int:
    while at < len(block) and block[at] in _WHITE:
        at += 1
    return at


def _text(raw: bytes, at: int) -> bytes:
    try:
        return decode_text(raw)
    except TextError as fault:
        raise _Refused(at + fault.offset, fault.reason) from fault


def _read_canonical(block: bytes) -> list[Event] | None:
    """Parse a block of canonical events quickly; None if anything in it needs the full parser."""
    if not block.endswith(_CANONICAL_END) or not is_clean(block):
        return None
    events = []
    pieces = block.split(_CANONICAL_END)
    pieces.pop()
    for raw in pieces:
        piece = raw if raw.startswith(_CANONICAL_START) else raw.lstrip(_WHITE)
        if not piece.startswith(_CANONICAL_START):
            return None
        cut = piece.find(_TIME_TO_DATA, 13, 13 + _LONGEST_TIME + len(_TIME_TO_DATA))
        if cut < 0:
            return None
        time = piece[13:cut]
        data = piece[cut + 13 :]
        bad = not data or b"<" in data or (b">" in data and b"]]>" in data)
        if bad or not _TIME.fullmatch(time):
            return None
        if b"&" in data:
            resolved = unescape_plain(data)
            if resolved is None:
                return None
            data = resolved
        events.append(Event(time, data))
    return events
