"""The plan: which request follows from which checkpoint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.akamai.page import Context
from ta_akamai_siem.akamai.plan import RETRY_AFTER_MAX, Failed, Remembered
from ta_akamai_siem.akamai.request import OffsetRequest, TimeRequest
from ta_akamai_siem.continuous import cursor as cursors
from ta_akamai_siem.continuous.cursor import (
    AHEAD_MAX,
    CUT_REMEMBERED,
    RECOVERY_PAGES,
    Cursor,
    Cut,
)
from ta_akamai_siem.errors import (
    CheckpointDamaged,
    CheckpointUnusable,
    ClockSkewed,
    CollectionError,
    PageIncomplete,
    RateLimited,
    ServerTrouble,
    UnexpectedAnswer,
    Unreachable,
)
from ta_akamai_siem.limits import LATENCY, MARGIN, PAGE_EVENTS_MAX, RETENTION_SLACK
from ta_akamai_siem.settings import Account, InputSettings

NOW = 1_750_000_000.0
TOKEN = "71cca;x"
ACCOUNT = Account("main", "192.0.2.7", "client-token", "client-secret", "access-token")


def settings(start_back: int = 0, limit: int = 50_000) -> InputSettings:
    return InputSettings("first", ACCOUNT, (7, 9), start_back, limit, None)


def test_first_request_from_now() -> None:
    begun = cursors.begin(settings(), NOW)
    assert begun.request(NOW + 1.9) == OffsetRequest("NULL", 10_000)
    assert begun.request(NOW + 2) == TimeRequest(int(NOW), 10_000)


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
    assert cursor.paced(2.0, 50_000, full=True).limit == 40_000
    assert cursor.paced(12.0, 50_000, full=True).limit == 20_000
    assert cursor.paced(2.0, 15_000, full=True).limit == 15_000
    assert cursor.paced(2.0, 50_000, full=False).limit == 10_000
    assert cursor.paced(30.0, 50_000, full=True).limit == 10_000
    assert cursor.paced(90.0, 50_000, full=True).limit == 5_000
    # A page that was not full was not slow because of its size.
    assert cursor.paced(90.0, 50_000, full=False).limit == 10_000
    assert cursor.paced(2.0, 700, full=False).limit == 700
    assert Cursor("h", (1,), limit=1).halved().limit == 1


def test_after_a_cut_it_stays_below_the_limit_that_was_cut_for_some_pages() -> None:
    cut = Cursor("h", (1,), limit=40_000).halved()
    assert (cut.limit, cut.cut.limit) == (20_000, 40_000)
    page = Context(30_000, "71cca;x", 30_000)
    for _ in range(CUT_REMEMBERED - 1):
        cut = cut.paced(2.0, 600_000, full=True).after(page, NOW, drained=False)
        assert cut.limit == 30_000
    assert cut.paced(90.0, 600_000, full=True).limit == 15_000
    assert cut.paced(2.0, 600_000, full=True).limit == 120_000


def test_nothing_left_ends_the_memory_of_a_cut() -> None:
    cut = Cursor("h", (1,), limit=40_000).halved()
    drained = cut.after(Context(5, "71cca;x", None), NOW, drained=True)
    assert drained.paced(2.0, 600_000, full=True).limit == 80_000


CUT = PageIncomplete("cut", events=1)
EVENTLESS: tuple[CollectionError, ...] = (
    UnexpectedAnswer("HTML"),
    PageIncomplete("no event"),
    PageIncomplete("the count", ended=True),
    ServerTrouble("503", 86_400.0),
    RateLimited("429", 30.0),
    Unreachable("reset"),
    ClockSkewed("Invalid timestamp", NOW),
)


@given(st.lists(st.sampled_from(EVENTLESS), max_size=40), st.integers(1, 600_000))
def test_an_answer_without_an_event_leaves_the_limit(
    errors: list[CollectionError], limit: int
) -> None:
    cursor = Cursor("h", (1,), limit=limit, offset="71cca;x")
    for error in errors:
        cursor = cursor.failed(Failed(error, NOW))
    assert (cursor.limit, cursor.cut) == (limit, Cut())


_PAGES = st.tuples(st.floats(0, 200), st.booleans(), st.booleans())


@given(
    st.lists(st.one_of(st.sampled_from((*EVENTLESS, CUT)), _PAGES), max_size=60),
    st.integers(1, 600_000),
    st.integers(1, 600_000),
)
def test_whatever_has_failed_the_limit_comes_back(
    happened: list[CollectionError | tuple[float, bool, bool]], limit: int, ceiling: int
) -> None:
    """For any failures and pages, slow and fast, followed by success: within `RECOVERY_PAGES`
    pages.
    """
    cursor = Cursor("h", (1,), limit=limit, offset="71cca;x")
    for what in happened:
        if isinstance(what, tuple):
            seconds, full, drained = what
            cursor = cursor.paced(seconds, ceiling, full=full)
            cursor = cursor.after(Context(9, "71cca;y", None), NOW, drained=drained)
        else:
            cursor = cursors.from_document(cursor.failed(Failed(what, NOW)).to_document())
    pages = 0
    while cursor.limit < ceiling:
        cursor = cursor.paced(1.0, ceiling, full=True)
        cursor = cursor.after(Context(9, "71cca;y", 9), NOW, drained=False)
        pages += 1
        assert pages <= RECOVERY_PAGES
    assert cursor.paced(1.0, ceiling, full=True).limit == ceiling


def test_no_value_delays_a_request_for_more_than_ten_minutes() -> None:
    cursor = Cursor("h", (1,), offset="71cca;x")
    for seconds in (86_400.0, 999_999.0, 1e15):
        waiting = cursor.failed(Failed(ServerTrouble("503", seconds), NOW))
        assert waiting.pause(NOW) == RETRY_AFTER_MAX
        assert waiting.pause(NOW + RETRY_AFTER_MAX) == 0
    document = cursor.to_document()
    strange: list[object] = [NOW + 86_400, 1e300, float("nan"), float("inf"), "x", None, [], True]
    for stored in strange:
        assert cursors.from_document({**document, "not_before": stored}).pause(NOW) == 0
    begun = cursor._replace(offset=None, since=NOW + 86_400)
    assert begun.pause(NOW) == 0
    assert begun.request(NOW) == TimeRequest(int(NOW) - LATENCY - 1, begun.limit)


@pytest.mark.parametrize("name", list(Cursor("h", (1,)).to_document()))
@pytest.mark.parametrize(
    "value", [float("inf"), float("nan"), -1, 10**400, "", "x", None, [], {}, True], ids=repr
)
def test_no_member_of_a_document_breaks_a_run(name: str, value: object) -> None:
    """It is refused with a remedy, or it gives a request that can be sent."""
    document = {**Cursor("h", (1,), offset="71cca;x").to_document(), name: value}
    try:
        cursor = cursors.from_document(document)
    except CheckpointDamaged:
        return
    for restarted in (cursor, cursor.replaying()):
        assert 0 <= restarted.pause(NOW) <= AHEAD_MAX
        assert 1 <= restarted.request(NOW).limit <= PAGE_EVENTS_MAX


def test_a_host_whose_clock_began_in_1970_records_no_gap_from_then() -> None:
    begun = cursors.from_document(cursors.begin(settings(), 60.0).to_document())
    assert begun.gap(begun.request(NOW)) is None


def test_a_beginning_that_has_expired_is_a_gap() -> None:
    begun = cursors.begin(settings(start_back=43200), NOW)
    assert begun.gap(begun.request(NOW + 15)) is None
    late = begun.gap(begun.request(NOW + 3600))
    assert late is not None
    assert late.since == begun.since
    assert late.until == int(NOW + 3600 - 43200 + RETENTION_SLACK)
    assert late.cause == "offset_expired"


def test_a_beginning_follows_the_clock_until_the_first_page() -> None:
    begun = cursors.begin(settings(start_back=300), NOW)
    moved = begun.clock_corrected(-600.0)
    assert moved.since == NOW - 900
    # One response had a wrong clock; another corrects it.
    assert moved.clock_corrected(600.0).since == NOW - 300
    # Another run starts with the host's clock and corrects it again.
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
    names = set(Cursor._fields) - {"remembered", "cut"}
    assert names | {"doubts", "not_before", "cut_limit", "cut_pages"} <= set(document)


def test_a_document_of_the_first_release_is_read() -> None:
    """Documents written before the clock was corrected, and before a cut was remembered."""
    cursor = Cursor("h", (7,), 300, TOKEN, NOW, complete_until=NOW - 5)
    document = cursor.to_document()
    assert document["version"] == 1
    for name in ("cut_limit", "host_time", "skew"):
        del document[name]
    assert cursors.from_document(document) == cursor


def test_a_page_is_told_by_its_token_or_by_its_beginning() -> None:
    """The name under which the progress inside a page is recorded."""
    cursor = Cursor("h", (1,), offset=TOKEN, since=NOW - 900, complete_until=NOW - 500)
    assert cursor.position == TOKEN
    assert cursor.replaying().position == f"since {NOW - 560}"


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
    other_host = ACCOUNT._replace(host="192.0.2.8")
    assert not cursors.belongs_to(cursor, settings()._replace(account=other_host))
    assert not cursors.belongs_to(cursor, settings()._replace(config_ids=(7,)))
