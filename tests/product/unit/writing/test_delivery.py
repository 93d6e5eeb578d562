"""Progress inside a page: what a killed run wrote is not written again, if it is the same."""

from __future__ import annotations

import contextlib
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ta_akamai_siem.akamai.page import Page, PageSpool
from ta_akamai_siem.errors import PageIncomplete, PipeClosed
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.writing.delivery import PROGRESS_EVENTS_MAX, Delivery
from ta_akamai_siem.writing.event_stream import EventStream
from ta_akamai_siem.writing.progress import Progress, ProgressFile

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


def moment() -> Moment:
    return Moment.of(1_700_000_000.0, 1_700_000_000.0)


class Pipe(EventStream):
    """Takes elements; breaks after `room` events, as when the process is killed there."""

    def __init__(self, room: int = 10**9) -> None:
        self.room = room
        self.events: list[str] = []

    def write(self, elements: bytes) -> None:
        found = elements.decode().splitlines()
        self.events += found[: self.room]
        self.room -= len(found)
        if self.room < 0:
            raise PipeClosed("full")


class Memory(ProgressFile):
    """A progress record that survives."""

    def __init__(self) -> None:
        self.progress: Progress | None = None

    def load(self) -> Progress | None:
        return self.progress

    def save(self, progress: Progress) -> None:
        self.progress = progress

    def clear(self) -> None:
        self.progress = None


class Killed(Memory):
    """One that keeps only what was recorded before the end: a kill runs no handler."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def save(self, progress: Progress) -> None:
        if self._pipe.room >= 0:
            super().save(progress)


def page_of(lines: list[bytes], *, tolerant: bool = False) -> Page:
    spool = PageSpool(io.BytesIO(), compressed=False, tolerant=tolerant)
    context = b'{"total":%d,"offset":"next"}' % len(lines)
    spool.feed(b"\n".join([*lines, context]))
    return spool.finish()


def event_lines(count: int) -> list[bytes]:
    return [json.dumps({"n": number, "pad": "x" * 300}).encode() for number in range(count)]


def deliver(pipe: Pipe, memory: Memory, lines: list[bytes], position: str = "p") -> int:
    made = Delivery(pipe, memory, lambda: None, moment)
    return made.deliver(page_of(lines), position).repeated


@settings(max_examples=50)
@given(st.integers(0, 6000), st.integers(0, 6000))
def test_a_kill_repeats_no_more_than_the_bound(count: int, room: int) -> None:
    lines = event_lines(count)
    pipe = Pipe(min(room, max(count - 1, 0)))
    memory = Killed(pipe)
    if count:
        with pytest.raises(PipeClosed):
            deliver(pipe, memory, lines)
    again = Pipe()
    deliver(again, memory, lines)
    seen = pipe.events + again.events
    assert len(set(seen)) == count
    assert len(seen) - count <= PROGRESS_EVENTS_MAX


def test_another_order_is_written_whole() -> None:
    lines = event_lines(5000)
    pipe = Pipe(4000)
    memory = Killed(pipe)
    with pytest.raises(PipeClosed):
        deliver(pipe, memory, lines)
    assert memory.progress is not None
    again = Pipe()
    assert deliver(again, memory, lines[::-1]) == 0
    assert len(again.events) == 5000


def test_another_page_is_written_whole() -> None:
    lines = event_lines(3000)
    memory = Memory()
    with pytest.raises(PipeClosed):
        deliver(Pipe(2500), memory, lines)
    again = Pipe()
    assert deliver(again, memory, lines, position="another") == 0
    assert len(again.events) == 3000


@settings(max_examples=50)
@given(st.randoms(use_true_random=False), st.integers(1, 1500), st.booleans())
def test_a_broken_page_that_comes_again_in_any_order_is_written_once(
    random: Random, count: int, whole: bool
) -> None:
    """`whole`: the page comes again whole; otherwise in two smaller pages."""
    lines = [*event_lines(count), *event_lines(3)]
    random.shuffle(lines)
    broken = [*lines]
    broken.insert(random.randrange(len(lines)), b'{"broken": nope}')
    pipe = Pipe()
    delivery = Delivery(pipe, Memory(), lambda: None, moment)
    with pytest.raises(PageIncomplete):
        delivery.deliver(page_of(broken), "p")
    random.shuffle(broken)
    with contextlib.suppress(PageIncomplete):
        delivery.deliver(page_of(broken), "p")
    random.shuffle(lines)
    cut = len(lines) if whole else random.randrange(len(lines))
    delivery.deliver(page_of(lines[:cut]), "p")
    delivery.deliver(page_of(lines[cut:]), "q")
    text = [line.split("<data>")[1].split("</data>")[0] for line in pipe.events]
    assert sorted(text) == sorted(line.decode().replace(" ", "") for line in lines)


def test_the_page_tells_up_to_when_it_is_complete() -> None:
    first = 1_600_000_000
    starts = [*range(first, first + 1000), 1_699_999_999, first + 5]
    lines = [b'{"httpMessage":{"start":"%d"}}' % start for start in starts]
    delivered = Delivery(Pipe(), Memory(), lambda: None, moment).deliver(page_of(lines), "p")
    assert first + 890 <= delivered.late < first + 1000
    assert delivered.newest == 1_699_999_999
    untimed = page_of(event_lines(10))
    assert Delivery(Pipe(), Memory(), lambda: None, moment).deliver(untimed, "p").late == 0


def test_a_line_that_does_not_parse_ends_the_page() -> None:
    lines = [*event_lines(10), b'{"broken": nope}']
    with pytest.raises(PageIncomplete) as caught:
        deliver(Pipe(), Memory(), lines)
    assert caught.value.ended
    pipe = Pipe()
    delivery = Delivery(pipe, Memory(), lambda: None, moment)
    delivered = delivery.deliver(page_of(lines, tolerant=True), "p")
    assert (delivered.events, delivered.unparsed, delivered.untimed) == (11, 1, 11)
    assert "akamai_siem_unparsed" in pipe.events[-1]


def test_the_file(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "progress.json", 7.0)
    assert file.load() is None
    file.save(Progress("p", 5, "ab"))
    assert ProgressFile(tmp_path / "progress.json", 7.0).load() == Progress("p", 5, "ab")
    assert ProgressFile(tmp_path / "progress.json", 8.0).load() is None
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]
    (tmp_path / "progress.json").write_text("half a rec")
    assert file.load() is None
    file.clear()
    file.clear()
    assert list(tmp_path.iterdir()) == []
