"""One response body: spooled as it arrives, proved complete, read back as blocks of whole lines.

What arrives is decompressed at once, to prove it, and kept that way. Memory holds one block,
whatever the page's size.

A page is complete if its last non-empty line is the context, and the context's `total` equals the
lines before it. That a line is a JSON object is proved here by how it begins and ends; one that
fails to parse later is found by the reader of the blocks, which treats it the same way.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Optional

from ta_akamai_siem.errors import PageIncomplete, SpoolUnusable
from ta_akamai_siem.record.event import NotAnEvent, parse_object

from .lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 128 << 10
"""Bytes decompressed at a time: blocks of 64 to 256 KB stay in the CPU's cache."""
_GZIP = 31
_BLANK = b" \t\r\n"


@dataclass(frozen=True)
class Context:
    """The page's last line. `limit` is there only if the page's size reached it."""

    total: int
    offset: str
    limit: Optional[int]


class PageSpool:
    """Takes a body in pieces and proves it.

    `tolerant`: take a page that ended as it should though its count or a line of it is wrong.
    """

    def __init__(self, file: IO[bytes], *, compressed: bool, tolerant: bool = False) -> None:
        self._file = file
        self._tolerant = tolerant
        self._inflate = _Inflate() if compressed else None
        self._lines = _LineProof()
        self.size = 0

    def feed(self, piece: bytes) -> None:
        """Add bytes as they came. Raises PageIncomplete, SpoolUnusable."""
        self.size += len(piece)
        for block in (piece,) if self._inflate is None else self._inflate.feed(piece):
            self._keep(block)
            self._lines.feed(block)

    def finish(self) -> Page:
        """The proved page, to be closed by the caller. Raises PageIncomplete."""
        if self._inflate is not None and not self._inflate.ended:
            what = f"The page's gzip stream was cut off after {self.size} bytes"
            raise PageIncomplete(what)
        context = self._lines.context()
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
            tolerant=self._tolerant,
            mismatch=mismatch,
        )

    def close(self) -> None:
        self._file.close()

    def _keep(self, block: bytes) -> None:
        rest = memoryview(block)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            what = f"The page cannot be spooled: {error.strerror or error}"
            raise SpoolUnusable(what) from error


@dataclass(frozen=True)
class Page:
    """A complete page. `file`: decompressed. `events`: lines counted. `event_bytes`: of them.
    `size`: bytes as they came. `regular`: no line is blank, and all begin and end as an encoder
    writes them. `tolerant`: taken whatever its lines are. `mismatch`: what was wrong
    with a page taken all the same, or "".
    """

    file: IO[bytes]
    context: Context
    events: int
    event_bytes: int
    size: int
    regular: bool
    tolerant: bool = False
    mismatch: str = ""

    def blocks(self) -> Iterator[Lines]:
        """The event lines in order, a block of whole lines at a time, blank ones left out."""
        rest = b""
        for data in self._event_data():
            cut = data.rfind(b"\n") + 1
            if cut:
                block, rest = rest + data[:cut], data[cut:]
                yield Lines(block, block.count(b"\n")) if self.regular else _not_blank(block)
            else:
                rest += data
        if rest.strip(_BLANK):
            yield Lines.of([rest])

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


class _Inflate:
    """Decompresses gzip, several members in a row included, into blocks of bounded size."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(_GZIP)

    @property
    def ended(self) -> bool:
        """Whether what was fed ends with the end of a member, its checksum being right."""
        return self._stream.eof and not self._stream.unused_data

    def feed(self, piece: bytes) -> Iterator[bytes]:
        try:
            while piece:
                if self._stream.eof:
                    self._stream = zlib.decompressobj(_GZIP)
                block = self._stream.decompress(piece, _BLOCK)
                if block:
                    yield block
                piece = self._stream.unconsumed_tail or self._stream.unused_data
                if not piece and len(block) == _BLOCK:
                    yield from self._held_back()
        except zlib.error as error:
            what = f"The page's gzip stream is damaged ({error})"
            raise PageIncomplete(what) from error

    def _held_back(self) -> Iterator[bytes]:
        """What a full block left inside the decompressor although all input was taken."""
        while block := self._stream.decompress(b"", _BLOCK):
            yield block


class _LineProof:
    """Counts the lines that pass by and holds back the last one, which may be the context."""

    def __init__(self) -> None:
        self.count = 0
        self.proved_bytes = 0
        self.regular = True
        self._no_objects = 0
        self._pending = b""

    def feed(self, data: bytes) -> None:
        pending = self._pending + data
        last = pending.rfind(b"\n", 0, len(pending.rstrip(_BLANK))) + 1
        self._pending = pending[last:]
        if last:
            self._prove(pending[:last])

    def _prove(self, block: bytes) -> None:
        """`block`: whole lines. The usual block is settled by three counts."""
        self.proved_bytes += len(block)
        lines = block.count(b"\n")
        if (
            block.startswith(b'{"')
            and block.endswith(b"}\n")
            and block.count(b'}\n{"') == lines - 1
        ):
            self.count += lines
            return
        self.regular = False
        for line in block.split(b"\n"):
            content = line.strip(_BLANK)
            if content:
                self.count += 1
                self._no_objects += not _is_object(content)

    def context(self) -> Context:
        """The context line. Raises PageIncomplete where the last line is none."""
        context = _read_context(self._pending.strip(_BLANK))
        if context is None:
            what = f"The page ended after {self.count} lines without its context line"
            raise PageIncomplete(what)
        return context

    def mismatch(self, context: Context) -> str:
        """What of the page disagrees with its context; empty where it is complete."""
        if self._no_objects:
            return f"{self._no_objects} of the page's {self.count} lines are no JSON objects"
        if context.total != self.count:
            return f"The page has {self.count} lines, and its context says {context.total}"
        return ""


def _is_object(line: bytes) -> bool:
    """Whether an unusual line may be an event: the usual begin and end, or parsed to be sure."""
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
