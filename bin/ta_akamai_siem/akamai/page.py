"""One response body: spooled as it arrives, proved complete, read back as blocks of whole lines.

The body is decompressed on arrival, to prove it, and spooled decompressed. Memory holds one block,
regardless of the page's size.

A page is complete if its last non-empty line is the context, and the context's `total` equals the
lines before it. This module checks only how a line begins and ends. The reader of the blocks
detects a line that is not a JSON object and handles it the same way.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional, Protocol

from ta_akamai_siem.errors import PageIncomplete, SpoolUnusable
from ta_akamai_siem.record.event import NotAnEvent, parse_object
from ta_akamai_siem.record.line_ends import count_lines, count_objects
from ta_akamai_siem.record.long_line import KEPT, LINE_MAX, shortened

from .lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ta_akamai_siem.errors import CollectionError

_BLOCK = 128 << 10
"""Bytes decompressed at a time: blocks of 64 to 256 KB stay in the CPU's cache."""
_GZIP = 31
_GZIP_MAGIC = b"\x1f\x8b"
_PADDING = b"\0\r\n"
_BLANK = b" \t\r\n"
_HEAD = 16 << 10
"""Bytes of a body that are kept to describe it if it is not a page."""
_HELD = 64 << 10
"""Bytes of a line that are held back. The context has a few hundred."""


class Spooled(Protocol):
    """A binary file without a buffer, as `spool.SpoolFile`."""

    def write(self, data: bytes | memoryview, /) -> int: ...

    def read(self, size: int, /) -> bytes: ...

    def seek(self, place: int, /) -> int: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Context:
    """The page's last line. `limit` is there only if the page's size reached it."""

    total: int
    offset: str
    limit: Optional[int]


class PageSpool:
    """Takes a body in pieces and proves it. The first bytes show whether it is compressed, because
    a proxy may have removed the header or kept an outdated one.

    `file`: binary, unbuffered. `tolerant`: accept a page that ended correctly even if its count or
    one of its lines is wrong. `content_type`: from the response, for the error if the body is not a
    page.
    """

    def __init__(self, file: Spooled, *, tolerant: bool = False, content_type: str = "") -> None:
        self._file = file
        self._tolerant = tolerant
        self._content_type = content_type
        self._begin: Optional[bytes] = b""
        self._inflate: Optional[_Inflate] = None
        self._head = b""
        self._lines = _LineProof()
        self.size = 0

    def feed(self, piece: bytes) -> None:
        """Add bytes as received. Raises PageIncomplete, UnexpectedAnswer, SpoolUnusable."""
        self.size += len(piece)
        if self._begin is not None:
            self._begin += piece
            if len(self._begin) < len(_GZIP_MAGIC):
                return
            piece = self._begun()
        try:
            for block in (piece,) if self._inflate is None else self._inflate.feed(piece):
                self._keep(block)
                self._lines.feed(block)
        except zlib.error as error:
            what = f"The page's gzip stream is damaged ({error})"
            raise self.ended_early(what) from error

    def finish(self) -> Page:
        """The proved page. The caller closes it. Raises the same errors as `feed`."""
        if self._begin is not None:
            rest = self._begun()
            self._keep(rest)
            self._lines.feed(rest)
        if self._inflate is not None and not self._inflate.ended:
            what = f"The page's gzip stream was cut off after {self.size} bytes"
            raise self.ended_early(what, whole=True)
        context = self._lines.context()
        if context is None:
            what = f"The page ended after {self._lines.count} lines without its context line"
            raise self.ended_early(what, whole=True)
        mismatch = self._lines.mismatch(context)
        if mismatch and not self._tolerant:
            raise PageIncomplete(mismatch, ended=True)
        return Page(
            file=self._file,
            context=context,
            events=self._lines.count,
            event_bytes=self._lines.proved_bytes,
            size=self.size,
            regular=self._lines.regular,
            oversized=self._lines.oversized,
            tolerant=self._tolerant,
            mismatch=mismatch,
        )

    def ended_early(self, what: str, *, whole: bool = False) -> CollectionError:
        """The error for a body that ended early. `what`: the reason, without its final full stop.
        `whole`: the response is complete although the page is not.

        A body without an event or the start of one is not a page, so the error says that instead.
        """
        empty = whole and (self._inflate is None or self._inflate.ended)
        if self._lines.is_foreign and (self._head.strip() or empty):
            # Most pages are pages.
            from .error_table import not_a_page

            return not_a_page(self._content_type, self._head)
        return PageIncomplete(what, events=self._lines.events)

    def close(self) -> None:
        self._file.close()

    def _begun(self) -> bytes:
        """The first bytes, once the spool knows whether they are compressed."""
        begin, self._begin = self._begin or b"", None
        if begin.startswith(_GZIP_MAGIC):
            self._inflate = _Inflate()
        return begin

    def _keep(self, block: bytes) -> None:
        if len(self._head) < _HEAD:
            self._head += block[: _HEAD - len(self._head)]
        rest = memoryview(block)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            what = f"The page cannot be spooled: {error.strerror or error}"
            raise SpoolUnusable(what) from error


@dataclass(frozen=True)
class Page:
    """A complete page. `file`: decompressed. `events`: number of lines. `event_bytes`: their size.
    `size`: bytes received. `regular`: no line is blank or long, and all begin and end as an
    encoder writes them. `oversized`: lines of more than `LINE_MAX` bytes. `tolerant`: accepted
    regardless of its lines. `mismatch`: the fault of a page that was accepted anyway, or "".
    """

    file: Spooled
    context: Context
    events: int
    event_bytes: int
    size: int
    regular: bool
    oversized: int = 0
    tolerant: bool = False
    mismatch: str = ""

    @property
    def missing(self) -> int:
        """Number of lines that the context counts but the page lacks."""
        return max(0, self.context.total - self.events)

    def blocks(self) -> Iterator[Lines]:
        """The event lines in order, a block of whole lines at a time, blank ones left out.

        A line longer than `LINE_MAX` is shortened by `long_line` and has its own block.
        """
        line = _LineInPieces()
        for data in self._event_data():
            cut = data.rfind(b"\n") + 1
            if not cut:
                line.add(data)
                continue
            first = data.find(b"\n")
            if line.length + first > LINE_MAX:
                line.add(data[:first])
                yield Lines.of([line.shortened()])
                block = data[first + 1 : cut]
            else:
                block = line.before(data[:cut])
            line = _LineInPieces()
            line.add(data[cut:])
            if block:
                yield Lines(block, count_lines(block)) if self.regular else _not_blank(block)

    def close(self) -> None:
        self.file.close()

    def _event_data(self) -> Iterator[bytes]:
        self.file.seek(0)
        remaining = self.event_bytes
        while data := self.file.read(min(_BLOCK, remaining)):
            yield data
            remaining -= len(data)


def _not_blank(block: bytes) -> Lines:
    return Lines.of(line for line in block.split(b"\n") if line.strip(_BLANK))


class _LineInPieces:
    """A line whose end has not arrived yet. Keeps a bounded part of it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.length = 0

    def add(self, data: bytes) -> None:
        """Add bytes. White space before a line is dropped on arrival: it could be a gigabyte."""
        if not self.length and not data.strip(_BLANK):
            return
        self.length += len(data)
        if self.length <= LINE_MAX:
            self._pieces.append(data)
        else:
            self._pieces = [b"".join(self._pieces)[:KEPT] or data[:KEPT]]

    def before(self, data: bytes) -> bytes:
        """The start of the line and the data after it, in one piece."""
        return b"".join([*self._pieces, data])

    def shortened(self) -> bytes:
        return shortened(self.before(b"")[:KEPT], self.length)


class _Inflate:
    """Decompresses gzip, several members in a row included, into blocks of bounded size."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_GZIP)

    @property
    def ended(self) -> bool:
        """Whether the input so far ends with a whole member whose checksum is correct."""
        return self._stream.eof and not self._stream.unused_data.strip(_PADDING)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Raises zlib.error. Zero bytes and line ends after a member are padding."""
        while piece:
            if self._stream.eof:
                piece = piece.lstrip(_PADDING)
                if not piece:
                    return
                self._stream = zlib.decompressobj(_GZIP)
            block = self._stream.decompress(piece, _BLOCK)
            if block:
                yield block
            piece = self._stream.unconsumed_tail or self._stream.unused_data
            if not piece and len(block) == _BLOCK:
                yield from self._held_back()

    def _held_back(self) -> Iterator[bytes]:
        """Output that is still in the decompressor after a full block, with all input consumed."""
        while block := self._stream.decompress(b"", _BLOCK):
            yield block


class _HeldLine:
    """The part of the last non-blank line that has arrived. Keeps only the first bytes of a long
    line: no context is that long.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._kept = 0
        self._content = 0
        self.length = 0
        self.blank_bytes = 0
        self.ended = False
        self.last = b""

    def add(self, data: bytes) -> None:
        """`data`: bytes of this line and of blank lines after it."""
        if self.ended:
            self.blank_bytes += len(data)
            return
        content = data.rstrip(_BLANK)
        end = data.find(b"\n", len(content))
        if end >= 0:
            self.ended = True
            self.blank_bytes = len(data) - end - 1
            data = data[: end + 1]
        if content:
            self.last = content[-1:]
            self._content = self.length + len(content)
        self.length += len(data)
        if self._kept < _HELD:
            self._pieces.append(data[: _HELD - self._kept])
            self._kept += len(self._pieces[-1])

    @property
    def is_long(self) -> bool:
        return self.length > self._kept

    @property
    def is_kept(self) -> bool:
        """Whether the whole line is kept, except for white space at its end."""
        return self._content <= self._kept

    def kept(self) -> bytes:
        return b"".join(self._pieces)


class _LineProof:
    """Counts the lines and holds back the last one, which may be the context.

    Each byte is examined a fixed number of times, regardless of how the lines are cut into pieces.
    """

    def __init__(self) -> None:
        self.count = 0
        self.proved_bytes = 0
        self.regular = True
        self.oversized = 0
        self._no_objects = 0
        self._held = _HeldLine()

    def feed(self, data: bytes) -> None:
        content = len(data.rstrip(_BLANK))
        if not content:
            self._feed_blank(data)
            return
        last = data.rfind(b"\n", 0, content) + 1
        held = self._held
        if not last and not held.ended:
            held.add(data)
            return
        whole = data[:last]
        if held.is_long:
            if not held.ended:
                first = data.find(b"\n") + 1
                held.add(data[:first])
                whole = data[first:last]
            self._prove_long(held)
        else:
            whole = held.kept() + whole
        self.proved_bytes += held.blank_bytes
        self.regular = self.regular and not held.blank_bytes
        if whole:
            self._prove(whole)
        self._held = _HeldLine()
        self._held.add(data[last:])

    def _feed_blank(self, data: bytes) -> None:
        if self._held.length:
            self._held.add(data)
        else:
            self.proved_bytes += len(data)
            self.regular = False

    def _prove_long(self, line: _HeldLine) -> None:
        """Check how the line begins and ends. The converter checks its content."""
        self.regular = False
        self.count += 1
        self.proved_bytes += line.length
        if line.length > LINE_MAX:
            self.oversized += 1
        elif not (line.kept().lstrip(_BLANK).startswith(b"{") and line.last == b"}"):
            self._no_objects += 1

    def _prove(self, block: bytes) -> None:
        """`block`: whole lines. A usual block is proved in one pass."""
        self.proved_bytes += len(block)
        usual = count_objects(block)
        if usual is not None:
            self.count += usual
            return
        self.regular = False
        for line in block.split(b"\n"):
            content = line.strip(_BLANK)
            if content:
                self.count += 1
                self._no_objects += not _is_object(content)

    @property
    def events(self) -> int:
        """Lines that may be events."""
        return self.count - self._no_objects

    @property
    def is_foreign(self) -> bool:
        """Whether no event, not even the start of one, has arrived."""
        return not self.events and not self._held.kept().lstrip(_BLANK).startswith(b"{")

    def context(self) -> Context | None:
        """The context line. None if the last line is not a context."""
        return _read_context(self._held.kept().strip(_BLANK)) if self._held.is_kept else None

    def mismatch(self, context: Context) -> str:
        """How the page disagrees with its context. Empty if the page is complete."""
        if self._no_objects:
            return f"{self._no_objects} of the page's {self.count} lines are no JSON objects"
        if context.total != self.count:
            return f"The page has {self.count} lines, and its context says {context.total}"
        return ""


def _is_object(line: bytes) -> bool:
    """Whether an unusual line may be an event, by its start and end or by parsing it."""
    if line.startswith(b'{"') and line.endswith(b"}"):
        return True
    try:
        parse_object(line)
    except NotAnEvent:
        return False
    return True


def _read_context(line: bytes) -> Context | None:
    try:
        value = parse_object(line)
    except NotAnEvent:
        return None
    total = _count(value.get("total"))
    offset = value.get("offset")
    if total is None or not isinstance(offset, str) or not offset:
        return None
    return Context(total=total, offset=offset, limit=_count(value.get("limit")))


def _count(value: object) -> int | None:
    """An integer, or its digits as a string; None for anything else."""
    if isinstance(value, str) and re.match(r"[0-9]{1,15}\Z", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
