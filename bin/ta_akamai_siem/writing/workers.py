"""Worker processes that convert blocks while this one writes others: for when we are behind.

They are processes of their own, started by command on every system, and know nothing of the input:
blocks come by a pipe and go back by another. When this process ends, whatever ends it, their pipe
ends and so do they. Should one be lost, its blocks are converted here; so are all after them.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Optional

from ta_akamai_siem.record.event import NotAnEvent
from ta_akamai_siem.record.masking import Masking

from .conversion import InProcess
from .worker_protocol import answer, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.record.event_time import Moment
    from ta_akamai_siem.splunk.log import Log

    from .conversion import Converted

AUTO_MAX = 4
"""So many workers at most where the number is left to us."""
SCRIPT = Path(__file__).resolve().parents[2] / "akamai_siem_worker.py"
_BLOCK_TIMEOUT = 30.0
"""Seconds for one block; it takes some milliseconds."""
_SWITCH = 0.0005
"""Seconds for which a thread may keep others waiting: a worker takes a few milliseconds a block."""
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


def count_of(wanted: Optional[int]) -> int:
    """How many workers to start; 0 where this process does it alone.

    `wanted`: the setting; 1 is this process alone. None: one less than there are cores.
    """
    if wanted is None:
        affinity = getattr(os, "sched_getaffinity", None)
        cores = len(affinity(0)) if affinity else os.cpu_count() or 1
        wanted = min(AUTO_MAX, cores - 1)
    return wanted if wanted > 1 else 0


class Workers:
    """`count`: as `count_of`. None is started before the first block that is to go to one.

    `mask`: kinds of values to mask, as the setting names them.
    """

    def __init__(
        self, count: int, log: Log, mask: tuple[str, ...] = (), script: Path = SCRIPT
    ) -> None:
        self._count = count
        self._mask = mask
        self._in_process = InProcess(Masking(mask) if mask else None)
        self._log = log
        self._script = script
        self._workers: list[_Worker] = []
        self._next = 0

    @property
    def lookahead(self) -> int:
        """How many blocks to begin before the first of them is waited for: four a worker."""
        return 4 * self._count

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        """Have a block converted; call what is given back to get it, once and in order.

        All as `convert`.
        """
        worker = self._turn()
        if worker is None:
            return self._in_process.begin(lines, moment, tolerant=tolerant)
        return self._result(worker.begin(_Block(lines, moment, tolerant=tolerant)))

    def close(self) -> None:
        """End them all; what they have not converted by now is not wanted."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.close()

    def _turn(self) -> Optional[_Worker]:
        if self._count and not self._workers:
            self._start()
        if not self._workers:
            return None
        self._next = (self._next + 1) % len(self._workers)
        return self._workers[self._next]

    def _start(self) -> None:
        try:
            for _ in range(self._count):
                self._workers.append(_Worker([sys.executable, str(self._script), *self._mask]))
        except OSError as error:
            self._give_up(f"No worker can be started: {error.strerror or error}")
        else:
            sys.setswitchinterval(_SWITCH)
            self._log.info("workers.started", count=self._count)

    def _result(self, block: _Block) -> Callable[[], Converted]:
        def wait() -> Converted:
            if block.done.wait(_BLOCK_TIMEOUT) and block.refused:
                raise block.refused
            if block.made is None:
                self._give_up("A worker has ended or hangs")
                return self._in_process.begin(block.lines, block.moment, tolerant=block.tolerant)()
            return block.made

        return wait

    def _give_up(self, reason: str) -> None:
        """From here on as if the setting were 1."""
        if self._count:
            self._count = 0
            self._log.warning("workers.lost", reason=f"{reason}; this process goes on alone")
        self.close()


class _Block:
    """One block on its way. Neither `made` nor `refused` is set where the worker was lost."""

    def __init__(self, lines: Lines, moment: Moment, *, tolerant: bool) -> None:
        self.lines = lines
        self.moment = moment
        self.tolerant = tolerant
        self.done = threading.Event()
        self.made: Optional[Converted] = None
        self.refused: Optional[NotAnEvent] = None


class _Worker:
    """One process and the two threads that talk to it, so that its next block is always there.

    Raises OSError where it cannot be started.
    """

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # What it might say there, splunkd would take for an error of the input.
            stderr=subprocess.DEVNULL,
            creationflags=_NO_WINDOW,
        )
        self._blocks: _Queue = SimpleQueue()
        asked: _Queue = SimpleQueue()
        for work, arguments in (
            (_ask_all, (self._blocks, asked, self._process.stdin)),
            (_answer_all, (asked, self._process.stdout)),
        ):
            threading.Thread(target=work, args=arguments, daemon=True).start()

    def begin(self, block: _Block) -> _Block:
        self._blocks.put(block)
        return block

    def close(self) -> None:
        self._blocks.put(None)
        self._process.kill()
        self._process.wait()


def _ask_all(blocks: _Queue, asked: _Queue, pipe: IO[bytes]) -> None:
    """Send one block after the other, until None comes."""
    with contextlib.suppress(OSError), pipe:
        while (block := blocks.get()) is not None:
            # Where it does not arrive, the other thread finds no answer.
            asked.put(block)
            with contextlib.suppress(OSError, ValueError):
                ask(pipe, block.lines, block.moment, tolerant=block.tolerant)
    asked.put(None)


def _answer_all(asked: _Queue, pipe: IO[bytes]) -> None:
    """Settle one block after the other, as answers come or do not come any more."""
    lost = False
    with contextlib.suppress(OSError), pipe:
        while (block := asked.get()) is not None:
            try:
                if not lost:
                    block.made = answer(pipe)
            except NotAnEvent as error:
                block.refused = error
            except (OSError, EOFError, ValueError):
                lost = True
            block.done.set()


_Queue = SimpleQueue[Optional[_Block]]
