"""Export tasks: one at a time for each configuration, finished after some questions.

https://techdocs.akamai.com/application-security/reference/post-export-config-version
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .refusals import conflict, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

RETRY_AFTER_S = 1


@dataclass
class Task:
    """`polls`: questions about its status that are still answered with PENDING."""

    number: int
    config_id: int
    version: int
    polls: int
    status: str = "PENDING"


class Exports:
    """`offered`: whether there are tasks at all. `polls`: see Task. `fails`, `expires`: how many of
    the next tasks fail, or lose their result before it is fetched.
    """

    def __init__(self) -> None:
        """Start without tasks."""
        self.offered, self.polls, self.fails, self.expires = True, 1, 0, 0
        self._tasks: dict[int, Task] = {}
        self._numbers = itertools.count(161)
        self._lock = threading.Lock()

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Set members by name; `running`: a task of (configuration, version) of another client."""
        rest = dict(wanted)
        running = rest.pop("running", None)
        if set(rest) - {"offered", "polls", "fails", "expires"}:
            message = "exports have offered, polls, fails, expires, running"
            raise ValueError(message)
        vars(self).update(rest)
        if running:
            self.begin(*running)

    def begin(self, config_id: int, version: int) -> Task:
        """Return a new task; raises Problem while one runs for that configuration."""
        with self._lock:
            for task in self._tasks.values():
                if task.config_id == config_id and task.status == "PENDING":
                    raise conflict(f"Export {task.number} of this configuration is in progress")
            task = Task(next(self._numbers), config_id, version, self.polls)
            self._tasks[task.number] = task
            return task

    def asked(self, number: int, config_id: int, version: int) -> Task:
        """Return a task after a question about its status; raises Problem."""
        with self._lock:
            task = self._found(number, config_id, version)
            task.polls -= 1
            if task.status == "PENDING" and task.polls < 0:
                task.status = "FAILED" if self.fails else "COMPLETED"
                self.fails = max(0, self.fails - 1)
            return task

    def result(self, number: int, config_id: int, version: int) -> None:
        """Raise Problem unless the result can be fetched."""
        with self._lock:
            task = self._found(number, config_id, version)
            if task.status != "COMPLETED":
                raise unknown(f"Export {number} has no result")
            if self.expires:
                self.expires -= 1
                del self._tasks[number]
                raise unknown(f"The result of export {number} has expired")

    def _found(self, number: int, config_id: int, version: int) -> Task:
        task = self._tasks.get(number)
        if task is None or (task.config_id, task.version) != (config_id, version):
            raise unknown(f"Export {number} not found")
        return task
