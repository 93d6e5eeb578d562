"""Progress inside a page: a killed run's events are not written again if they are the same."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ta_akamai_siem.akamai.page import Page, PageSpool
from ta_akamai_siem.errors import PageIncomplete, PipeClosed, StopRequested
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.writing.conversion import InProcess
from ta_akamai_siem.writing.delivery import Delivery, WritingResources
from ta_akamai_siem.writing.event_stream import EventStream
from ta_akamai_siem.writing.progress import Progress, ProgressFile
from tests.examples import at_most

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.writing.conversion import Converted


def moment() -> Moment:
    return Moment.of(1_700_000_000.0, 1_700_000_000.0)


class Pipe(EventStream):
    """Accepts elements; fails after `room` events, as if the process were killed there."""

    def __init__(self, room: int = 10**9) -> None:
        super().__init__(-1)
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
    """A record that keeps only what was recorded before the end: a kill runs no handler."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__()
        self._pipe = pipe

    def save(self, progress: Progress) -> None:
        if self._pipe.room >= 0:
            super().save(progress)


def page_of(lines: list[bytes], *, tolerant: bool = False) -> Page:
    spool = PageSpool(io.BytesIO(), tolerant=tolerant)
    context = b'{"total":%d,"offset":"next"}' % len(lines)
    spool.feed(b"\n".join([*lines, context]))
    return spool.finish()


def event_lines(count: int) -> list[bytes]:
    return [json.dumps({"n": number, "pad": "x" * 300}).encode() for number in range(count)]


def deliver(pipe: Pipe, memory: Memory, lines: list[bytes], position: str = "p") -> int:
    made = Delivery(pipe, memory, lambda: None, moment)
    return made.deliver(page_of(lines), position).repeated


@settings(max_examples=at_most(80))
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
    assert len(seen) - count <= 2_000


class Recorded(Memory):
    """Keeps every record of progress."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[int] = []

    def save(self, progress: Progress) -> None:
        super().save(progress)
        self.events.append(progress.events)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        # Of a block. The file system may be slow, so progress is recorded as rarely as is allowed.
        (0.0, [2000, 4000, 6000, 8000]),
        (0.124, [1000, 2500, 4000, 5500, 7000, 8500]),
        (0.13, [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]),
        (60.0, [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000]),
    ],
)
def test_when_progress_is_recorded(
    seconds: float, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`seconds`: that a block of 500 events takes. All of the page is recorded at its end: its
    position may not be saved, and then nothing of it comes twice.
    """
    recorded, now = Recorded(), [0.0]

    def take(_: int) -> None:
        now[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    lines = [b'{"n":%d}' % number for number in range(9_500)]
    made = Delivery(Pipe(), recorded, lambda: None, moment, WritingResources(rate_limit=take))
    made.deliver(page_of(lines), "p")
    assert recorded.events == [*expected, len(lines)]


class Named(InProcess):
    """Records its name at each block."""

    def __init__(self, name: str, used: list[str]) -> None:
        super().__init__()
        self._name, self._used = name, used

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        self._used.append(self._name)
        return super().begin(lines, moment, tolerant=tolerant)


@pytest.mark.parametrize(
    ("count", "behind", "expected"),
    [(5_000, True, "workers"), (4_999, True, "self"), (5_000, False, "self"), (1, None, "self")],
)
def test_who_transforms_a_page(count: int, behind: bool | None, expected: str) -> None:
    used: list[str] = []
    resources = WritingResources(in_process=Named("self", used), workers=Named("workers", used))
    made = Delivery(Pipe(), Memory(), lambda: None, moment, resources)
    page = page_of([b'{"n":%d}' % number for number in range(count)])
    if behind is None:
        made.deliver(page, "p")
    else:
        made.deliver(page, "p", behind=behind)
    assert set(used) == {expected}


def test_of_a_page_without_events_nothing_is_told() -> None:
    delivered = Delivery(Pipe(), Memory(), lambda: None, moment).deliver(page_of([]), "p")
    assert not any(dataclasses.astuple(delivered))


def test_a_page_is_left_as_soon_as_a_stop_is_asked_for() -> None:
    """Between two blocks what was written is recorded, and how much is announced before it is
    written.
    """
    told: list[int] = []

    def check() -> None:
        if len(told) == 3:
            raise StopRequested("stop")

    pipe, memory = Pipe(), Memory()
    made = Delivery(pipe, memory, check, moment, WritingResources(rate_limit=told.append))
    lines = [b'{"n":%d}' % number for number in range(2_250)]
    with pytest.raises(StopRequested):
        made.deliver(page_of(lines), "p")
    assert (told, len(pipe.events)) == ([500, 500, 500], 1_000)
    assert memory.progress is not None
    assert (memory.progress.position, memory.progress.events) == ("p", 1_000)
    assert deliver(pipe, memory, lines) == 1_000
    assert len(pipe.events) == 2_250


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


def test_a_second_kill_repeats_no_more_than_the_first() -> None:
    lines = event_lines(9_000)
    recorded = 0
    last: Progress | None = None
    for _ in range(2):
        pipe = Pipe(3_000)
        memory = Killed(pipe)
        memory.progress = last
        with pytest.raises(PipeClosed):
            deliver(pipe, memory, lines)
        last = memory.progress
        assert last is not None
        assert recorded + 1_000 <= last.events <= recorded + 3_000
        recorded = last.events
    assert deliver(Pipe(), memory, lines) == recorded


def test_another_page_is_written_whole() -> None:
    lines = event_lines(3000)
    memory = Memory()
    with pytest.raises(PipeClosed):
        deliver(Pipe(2500), memory, lines)
    again = Pipe()
    assert deliver(again, memory, lines, position="another") == 0
    assert len(again.events) == 3000


@settings(max_examples=at_most(80))
@given(st.randoms(use_true_random=False), st.integers(1, 1500), st.booleans())
def test_a_broken_page_that_comes_again_in_any_order_is_written_once(
    random: Random, count: int, whole: bool
) -> None:
    """`whole`: the page is the same again; otherwise its events come in two smaller pages."""
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
    first = delivery.deliver(page_of(lines[:cut]), "p")
    second = delivery.deliver(page_of(lines[cut:]), "q")
    # What the broken pages brought counts once.
    assert first.events + second.events == len(lines)
    assert first.repeated == 0 or not whole
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
    told: list[str] = []
    file = ProgressFile(tmp_path / "progress.json", 7.0, told.append)
    assert file.load() is None
    file.save(Progress("p", 5, "ab"))
    assert ProgressFile(tmp_path / "progress.json", 7.0).load() == Progress("p", 5, "ab")
    assert ProgressFile(tmp_path / "progress.json", 8.0).load() is None
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]
    (tmp_path / "progress.json").write_text("half a rec")
    assert file.load() is None
    file.clear()
    file.clear()
    assert (list(tmp_path.iterdir()), told) == ([], [])
