"""The saved searches: each finds what it is for, and nothing in a night without events."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ta_akamai_siem.errors import (  # on the path by alert_scene
    CollectionError,
    CredentialRefused,
    LeaseHeld,
    ServerTrouble,
    SettingsInvalid,
    StopRequested,
)
from tests import ROOT
from tests.oracles.search_time.knowledge import Knowledge
from tests.oracles.search_time.spl_tables import Tables
from tests.product.search import alert_table
from tests.product.search.alert_scene import (
    DAY,
    HOUR,
    NAMES,
    NOW,
    OF_NAMES,
    OF_OPERATIONS,
    PREFIX,
    QUIET,
    SAVED,
    Indexed,
    Input,
    moment,
    request,
    rows,
)
from tests.standins.splunk import conf_file

QUARTER = 900
STOPPED, LAGS = "collection stopped", "collection lags"
MAIN = Input()
DOWN = ServerTrouble("Akamai answered 503")


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


def test_a_quiet_night(knowledge: Knowledge) -> None:
    """All searches, one after the other, every quarter of an hour."""
    tables = Tables(knowledge)
    for passed in range(0, 8 * HOUR, QUARTER):
        for name in NAMES:
            assert rows(knowledge, name, QUIET, tables, NOW - passed) == [], name


# --- is it collecting? ----------------------------------------------------------------------


def test_the_page_has_the_table_of_results() -> None:
    computed = alert_table.computed()
    assert alert_table.documented() == computed
    # What no lookup may contain.
    for result, alerts in computed.items():
        fine = result in (alert_table.WELL, alert_table.DISABLED, alert_table.DELETED)
        assert ({STOPPED, LAGS} <= set(alerts)) != fine, result
    assert {len(alerts) for alerts in computed.values()} == {0, 2, 3}


@pytest.mark.parametrize(
    ("interval", "silent", "stopped"),
    [
        ("60", 890, 0),
        ("60", 910, 1),
        ("600", 1_790, 0),
        ("600", 1_810, 1),
        ("0 * * * *", 3 * HOUR - 10, 0),
        ("0 * * * *", 3 * HOUR + 10, 1),
    ],
)
@pytest.mark.parametrize("error", [None, DOWN, CredentialRefused("no"), StopRequested("stop")])
def test_for_how_long_without_success(
    knowledge: Knowledge, interval: str, silent: int, stopped: int, error: CollectionError | None
) -> None:
    """Both if it is silent and if it fails."""
    one = Input(interval=interval)
    lines = [*one.every(600, 8 * HOUR, silent + 1), one.ended(silent)]
    lines += one.every(60, silent - 60, 5, error) if error else []
    assert len(rows(knowledge, STOPPED, lines)) == stopped


def test_what_is_said_of_it(knowledge: Knowledge) -> None:
    lines = [*MAIN.every(60, 2 * HOUR, HOUR), *MAIN.every(60, HOUR - 60, 60, DOWN)]
    (row,) = rows(knowledge, STOPPED, lines)
    wanted = {
        "input": "main",
        "kind": "akamai_siem",
        "host": "forwarder",
        "result": "server.trouble",
        "reason": "Akamai answered 503.",
        "silent_seconds": HOUR,
        "_time": NOW - HOUR,
    }
    assert wanted.items() <= row.items()


def test_an_input_that_never_worked(knowledge: Knowledge) -> None:
    """An input that fails from the beginning, and one that logs nothing after its creation."""
    for ago, found in ((600, 0), (1_000, 1)):
        failing = MAIN.every(60, ago, 5, SettingsInvalid(["Limit is wrong"]))
        assert len(rows(knowledge, STOPPED, failing)) == found
        created = [MAIN.told(ago, "input.created")]
        assert len(rows(knowledge, STOPPED, created)) == found


def test_a_long_run_that_collects_has_not_stopped(knowledge: Knowledge) -> None:
    """It catches up for hours, which is a lag and appears as one."""
    page = MAIN.told(20, "page.collected", events=7, lag_seconds=9_000.0)
    lines = [MAIN.ended(9_000), page]
    assert rows(knowledge, STOPPED, lines) == []
    (row,) = rows(knowledge, LAGS, lines)
    assert (row["input"], row["behind_seconds"]) == ("main", 9_000)
    assert rows(knowledge, LAGS, [*lines, MAIN.ended(5)]) == []


@pytest.mark.parametrize(
    ("ago", "lag", "found"), [(10, 700.0, 1), (10, 500.0, 0), (500, 200.0, 1), (500, None, 0)]
)
def test_lags(knowledge: Knowledge, ago: int, lag: float | None, found: int) -> None:
    """Measured by what has been collected, whatever happened since. None: everything."""
    lines = [MAIN.ended(HOUR), MAIN.ended(ago, lag=lag), MAIN.ended(5, DOWN)]
    assert len(rows(knowledge, LAGS, lines)) == found


def test_the_same_name_on_two_forwarders_is_two_inputs(knowledge: Knowledge) -> None:
    dead, alive = Input(host="one", lease="aaa"), Input(host="two", lease="bbb")
    lines = [*dead.every(60, 5 * HOUR, HOUR), *alive.every(60, 5 * HOUR, 10)]
    (row,) = rows(knowledge, STOPPED, lines)
    assert row["host"] == "one"


def test_a_cluster_is_one_input(knowledge: Knowledge) -> None:
    """A member with the result `lease.held` counts for the owner: it is well as long as the owner
    is.
    """
    one, two = MAIN.on("one"), MAIN.on("two")
    held = two.every(60, 5 * HOUR - 50, 10, LeaseHeld("one has it"))
    assert rows(knowledge, STOPPED, [*one.every(60, 5 * HOUR, 10), *held]) == []
    failing = [*one.every(60, 5 * HOUR, HOUR), *one.every(60, HOUR - 30, 20, DOWN), *held]
    (row,) = rows(knowledge, STOPPED, failing)
    found = (row["host"], row["hosts"], row["result"], row["silent_seconds"])
    assert found == ("one", 2, "server.trouble", HOUR)
    # Failing in turns is not a success, however often the lease changes.
    turns = []
    for ago in range(10, 5 * HOUR, 1_200):
        turns += one.every(60, ago + 540, ago, DOWN)
        turns += two.every(60, ago + 540, ago, LeaseHeld("one has it"))
        turns += two.every(60, ago + 1_140, ago + 600, DOWN)
        turns += one.every(60, ago + 1_140, ago + 600, LeaseHeld("two has it"))
    assert len(rows(knowledge, STOPPED, turns)) == 1


def test_a_member_whose_kv_store_fails_is_not_another_input(knowledge: Knowledge) -> None:
    """It cannot know whose lease it would have had; its earlier lines count."""
    one, two = MAIN.on("one"), MAIN.on("two")
    lost = Input(host="two", lease="")
    lines = [*one.every(60, 5 * HOUR, 10), two.ended(5 * HOUR, LeaseHeld("one has it"))]
    lines += lost.every(60, 4 * HOUR, 10, DOWN)
    assert rows(knowledge, STOPPED, lines) == []


@pytest.mark.parametrize("event", ["input.disabled", "input.deleted"])
def test_silent_on_purpose(knowledge: Knowledge, event: str) -> None:
    off = [*MAIN.every(60, 6 * HOUR, 5 * HOUR), MAIN.told(5 * HOUR - 5, event)]
    # splunkd ends a run that was in progress; the page's line comes first.
    off.append(MAIN.ended(5 * HOUR - 9, StopRequested("stop")))
    for name in OF_OPERATIONS:
        assert rows(knowledge, name, off) == []
    enabled = [*off, MAIN.told(HOUR, "input.enabled")]
    assert len(rows(knowledge, STOPPED, enabled)) == 1
    # Enabled in another way than on the page: its runs show it.
    ran = [*off, *MAIN.every(60, HOUR, HOUR - 300, DOWN)]
    assert len(rows(knowledge, STOPPED, ran)) == 1
    elsewhere = [*off, *(one for one in MAIN.on("two").every(60, 5 * HOUR, HOUR))]
    assert len(rows(knowledge, STOPPED, elsewhere)) == 1


def test_backfills(knowledge: Knowledge) -> None:
    """A finished backfill is silent; one that fails is not finished."""
    backfill = Input("old", "akamai_siem_backfill", interval="300")
    assert rows(knowledge, STOPPED, [backfill.ended(5 * HOUR)]) == []
    failing = [backfill.ended(5 * HOUR), *backfill.every(300, 4 * HOUR, 5, DOWN)]
    assert [row["input"] for row in rows(knowledge, STOPPED, failing)] == ["old"]
    assert rows(knowledge, LAGS, failing) == []
    window = backfill.told(60, "window.collected", events=7)
    assert rows(knowledge, STOPPED, [*failing, window]) == []


def test_names(knowledge: Knowledge) -> None:
    """An input of names is silent for three intervals, and never lags."""
    names = Input("names", "akamai_siem_names", interval="21600")
    assert rows(knowledge, STOPPED, [names.ended(17 * HOUR)]) == []
    assert [row["input"] for row in rows(knowledge, STOPPED, [names.ended(19 * HOUR)])] == ["names"]
    assert rows(knowledge, LAGS, [names.ended(19 * HOUR)]) == []


def test_an_input_named_like_a_backfill(knowledge: Knowledge) -> None:
    dead = Input("backfill_old").every(60, 5 * HOUR, HOUR)
    assert [row["input"] for row in rows(knowledge, STOPPED, dead)] == ["backfill_old"]


def test_gap_recorded(knowledge: Knowledge) -> None:
    """Also if the forwarder delivers the line hours late; once, because of the throttle."""
    told = {"since": 1_700_000_000, "until": 1_700_000_600, "cause": "offset_expired"}
    gap = MAIN.told(3 * HOUR, "gap.recorded", **told)
    (row,) = rows(knowledge, "gap recorded", [*QUIET, gap])
    wanted = {"input": "main", "host": "forwarder", "since": "1700000000", "until": "1700000600"}
    assert {**wanted, "cause": "offset_expired"}.items() <= row.items()
    assert set(SAVED[PREFIX + "gap recorded"]["alert.suppress.fields"].split(",")) <= set(row)


def test_a_credential_that_was_mended_is_no_alert(knowledge: Knowledge) -> None:
    refused = MAIN.every(60, HOUR, 600, CredentialRefused("Akamai refused it"))
    (row,) = rows(knowledge, "credential refused", refused)
    assert (row["result"], row["reason"]) == ("credential.refused", "Akamai refused it.")
    assert rows(knowledge, "credential refused", [*refused, MAIN.ended(5)]) == []


# --- what is happening? ---------------------------------------------------------------------

FINDING = {
    "src",
    "dest",
    "user",
    "signature",
    "severity",
    "risk_object",
    "risk_object_type",
    "risk_score",
    "threat_object",
    "mitre_technique_id",
    "view_url",
}
LET_THROUGH = {"action": "alert", "status": "200"}
Changed = dict[str, str]


def known() -> str:
    """An address of the lookup as shipped."""
    text = (ROOT / "lookups" / "akamai_siem_known_clients.csv").read_text(encoding="utf-8")
    return text.splitlines()[1].partition("/")[0]


def test_attack_let_through(knowledge: Knowledge) -> None:
    let = [request(60, LET_THROUGH), request(90, LET_THROUGH)]
    others = [
        request(60, {"status": "200"}),  # denied, by a page of its own
        request(60, {**LET_THROUGH, "status": "403"}),
        request(60, LET_THROUGH, golden="waf_score_below"),
        request(60, {**LET_THROUGH, "client": known()}),
    ]
    (row,) = rows(knowledge, "attack let through", [*let, *others])
    assert set(row) >= FINDING
    assert (row["requests"], row["threat_object"]) == (2, row["src"])
    assert row["risk_object"] == row["dest"] != "unknown"
    more = [*let, request(30, {**LET_THROUGH, "host": "api.example.com"})]
    assert len(rows(knowledge, "attack let through", more)) == 2


def test_it_goes_by_when_an_event_was_indexed(knowledge: Knowledge) -> None:
    late = request(6_000, late=5_900, changed=LET_THROUGH)
    assert len(rows(knowledge, "attack let through", [late])) == 1
    early = request(6_000, LET_THROUGH)
    assert rows(knowledge, "attack let through", [early]) == []
    ahead = request(-600, late=-660, changed=LET_THROUGH)
    assert len(rows(knowledge, "attack let through", [ahead])) == 1


def at(now: int, *changed: Changed, count: int = 1) -> list[Indexed]:
    """Requests in the quarter of an hour before `now`."""
    return [request(100 + n, each, now=now) for each in changed for n in range(count)]


def repeat(
    knowledge: Knowledge, name: str, tables: Tables, quarters: list[list[Changed]]
) -> list[list[dict[str, object]]]:
    """The rows of each quarter of an hour, the last of which ends now."""
    found = []
    for back, changed in zip(range(len(quarters) - 1, -1, -1), quarters):
        now = NOW - back * QUARTER
        found.append(rows(knowledge, name, at(now, *changed), tables, now))
    return found


def test_spike_of_denied_requests(knowledge: Knowledge) -> None:
    name, tables = "spike of denied requests", Tables(knowledge)
    usual: list[list[Changed]] = [[{}] * 3] * 10
    assert repeat(knowledge, name, tables, usual) == [[]] * 10
    noise = [{"client": known()}] * 150
    assert repeat(knowledge, name, tables, [[*noise, {}]]) == [[]]
    new = [{"host": "new.example.com"}] * 99
    assert repeat(knowledge, name, tables, [new]) == [[]]
    burst = [{"client": f"198.51.100.{n % 9}"} for n in range(150)]
    ((row,),) = repeat(knowledge, name, tables, [burst])
    assert (row["dest"], row["denied"], row["src"]) == ("www.example.com", 150, "198.51.100.0")
    assert 2.5 <= float(str(row["usual"])) <= 3
    assert set(row) >= FINDING
    # Another host of which nothing has been seen: its usual number is zero.
    ((row,),) = repeat(knowledge, name, tables, [[{"host": "b.example.com"}] * 120])
    assert row["dest"] == "b.example.com"


def test_a_spike_is_not_told_before_what_is_usual_is_known(knowledge: Knowledge) -> None:
    tables = Tables(knowledge)
    busy: list[list[Changed]] = [[{}] * 120] * 3
    assert repeat(knowledge, "spike of denied requests", tables, busy) == [[]] * 3


def test_five_times_the_usual_is_a_spike(knowledge: Knowledge) -> None:
    name, tables = "spike of denied requests", Tables(knowledge)
    assert repeat(knowledge, name, tables, [[{}] * 30] * 9) == [[]] * 9
    assert repeat(knowledge, name, tables, [[{}] * 140]) == [[]]
    assert len(repeat(knowledge, name, tables, [[{}] * 220])[0]) == 1


def test_a_quiet_site_learns_as_well(knowledge: Knowledge) -> None:
    name, tables = "spike of denied requests", Tables(knowledge)
    assert repeat(knowledge, name, tables, [[]] * 9) == [[]] * 9
    ((row,),) = repeat(knowledge, name, tables, [[{}] * 120])
    assert row["denied"] == 120


def test_new_attacking_client(knowledge: Knowledge) -> None:
    name, tables = "new attacking client", Tables(knowledge)
    old, new = {"client": "192.0.2.82"}, {"client": "198.51.100.77"}
    few = {"client": "198.51.100.78"}
    assert repeat(knowledge, name, tables, [[old] * 12]) == [[]]  # it learns
    ((row,),) = repeat(knowledge, name, tables, [[*[old] * 12, *[new] * 12, *[few] * 9]])
    assert (row["src"], row["denied"], row["dest"]) == ("198.51.100.77", 12, "www.example.com")
    assert set(row) >= FINDING
    noise = {"client": known()}
    assert repeat(knowledge, name, tables, [[*[new] * 12, *[noise] * 12]]) == [[]]
    later = NOW + 6 * DAY
    assert rows(knowledge, name, at(later, new, count=12), tables, later) == []
    # A week after it was last seen it is new again. The search continued to run.
    for day in range(7, 15):
        quiet = NOW + day * DAY
        assert rows(knowledge, name, [], tables, quiet) == []
    again = NOW + 14 * DAY
    assert len(rows(knowledge, name, at(again, new, count=12), tables, again)) == 1


def test_rule_stopped_denying(knowledge: Knowledge) -> None:
    name, tables = "rule stopped denying", Tables(knowledge)
    denied: list[Changed] = [{}] * 30
    let: list[Changed] = [LET_THROUGH]
    assert repeat(knowledge, name, tables, [denied] * 4) == [[]] * 4
    one_denied = [*let * 25, {}]
    assert repeat(knowledge, name, tables, [denied, one_denied]) == [[]] * 2
    assert repeat(knowledge, name, tables, [let * 15]) == [[]]
    ((row,),) = repeat(knowledge, name, tables, [let * 10])
    assert row["requests"] == 25
    assert row["signature_id"] == "958051, 981318, SQL-INJECTION-ANOMALY"
    assert row["signature"] == f"Policy {row['policy_id']} no longer denies: {row['signature_id']}"
    assert set(row) >= FINDING
    # Once for each stop.
    assert repeat(knowledge, name, tables, [let * 30]) == [[]]
    half = Tables(knowledge)
    assert repeat(knowledge, name, half, [[*denied, *let * 15]] * 4) == [[]] * 4
    assert repeat(knowledge, name, half, [let * 30]) == [[]]
    never = Tables(knowledge)
    assert repeat(knowledge, name, never, [let * 40] * 3) == [[]] * 3


def test_the_link_takes_no_search_from_a_client(knowledge: Knowledge) -> None:
    evil = 'x" | delete | search "&q=index%3D*'
    (row,) = rows(knowledge, "attack let through", [request(60, {**LET_THROUGH, "host": evil})])
    link = str(row["view_url"])
    assert link.startswith("/app/TA_akamai_siem/search?earliest=-24h&latest=now&q=search%20%60")
    assert re.fullmatch(r"[A-Za-z0-9/_?=&%.:*-]+", link)
    query = link.partition("&q=")[2]
    assert not re.search(r"[&|\"]|%7C|%26|delete%20", query)
    # Whether a quotation mark is one character as sent, or more as JSON escapes it.
    (shown,) = re.findall(r"dest%3D%22([^%]*)%22", query)
    assert re.sub(r"\*+", "*", shown) == "x*delete*search*q*index*3D*"


# --- the stanzas ----------------------------------------------------------------------------


def seconds(text: str) -> float:
    return moment("+" + text, 0)


@pytest.mark.parametrize("name", NAMES)
def test_each_is_off_scheduled_and_throttled_on_the_thing_itself(name: str) -> None:
    stanza = SAVED[PREFIX + name]
    assert (stanza["disabled"], stanza["enableSched"], stanza["alert.suppress"]) == ("1",) * 3
    assert stanza["alert.digest_mode"] == "0"
    window = stanza.get("dispatch.index_earliest") or stanza["dispatch.earliest_time"]
    every = period(stanza)
    if stanza.get("realtime_schedule") == "0":
        # Adjacent windows, none of which is skipped: each event is counted once.
        assert moment(window, NOW) == NOW - every
        assert moment(stanza["dispatch.index_latest"], NOW) == NOW
    else:
        assert moment(window, NOW) < NOW - every
    if "input_states" not in stanza["search"] and "realtime_schedule" not in stanza:
        # Overlapping windows: the throttle is longer than the time in which an event is found
        # again.
        assert seconds(stanza["alert.suppress.period"]) > NOW - moment(window, NOW)


def period(stanza: dict[str, str]) -> int:
    minutes = stanza["cron_schedule"].split()[0]
    assert stanza["cron_schedule"] == f"{minutes} * * * *"
    return 60 * int(minutes.partition("/")[2])


def test_they_do_not_start_all_at_once() -> None:
    starts: Counter[int] = Counter()
    for stanza in SAVED.values():
        first, last, step = map(int, re.split("[-/]", stanza["cron_schedule"].split()[0]))
        assert (last - first) % step == 0
        assert last + step - first == 60
        starts.update(range(first, 60, step))
    assert not any(minute % 5 == 0 for minute in starts)
    assert max(starts.values()) <= 2


def test_no_day_of_raw_events_every_quarter_of_an_hour() -> None:
    for name in set(NAMES) - set(OF_OPERATIONS) - set(OF_NAMES):
        stanza = SAVED[PREFIX + name]
        assert moment(stanza["dispatch.earliest_time"], NOW) >= NOW - 2 * HOUR, name


def test_tables_in_the_kv_store_are_there() -> None:
    transforms = conf_file.read(ROOT / "default" / "transforms.conf")
    collections = conf_file.read(ROOT / "default" / "collections.conf")
    named = {one["collection"] for one in transforms.values() if "collection" in one}
    assert named <= set(collections)
    saved = conf_file.read(ROOT / "default" / "savedsearches.conf")
    text = " ".join(stanza["search"] for stanza in saved.values())
    for name, stanza in transforms.items():
        if "collection" in stanza:
            assert re.search(rf"inputlookup (append=true )?{name} ", text)
            assert re.search(rf"outputlookup (\w+=\w+ )*{name} ", text)


# --- the page and the log -------------------------------------------------------------------


def test_the_page_about_them() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        if line.startswith(f"| `{PREFIX}"):
            name, _, every, throttled, _ = (cell.strip() for cell in line.split("|")[1:-1])
            fields = re.findall(r"`([^`]+)`", throttled)
            found[name.strip("`")] = (every, throttled.split()[0], fields)
    assert found == {
        name: (
            f"{period(stanza) // 60} min",
            stanza["alert.suppress.period"],
            stanza["alert.suppress.fields"].split(","),
        )
        for name, stanza in SAVED.items()
    }


def test_the_log_is_read(knowledge: Knowledge) -> None:
    """Quoted values, numbers, the level, the event; and nothing from the text of a reason."""
    told = {"events": 7, "reason": "no host=evil source=x index=y events=9 result=ok"}
    line = MAIN.told(1, "page.collected", **told)
    fields = knowledge.fields(line)
    wanted = {
        "event": "page.collected",
        "log_level": "INFO",
        "input": "main",
        "events": "7",
        "host": "forwarder",
        "source": line.source,
        "index": "_internal",
        "reason": told["reason"],
    }
    assert wanted.items() <= fields.items()
    assert "result" not in fields
    assert fields["eventtype"] == ["akamai_siem_log"]


def test_no_line_gives_a_field_that_every_event_has(knowledge: Knowledge) -> None:
    """Not even if the code asks for it."""
    line = MAIN.told(1, "checkpoint.foreign", host="akab-x.example.com", index="i", tag="t")
    fields = knowledge.fields(line)
    assert (fields["host"], fields["akamai_host"]) == ("forwarder", "akab-x.example.com")
    assert (fields["index"], "tag" in fields) == ("_internal", False)
