"""Worker processes: the same results in the same order, whatever happens to the workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.akamai.lines import Lines
from ta_akamai_siem.record.event import NotAnEvent
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.selection import Selection
from ta_akamai_siem.splunk.log import Log
from ta_akamai_siem.volume.grammar import read_lines
from ta_akamai_siem.writing.conversion import Converted, convert
from ta_akamai_siem.writing.workers import SCRIPT, Workers, count_of
from tests.standins.akamai.corpus import Corpus, CorpusChoices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLLECTED = Moment.of(1_700_000_000.125, 1_700_000_000.5)


class Warnings(Log):
    """A log that keeps its entries."""

    def __init__(self) -> None:
        super().__init__("akamai_siem", "first")
        self.told: list[tuple[str, str]] = []

    def info(self, event: str, **values: object) -> None:
        assert (event, values) == ("workers.started", {"count": 2})

    def warning(self, event: str, **values: object) -> None:
        self.told.append((event, str(values["reason"])))


@pytest.fixture
def log() -> Warnings:
    return Warnings()


@pytest.fixture
def two(log: Warnings) -> Iterator[Workers]:
    made = Workers(2, log)
    yield made
    made.close()


def blocks(count: int, size: int = 40) -> list[Lines]:
    corpus = Corpus(CorpusChoices(odd=0.05))
    each = [corpus.event(number, 1_700_000_000 + number) for number in range(count * size)]
    return [Lines.of(each[begin : begin + size]) for begin in range(0, len(each), size)]


def through(workers: Workers, lines: Sequence[Lines]) -> Iterator[Converted]:
    """As Delivery does it: some blocks are begun before the result of the first is requested."""
    waiting: deque[object] = deque()
    for block in lines:
        waiting.append(workers.begin(block, COLLECTED, tolerant=True))
        if len(waiting) > workers.lookahead:
            yield waiting.popleft()()  # type: ignore[operator]
    while waiting:
        yield waiting.popleft()()  # type: ignore[operator]


def alone(lines: Sequence[Lines]) -> list[Converted]:
    return [convert(block.data, COLLECTED, tolerant=True) for block in lines]


def children() -> list[int]:
    """This process's workers."""
    text = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [
        int(pid)
        for pid in text.split()
        if SCRIPT.name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def test_the_same_as_alone(two: Workers, log: Warnings) -> None:
    lines = blocks(30)
    assert list(through(two, lines)) == alone(lines)
    assert len(children()) == 2
    assert log.told == []


@pytest.mark.parametrize("mask", [(), ("cookies", "usernames")])
def test_they_select_as_we_do(log: Warnings, mask: tuple[str, ...]) -> None:
    """What is masked, left out and dropped is not on their command line."""
    lines = blocks(10)
    rules, _ = read_lines('status=4*\naction=alert country="*" sample=2\nmethod=POST')
    selection = Selection(mask, ("header:host", "rule_data", "response_headers"), rules)
    expected = [convert(each.data, COLLECTED, tolerant=True, selection=selection) for each in lines]
    workers = Workers(2, log, selection)
    assert list(through(workers, lines)) == expected
    assert len(children()) == 2
    workers.close()
    assert {number for each in expected for number in each.dropped} == {1, 2, 3}
    assert sum(each.left_out for each in expected) > 0
    assert (sum(each.masked for each in expected) > 0) is bool(mask)
    assert log.told == []


def test_none_is_started_before_it_is_needed(log: Warnings) -> None:
    workers = Workers(3, log)
    assert children() == []
    workers.close()


def test_a_block_of_which_nothing_is_new(two: Workers) -> None:
    """All its lines were written before its page proved to be broken."""
    assert two.begin(Lines.of([]), COLLECTED, tolerant=False)() == convert(
        b"", COLLECTED, tolerant=False
    )


def test_a_line_that_is_no_event_is_refused_in_its_turn(two: Workers) -> None:
    good, bad = Lines.of([b'{"a":1}']), Lines.of([b'{"a":1}', b'{"broken'])
    promises = [two.begin(block, COLLECTED, tolerant=False) for block in (good, bad, good)]
    assert promises[0]().elements
    with pytest.raises(NotAnEvent):
        promises[1]()
    assert promises[2]().elements


def test_lost_workers_are_done_without(two: Workers, log: Warnings) -> None:
    lines = blocks(30)
    made = through(two, lines)
    first = [next(made) for _ in range(5)]
    for pid in children():
        os.kill(pid, signal.SIGKILL)
    assert first + list(made) == alone(lines)
    assert [event for event, _ in log.told] == ["workers.lost"]
    assert children() == []


def test_none_can_be_started(log: Warnings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python3")
    lines = blocks(5)
    assert list(through(Workers(2, log), lines)) == alone(lines)
    ((event, reason),) = log.told
    assert event == "workers.lost"
    assert "No such file" in reason


def test_a_script_that_ends_at_once(log: Warnings, tmp_path: Path) -> None:
    script = tmp_path / "ends.py"
    script.write_text("import sys; sys.exit('on purpose')", encoding="utf-8")
    lines = blocks(5)
    assert list(through(Workers(2, log, script=script), lines)) == alone(lines)
    assert [event for event, _ in log.told] == ["workers.lost"]


def test_they_end_with_their_parent_whatever_kills_it(tmp_path: Path) -> None:
    """A process that starts two workers and is killed: their pipes end, and so do the workers."""
    parent = tmp_path / "parent.py"
    parent.write_text(
        f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r})\n"
        "from ta_akamai_siem.writing.workers import Workers\n"
        "from ta_akamai_siem.akamai.lines import Lines\n"
        "from ta_akamai_siem.splunk.log import Log\n"
        "workers = Workers(2, Log('akamai_siem', 'any'))\n"
        "from ta_akamai_siem.record.event_time import Moment\n"
        "lines, moment = Lines.of([b'{\"a\":1}']), Moment('1.000', 2.0)\n"
        "[workers.begin(lines, moment, tolerant=False)() for _ in range(2)]\n"
        "print(*[each._process.pid for each in workers._workers], flush=True)\n"
        "sys.stdin.read()\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, str(parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    pids = [int(pid) for pid in process.stdout.readline().split()]
    ends = [os.pidfd_open(pid) for pid in pids] if hasattr(os, "pidfd_open") else []
    process.kill()
    process.communicate()
    import select

    for end in ends:
        assert select.select([end], [], [], 20.0)[0] == [end]
        os.close(end)


def test_a_stop_signal_does_not_end_them(two: Workers, log: Warnings) -> None:
    """splunkd may signal a whole group; the input decides when it has written enough."""
    lines = blocks(10)
    made = through(two, lines)
    first = [next(made), next(made)]
    for pid in children():
        os.kill(pid, signal.SIGTERM)
    assert first + list(made) == alone(lines)
    assert log.told == []


def interpreter() -> list[bytes]:
    """The first arguments of each process of this Python; a script may start it with more."""
    code = "import sys; sys.stdout.write(open('/proc/self/cmdline').read())"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    command = done.stdout.split(b"\0")
    return command[: command.index(b"-c")]


def test_what_a_worker_sees_names_nothing(two: Workers) -> None:
    """Neither its command line nor its inherited files give it access to splunkd."""
    for _ in range(2):
        two.begin(Lines.of([b'{"a":1}']), COLLECTED, tolerant=False)()
    (pid, *_) = children()
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    assert [part for part in command if part] == [*interpreter(), str(SCRIPT).encode()]
    assert os.readlink(f"/proc/{pid}/fd/2") == "/dev/null"
    assert json.dumps(sorted(os.listdir(f"/proc/{pid}/fd"))) == json.dumps(["0", "1", "2"])


def test_how_many() -> None:
    assert [count_of(wanted) for wanted in (1, 2, 16)] == [0, 2, 16]
    cores = len(os.sched_getaffinity(0))
    assert count_of(None) == (min(4, cores - 1) if cores > 2 else 0)
