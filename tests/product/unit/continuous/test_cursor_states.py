"""The tables in the docstring of `cursor`: every cell is tested with real cursors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.akamai.page import Context
from ta_akamai_siem.akamai.plan import Failed, Remembered
from ta_akamai_siem.akamai.request import OffsetRequest, TimeRequest
from ta_akamai_siem.continuous import cursor as cursors
from ta_akamai_siem.continuous.cursor import FROM_NOW_GRACE, QUICK, SLOW, Cursor, Cut
from ta_akamai_siem.errors import (
    ClockSkewed,
    OffsetExpired,
    PageIncomplete,
    RangeExpired,
    RateLimited,
    ServerTrouble,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 1_750_000_000.0
TOKEN = "71cca;x"
LIMIT = 10_000
NEVER = "-"


def table(head: str) -> dict[str, dict[str, str]]:
    """The rows of the table whose first column has that name. A cell of the last column may contain
    blanks, and go on in a line that begins below it.
    """
    lines = iter((cursors.__doc__ or "").splitlines())
    title = next(line for line in lines if line.startswith(f"  {head} "))
    _, *columns = re.split(r"\s{2,}", title.strip())
    rows: dict[str, dict[str, str]] = {}
    name = ""
    last, indent = columns[-1], title.index(columns[-1])
    for line in lines:
        if not line.strip():
            break
        if not line[:indent].strip():
            rows[name][last] += f" {line.strip()}"
            continue
        name, *cells = line.split(None, len(columns))
        rows[name] = dict(zip(columns, cells))
    return rows


STATES = table("state")
EVENTS = table("event")
FIELDS = set(Cursor._fields)


def state_of(cursor: Cursor) -> str:
    """The matching row of the table."""
    facts = {
        "offset": "none" if cursor.offset is None else "token",
        "from_now": "yes" if cursor.from_now else "no",
        "complete_until": "none" if cursor.complete_until is None else "known",
    }
    (state,) = [name for name, row in STATES.items() if facts.items() <= row.items()]
    return state


def samples() -> dict[str, list[Cursor]]:
    """Cursors of each state, as they arise and with each other member set to a value."""
    busy = Remembered(mismatches=1, not_before=NOW - 1)
    start = Cursor("h", (1,), LIMIT, since=NOW, from_now=True, host_time=True)
    back = start._replace(since=NOW - 3600, from_now=False)
    first = back.after(Context(5, TOKEN, 5), NOW - 900, drained=False)
    offset = first._replace(cut=Cut(40_000, 3), remembered=busy, complete_until=NOW - 600)
    found: dict[str, list[Cursor]] = {name: [] for name in STATES}
    taken = back._replace(offset=TOKEN, taken_over=True)
    for cursor in (start, back, first, offset, first.replaying(), offset.replaying(), taken):
        for sample in (cursor, cursor._replace(remembered=busy, cut=Cut(40_000, 3))):
            found[state_of(sample)].append(sample)
    for cursor in (start, back, taken):
        found[state_of(cursor)].append(cursor.clock_corrected(60.0))
    return found


def failing(*errors: Exception, correction: float = 0.0) -> Callable[[Cursor], list[Cursor]]:
    return lambda cursor: [cursor.failed(Failed(error, NOW, correction)) for error in errors]  # type: ignore[arg-type]


HAPPENS: dict[str, Callable[[Cursor], list[Cursor]]] = {
    "page": lambda c: [c.after(Context(9, "next", 9), NOW, drained=False)],
    "drained": lambda c: [c.after(Context(9, "next", None), NOW, drained=True)],
    "expired": failing(OffsetExpired("416"), RangeExpired("400", NOW)),
    "cut": failing(PageIncomplete("cut", events=7)),
    "mismatch": lambda c: [
        c.mismatched(),
        c.failed(Failed(PageIncomplete("count", ended=True), NOW)),
    ],
    "wait": failing(RateLimited("429", 30.0), ServerTrouble("503", 30.0)),
    "trouble": failing(
        RateLimited("429"), ServerTrouble("500"), Unreachable("reset"), PageIncomplete("no event")
    ),
    "clock": failing(ClockSkewed("Invalid timestamp", NOW + 600), correction=600.0),
    "pace": lambda c: [
        c.paced(QUICK / 8, 50_000, full=True),
        c.paced(QUICK / 2, 50_000, full=True),
        c.paced(SLOW * 1.5, 50_000, full=True),
        c.paced(QUICK / 2, 50_000, full=False),
    ],
    "settled": lambda c: [c.settled()],
    "known": lambda c: [c.complete_to(NOW - 300), c.complete_to(0.0)],
    "restart": lambda c: [cursors.from_document(c.to_document())],
}


def allowed(event: str) -> set[str]:
    words = EVENTS[event].get("may change", "").replace(",", "").split()
    if words[:1] == ["as"]:
        return allowed(words[1]) | set(words[2:])
    return set(words)


def test_the_tables_are_read_whole() -> None:
    assert list(STATES) == ["START", "BACK", "REPLAY", "OFFSET", "TAKEN"]
    assert set(EVENTS) == set(HAPPENS)
    assert all({*STATES} <= set(row) for row in EVENTS.values())
    assert all(allowed(event) <= FIELDS for event in EVENTS)
    assert all(samples().values())


@pytest.mark.parametrize("event", list(EVENTS))
@pytest.mark.parametrize("state", list(STATES))
def test_state_after_event(state: str, event: str) -> None:
    expected = EVENTS[event][state]
    if expected == NEVER:
        return
    for cursor in samples()[state]:
        for after in HAPPENS[event](cursor):
            assert state_of(after) == expected, (cursor, after)


@pytest.mark.parametrize("event", list(EVENTS))
def test_what_an_event_changes_is_what_the_table_says(event: str) -> None:
    """Nothing else in any state, and each of it in some state."""
    changed = set()
    for state, cursors_of_it in samples().items():
        for cursor in cursors_of_it if EVENTS[event][state] != NEVER else []:
            for after in HAPPENS[event](cursor):
                changed |= {n for n in FIELDS if getattr(after, n) != getattr(cursor, n)}
    assert changed == allowed(event)


@pytest.mark.parametrize("state", list(STATES))
def test_request_of_a_state(state: str) -> None:
    for cursor in samples()[state]:
        request = cursor.request(cursor.since + FROM_NOW_GRACE / 2)
        asked = {
            "NULL": OffsetRequest("NULL", cursor.limit),
            "since": TimeRequest(int(cursor.since), cursor.limit),
            "token": OffsetRequest(TOKEN, cursor.limit),
        }
        assert request == asked[STATES[state]["request"]]


def test_a_failure_before_the_first_page_leaves_its_beginning_to_the_clock() -> None:
    """A time computed with a wrong clock must not count as complete: events would be skipped."""
    begun = samples()["BACK"][0]
    failed = cursors.from_document(begun.complete_to(0.0).to_document())
    corrected = failed.clock_corrected(-600.0)
    paged = corrected.after(Context(9, TOKEN, 9), NOW, drained=False)
    assert paged.complete_until == begun.since - 600.0
