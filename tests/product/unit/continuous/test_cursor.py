"""The plan: which request follows from which checkpoint."""

from __future__ import annotations

import dataclasses

import pytest

from ta_akamai_siem.akamai.page import Context
from ta_akamai_siem.akamai.plan import Failed, Remembered
from ta_akamai_siem.akamai.request import OffsetRequest, TimeRequest
from ta_akamai_siem.continuous import cursor as cursors
from ta_akamai_siem.continuous.cursor import Cursor
from ta_akamai_siem.errors import CheckpointUnusable, RateLimited
from ta_akamai_siem.limits import LATENCY, MARGIN, RETENTION_SLACK
from ta_akamai_siem.settings import Account, InputSettings

NOW = 1_750_000_000.0
ACCOUNT = Account("main", "192.0.2.7", "client-token", "client-secret", "access-token")


def settings(start_back: int = 0, limit: int = 50_000) -> InputSettings:
    return InputSettings("first", ACCOUNT, (7, 9), start_back, limit, None)


def test_first_request_from_now() -> None:
    begun = cursors.begin(settings(), NOW)
    assert begun.request(NOW + 1) == OffsetRequest("NULL", 10_000)


def test_first_request_from_now_that_comes_late_names_the_moment() -> None:
    begun = cursors.begin(settings(), NOW)
    assert begun.request(NOW + 300) == TimeRequest(int(NOW), 10_000)


def test_whoever_begins_from_now_a_second_time_skips_nothing() -> None:
    """After a failure, a kill or a rewind to the beginning, it is named and waited for."""
    begun = cursors.from_document(cursors.begin(settings(), NOW).to_document())
    assert begun.pause(NOW + 1) == 0
    assert begun.pause(NOW + 3) == LATENCY + 1 - 3
    assert begun.request(NOW + 3) == TimeRequest(int(NOW), 10_000)
    assert begun.pause(NOW + 60) == 0
    limited = Failed(RateLimited("Too many", retry_after=10.0), NOW + 60)
    assert begun.failed(limited).pause(NOW + 60) == 10


def test_first_request_from_back_then() -> None:
    begun = cursors.begin(settings(start_back=3600, limit=500), NOW)
    assert begun.request(NOW + 1) == TimeRequest(int(NOW) - 3600, 500)
    a_second = cursors.begin(settings(start_back=1, limit=500), NOW)
    assert a_second.request(NOW) == TimeRequest(int(NOW) - 1, 500)


def test_time_mode_never_asks_beyond_the_retention() -> None:
    begun = cursors.begin(settings(start_back=43200), NOW)
    request = begun.request(NOW + 100)
    assert isinstance(request, TimeRequest)
    assert NOW + 100 - 43200 < request.since <= NOW + 100 - 43200 + RETENTION_SLACK


def test_offset_once_there_is_one() -> None:
    begun = cursors.begin(settings(start_back=60), NOW)
    after = begun.after(Context(3, "71cca;x", None), NOW, drained=True)
    assert after.request(NOW) == OffsetRequest("71cca;x", 10_000)
    assert after.complete_until == NOW - LATENCY


def test_replay_begins_a_margin_before_the_last_complete_moment() -> None:
    cursor = Cursor("192.0.2.7", (7, 9), offset="old", complete_until=NOW - 10_800)
    request = cursor.replaying().request(NOW)
    assert request == TimeRequest(int(NOW - 10_800 - MARGIN), cursor.limit)


@pytest.mark.parametrize(
    ("total", "context_limit", "drained"),
    [
        (0, None, True),
        (0, 100, True),
        (50, None, True),
        (50, 100, False),
        (89, None, True),
        (95, None, False),
        (100, 100, False),
        (130, 100, False),
    ],
)
def test_drained(total: int, context_limit: int | None, drained: bool) -> None:
    context = Context(total, "x", context_limit)
    assert cursors.is_drained(context, OffsetRequest("y", 100)) is drained


def test_limit_follows_what_the_connection_can_do() -> None:
    cursor = Cursor("h", (1,), limit=10_000)
    assert cursor.paced(2.0, 50_000, full=True).limit == 20_000
    assert cursor.paced(2.0, 15_000, full=True).limit == 15_000
    assert cursor.paced(2.0, 50_000, full=False).limit == 10_000
    assert cursor.paced(30.0, 50_000, full=True).limit == 10_000
    assert cursor.paced(90.0, 50_000, full=True).limit == 5_000
    assert cursor.paced(2.0, 700, full=False).limit == 700
    assert Cursor("h", (1,), limit=1).halved().limit == 1


def test_after_a_cut_it_stays_below_the_limit_that_was_cut() -> None:
    cut = Cursor("h", (1,), limit=40_000).halved()
    assert (cut.limit, cut.cut_limit) == (20_000, 40_000)
    grown = cut.paced(2.0, 600_000, full=True)
    assert grown.limit == 30_000
    assert grown.paced(2.0, 600_000, full=True).limit == 30_000
    assert grown.paced(90.0, 600_000, full=True).limit == 15_000
    page = Context(30_000, "x", 30_000)
    assert grown.after(page, NOW, drained=False).cut_limit == 40_000
    drained = grown.after(page, NOW, drained=True)
    assert drained.paced(2.0, 600_000, full=True).limit == 60_000
    # Cut at its smallest, it can still grow again.
    assert Cursor("h", (1,), limit=1).halved().paced(1.0, 500, full=True).limit == 2


def test_a_beginning_that_has_expired_is_a_gap() -> None:
    begun = cursors.begin(settings(start_back=43200), NOW)
    assert begun.gap(begun.request(NOW + 15)) is None
    late = begun.gap(begun.request(NOW + 3600))
    assert late is not None
    assert late.since == begun.since
    assert late.until == int(NOW + 3600 - 43200 + RETENTION_SLACK)


def test_a_beginning_follows_the_clock_until_the_first_page() -> None:
    begun = cursors.begin(settings(start_back=300), NOW)
    moved = begun.clock_corrected(-600.0)
    assert moved.since == NOW - 900
    # One answer's clock was wrong, another puts it right.
    assert moved.clock_corrected(600.0).since == NOW - 300
    # Another run begins with the host's clock and learns anew.
    again = cursors.from_document(moved.to_document())
    assert again == begun
    assert again.clock_corrected(-600.0) == moved
    paged = moved.after(Context(1, "x", 1), NOW, drained=False)
    assert paged.clock_corrected(600.0).since == NOW - 900
    assert cursors.from_document(paged.to_document()) == paged


def test_what_is_known_to_be_complete_only_grows() -> None:
    cursor = Cursor("h", (1,), offset="x", since=NOW - 900, complete_until=NOW - 500)
    assert cursor.complete_to(NOW - 400).complete_until == NOW - 400
    assert cursor.complete_to(NOW - 600).complete_until == NOW - 500


def test_document_round_trip() -> None:
    remembered = Remembered(mismatches=2, not_before=NOW + 9)
    cursor = Cursor(
        "192.0.2.7:8443", (7, 9), 300, "71cca;x", NOW, False, NOW - 5, remembered=remembered
    )
    document = {"_key": "akamai_siem:first", **cursor.to_document(), "saved_at": NOW}
    assert cursors.from_document(document) == cursor
    names = {field.name for field in dataclasses.fields(Cursor)} - {"remembered"}
    assert names | {"doubts", "not_before"} <= set(document)


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 99},
        {"offset": 5},
        {"offset": ""},
        {"config_ids": None},
        {"config_ids": "x"},
        {"since": "soon"},
        {"limit": None},
    ],
)
def test_a_foreign_document_is_refused(damage: dict[str, object]) -> None:
    with pytest.raises(CheckpointUnusable):
        cursors.from_document({**Cursor("h", (1,)).to_document(), **damage})


def test_a_cursor_belongs_to_host_and_ids() -> None:
    cursor = cursors.begin(settings(), NOW)
    assert cursors.belongs_to(cursor, settings())
    other_host = dataclasses.replace(ACCOUNT, host="192.0.2.8")
    assert not cursors.belongs_to(cursor, dataclasses.replace(settings(), account=other_host))
    assert not cursors.belongs_to(cursor, dataclasses.replace(settings(), config_ids=(7,)))
