"""A writer of pages is made when the first page has arrived, and its modules are loaded then."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any, cast

from ta_akamai_siem.run.late_writer import LateWriter
from tests import ROOT

if TYPE_CHECKING:
    from ta_akamai_siem.writing.delivery import Delivery


UNUSED = (
    *("record.masking", "record.rules", "volume.grammar", "volume.left_out"),
    *("splunk.connector", "splunk.knowledge", "splunk.search", "splunk.orderly_stop"),
)
"""What most runs never need: settings that are not set, a takeover, a restart of splunkd."""


class Written:
    """Notes the calls, as a `Delivery`."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def deliver(self, page: Any, position: str, *, behind: bool) -> Any:
        self.calls.append(f"deliver {page} {position} {behind}")
        return "delivered"

    def leave_out(self, lines: Any) -> None:
        self.calls.append(f"leave_out {lines}")

    def page_saved(self) -> None:
        self.calls.append("page_saved")

    def read_up_to(self, unread: int) -> str | None:
        self.calls.append(f"read_up_to {unread}")
        return "position"


class Made:
    """Makes a writer, and notes when, and when its resources were left."""

    def __init__(self) -> None:
        self.written = Written()
        self.events: list[str] = []

    def __call__(self, ending: contextlib.ExitStack) -> Delivery:
        self.events.append("made")
        ending.callback(self.events.append, "left")
        return cast("Delivery", self.written)


def test_it_is_made_at_the_first_call_and_once() -> None:
    made = Made()
    writer = LateWriter(made)
    assert made.events == []
    page: Any = "page"
    delivered: Any = writer.deliver(page, "p", behind=True)
    assert delivered == "delivered"
    writer.leave_out(page)
    writer.page_saved()
    assert writer.read_up_to(7) == "position"
    assert made.written.calls == [
        "deliver page p True",
        "leave_out page",
        "page_saved",
        "read_up_to 7",
    ]
    assert made.events == ["made"]


def test_its_resources_are_left_at_the_end_of_a_run() -> None:
    made = Made()
    with contextlib.closing(LateWriter(made)) as writer:
        writer.page_saved()
    assert made.events == ["made", "left"]


def test_a_run_without_a_page_makes_none() -> None:
    made = Made()
    with contextlib.closing(LateWriter(made)):
        pass
    assert made.events == []


def test_the_first_request_does_not_wait_for_modules_that_it_does_not_need() -> None:
    """Calls of splunkd need no library for requests, and requests none that converts events."""
    first = loaded("ta_akamai_siem.run.run")
    later = ("akamai.client", *UNUSED)
    assert not {"requests", "urllib3", *(f"ta_akamai_siem.{name}" for name in later)} & first
    for kind in ("continuous", "backfill"):
        second = loaded(f"ta_akamai_siem.{kind}.job")
        assert {"requests", "ta_akamai_siem.akamai.client"} <= second
        late = ("record.event", "record.known_shapes", "writing.delivery", "writing.conversion")
        assert not {f"ta_akamai_siem.{name}" for name in (*late, *UNUSED)} & second


def test_a_page_loads_nothing_that_explains_an_error() -> None:
    assert not {"ta_akamai_siem.akamai.error_table", "html"} & loaded("ta_akamai_siem.akamai.page")


def loaded(module: str) -> set[str]:
    """The modules that a new process has after it has imported one."""
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "bin", capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())
