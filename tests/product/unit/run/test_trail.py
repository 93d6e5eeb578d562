"""splunkd closes a real pipe before it has read everything: the next run sends the rest again."""

from __future__ import annotations

import contextlib
import io
import os
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.akamai.page import PageSpool
from ta_akamai_siem.errors import PipeClosed
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.run.trail import Trail
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.event_stream import EventStream
from ta_akamai_siem.writing.progress import ProgressFile

if TYPE_CHECKING:
    from pathlib import Path

    from ta_akamai_siem.akamai.page import Page

MOMENT = Moment.of(1_750_000_000.0, 1_750_000_000.0)


@dataclass(frozen=True)
class Place:
    """A page, identified by its number."""

    number: int

    @property
    def position(self) -> str:
        return f"page {self.number}"


class Quiet:
    def warning(self, event: str, **values: object) -> None: ...


def page_of(number: int, events: int) -> Page:
    spool = PageSpool(io.BytesIO())
    lines = [b'{"n":"%d"}\n' % (number * events + each) for each in range(events)]
    spool.feed(b"".join(lines) + b'{"total":%d,"offset":"x"}\n' % events)
    return spool.finish()


class Reader(threading.Thread):
    """Reads that many bytes of a pipe and closes it."""

    def __init__(self, descriptor: int, most: int) -> None:
        super().__init__()
        self.text = b""
        self._descriptor, self._most = descriptor, most

    def run(self) -> None:
        while len(self.text) < self._most:
            piece = os.read(self._descriptor, self._most - len(self.text))
            if not piece:
                break
            self.text += piece
        os.close(self._descriptor)


def run(folder: Path, first: int, pages: int, events: int, most: int) -> tuple[bytes, int]:
    """One run from page `first` on: what was read of it, and the first page of the next run."""
    reading, writing = os.pipe()
    reader = Reader(reading, most)
    reader.start()
    stream = EventStream(writing)
    delivery = Delivery(stream, ProgressFile(folder / "p", 1.0), lambda: None, lambda: MOMENT)
    trail: Trail[Place] = Trail(delivery, stream.unread, Quiet())  # type: ignore[arg-type]
    saved = first
    try:
        for number in range(first, pages):
            trail.add(Place(number))
            with contextlib.closing(page_of(number, events)) as page:
                delivery.deliver(page, f"page {number}")
            saved = number + 1
            delivery.page_saved()
    except PipeClosed:
        pass
    if stream.written >= most:
        # Whatever was written by then: splunkd closes the pipe, and is asked afterwards.
        reader.join()
    back = trail.back()
    os.close(writing)
    reader.join()
    return reader.text, saved if back is None else back.number


@pytest.mark.parametrize("events", [1, 40, 700, 20_000])
@pytest.mark.parametrize("most", [1, 100, 5_000, 65_536, 200_000, 1_000_000])
def test_nothing_is_lost_and_little_comes_twice(tmp_path: Path, events: int, most: int) -> None:
    pages = max(3, 30_000 // events) if events > 1 else 2_000
    total = pages * events
    first, following = run(tmp_path, 0, pages, events, most)
    rest, done = run(tmp_path, following, pages, events, 10**9)
    assert done == pages
    # splunkd drops a truncated element.
    whole = first[: first.rfind(b"</event>\n") + 9] if b"</event>\n" in first else b""
    seen = [*numbers(whole), *numbers(rest)]
    assert set(seen) == set(range(total))
    assert len(seen) - total <= min(total, 1_000 + events if events < 500 else 1_500)


def numbers(text: bytes) -> list[int]:
    return [int(found) for found in re.findall(rb'\{"n":"(\d+)"\}', text)]


def test_all_that_was_read_leaves_the_position(tmp_path: Path) -> None:
    _, following = run(tmp_path, 0, 20, 50, 10**9)
    assert following == 20


def test_what_a_pipe_holds_is_known_to_the_byte() -> None:
    reading, writing = os.pipe()
    stream = EventStream(writing)
    stream.write(b"x" * 1_000)
    assert stream.unread(0.0) == len(b"<stream>\n") + 1_000
    os.read(reading, 9)
    assert stream.unread(0.0) == 1_000
    os.close(reading)
    assert stream.unread(60.0) == 1_000
    os.close(writing)
