"""splunkd closes a real pipe before it has read everything: the next run sends the rest again."""

from __future__ import annotations

import contextlib
import io
import os
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ta_akamai_siem.akamai.page import PageSpool
from ta_akamai_siem.errors import CredentialRefused, PipeClosed, StopRequested
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.run.trail import Trail
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.event_stream import EventStream
from ta_akamai_siem.writing.progress import ProgressFile
from tests.examples import combined

if TYPE_CHECKING:
    from pathlib import Path

    from ta_akamai_siem.akamai.page import Page
    from ta_akamai_siem.errors import CollectionError

MOST = (1, 100, 5_000, 65_536, 200_000, 1_000_000)
EVENTS = (1, 40, 700, 20_000)
MOMENT = Moment.of(1_750_000_000.0, 1_750_000_000.0)


@dataclass(frozen=True)
class Place:
    """A page, identified by its number."""

    number: int

    @property
    def position(self) -> str:
        return f"page {self.number}"


class Quiet:
    """A log that nobody reads, and a stop that nobody asks for."""

    def insisting(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def warning(self, event: str, **values: object) -> None: ...

    def check(self) -> None: ...


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
    saved = first

    def save(place: Place) -> None:
        nonlocal saved
        saved = place.number

    quiet: Any = Quiet()
    trail: Trail[Place] = Trail(delivery, stream, quiet, quiet, save)
    with contextlib.suppress(PipeClosed), trail.followed():
        for number in range(first, pages):
            trail.add(Place(number))
            with contextlib.closing(page_of(number, events)) as page:
                delivery.deliver(page, f"page {number}")
            saved = number + 1
            delivery.page_saved()
    os.close(writing)
    reader.join()
    return reader.text, saved


@pytest.mark.parametrize(("most", "events"), combined(MOST, EVENTS))
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


class Stopping(Quiet):
    """A stop that is asked for at the third look."""

    def __init__(self) -> None:
        self._looks = 0

    def check(self) -> None:
        self._looks += 1
        if self._looks == 3:
            raise StopRequested("stopped")


@pytest.mark.parametrize("error", [None, CredentialRefused("refused")])
@pytest.mark.parametrize("leaves", [True, False])
def test_a_run_does_not_end_before_its_last_record_is_read(
    tmp_path: Path, error: CollectionError | None, leaves: bool
) -> None:
    """Whatever ends it: splunkd leaves a pipe that holds all of the run, or stops the input."""
    reading, writing = os.pipe()
    stream, saved, stopping = EventStream(writing), [2], Stopping()
    delivery = Delivery(stream, ProgressFile(tmp_path / "p", 1.0), lambda: None, lambda: MOMENT)
    places: Any = [Place(0), Place(1)]
    silent: Any = stopping
    trail: Trail[Place] = Trail(
        delivery, stream, silent, silent, lambda place: saved.append(place.number)
    )

    def collect() -> None:
        with trail.followed():
            for place in places:
                trail.add(place)
                with contextlib.closing(page_of(place.number, 5)) as page:
                    delivery.deliver(page, place.position)
                delivery.page_saved()
            if leaves:
                os.close(reading)
            if error:
                raise error

    with pytest.raises((PipeClosed, StopRequested)):
        collect()
    assert saved == [2, 0]
    os.close(writing)
    if not leaves:
        os.close(reading)


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
