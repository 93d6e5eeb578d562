"""Runs one call in a thread, such as the fetch of the next page while this one is written."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Optional, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")


class Prefetch(Generic[_Result]):
    """Starts the call at once. The thread is a daemon: a process that ends does not wait for it."""

    def __init__(self, call: Callable[[], _Result]) -> None:
        self._call = call
        self._done = threading.Event()
        self._result: Optional[_Result] = None
        self._error: Optional[BaseException] = None
        threading.Thread(target=self._run, daemon=True).start()

    def result(self) -> _Result:
        """Wait for the call. Returns its result or raises its error."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # noqa: BLE001 - raised by result()
            self._error = error
        finally:
            self._done.set()
