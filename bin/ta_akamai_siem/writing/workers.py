"""Worker processes that convert blocks while this process writes others, if the input is behind.

They are started by a command on every system and know nothing of the input: blocks arrive through
one pipe and return through another. When this process ends, their pipe ends, and so do they. If one
is lost, this process converts its blocks and all later ones.
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
from ta_akamai_siem.record.selection import EVERYTHING, Selection

from .conversion import InProcess
from .worker_protocol import answer, ask, select

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.akamai.lines import Lines
    from ta_akamai_siem.record.event_time import Moment
    from ta_akamai_siem.splunk.log import Log

    from .conversion import Converted

AUTO_MAX = 4
"""Most workers with `workers = auto`."""
SCRIPT = Path(__file__).resolve().parents[2] / "akamai_siem_worker.py"
_BLOCK_TIMEOUT = 30.0
"""Seconds to wait for one block, which takes a few milliseconds."""
_SWITCH = 0.0005
"""Seconds until a thread lets another one run; a worker takes a few milliseconds per block."""
_NO_WINDOW = getattr(subprocess, "CREATE_NO_WINDOW", 0)


def count_of(wanted: Optional[int]) -> int:
    """The number of workers to start, 0 for none.

    `wanted`: the setting; 1: no additional processes; None: one less than the host has cores.
    """
    if wanted is None:
        affinity = getattr(os, "sched_getaffinity", None)
        cores = len(affinity(0)) if affinity else os.cpu_count() or 1
        wanted = min(AUTO_MAX, cores - 1)
    return wanted if wanted > 1 else 0


class Workers:
    """`count`: from `count_of`. They start with the first block.

    `selection`: what of the events is indexed.
    """

    def __init__(
        self, count: int, log: Log, selection: Selection = EVERYTHING, script: Path = SCRIPT
    ) -> None:
        self._count = count
        self._selection = selection
        self._in_process = InProcess(selection)
        self._log = log
        self._script = script
        self._workers: list[_Worker] = []
        self._next = 0

    @property
    def lookahead(self) -> int:
        """Blocks to begin before waiting for the first: four per worker."""
        return 4 * self._count

    def begin(self, lines: Lines, moment: Moment, *, tolerant: bool) -> Callable[[], Converted]:
        """Begin to convert a block. Call the results once each, in order, to wait for it.

        The arguments are those of `convert`.
        """
        worker = self._turn()
        if worker is None:
            return self._in_process.begin(lines, moment, tolerant=tolerant)
        return self._result(worker.begin(_Block(lines, moment, tolerant=tolerant)))

    def close(self) -> None:
        """End all workers. Blocks in progress are dropped."""
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
                command = [sys.executable, str(self._script)]
                self._workers.append(_Worker(command, self._selection))
        except OSError as error:
            self._give_up(f"No worker process can be started ({error.strerror or error}).")
        else:
            sys.setswitchinterval(_SWITCH)
            self._log.info("workers.started", count=self._count)

    def _result(self, block: _Block) -> Callable[[], Converted]:
        def wait() -> Converted:
            if block.done.wait(_BLOCK_TIMEOUT) and block.refused:
                raise block.refused
            if block.made is None:
                self._give_up("A worker process has ended or does not answer.")
                return self._in_process.begin(block.lines, block.moment, tolerant=block.tolerant)()
            return block.made

        return wait

    def _give_up(self, reason: str) -> None:
        """Continue as if the setting were 1."""
        if self._count:
            self._count = 0
            self._log.warning("workers.lost", reason=f"{reason} The input continues without.")
        self.close()


class _Block:
    """One block in progress. If the worker is lost, neither `made` nor `refused` is set."""

    def __init__(self, lines: Lines, moment: Moment, *, tolerant: bool) -> None:
        self.lines = lines
        self.moment = moment
        self.tolerant = tolerant
        self.done = threading.Event()
        self.made: Optional[Converted] = None
        self.refused: Optional[NotAnEvent] = None


class _Worker:
    """One process, and two threads that send and receive, so that it never waits for a block.

    Raises OSError if it cannot be started.
    """

    def __init__(self, command: list[str], selection: Selection) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # splunkd would log its output as an error of the input.
            stderr=subprocess.DEVNULL,
            creationflags=_NO_WINDOW,
        )
        self._blocks: _Queue = SimpleQueue()
        asked: _Queue = SimpleQueue()
        for work, arguments in (
            (_ask_all, (selection, self._blocks, asked, self._process.stdin)),
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


def _ask_all(selection: Selection, blocks: _Queue, asked: _Queue, pipe: IO[bytes]) -> None:
    """Send what is selected, and blocks until None."""
    with contextlib.suppress(OSError), pipe:
        with contextlib.suppress(OSError, ValueError):
            select(pipe, selection)
        while (block := blocks.get()) is not None:
            # If it does not arrive, the other thread gets no answer.
            asked.put(block)
            with contextlib.suppress(OSError, ValueError):
                ask(pipe, block.lines, block.moment, tolerant=block.tolerant)
    asked.put(None)


def _answer_all(asked: _Queue, pipe: IO[bytes]) -> None:
    """Receive the answer to each block. After a failure, all blocks count as lost."""
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
