"""Numbers of the views, five panels of each, beside what plain Python makes of the same records.

Nothing here uses fields or searches: it reads the JSON of the records and the lines of the log.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from functools import cache
from typing import Any

import pytest

from ta_akamai_siem.errors import ServerTrouble  # on the path by alert_scene
from ta_akamai_siem.run.report import Ending, Totals, report_run
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.spl import Searcher
from tests.product.search import view_scene
from tests.product.search.alert_scene import DAY, HOUR, NOW, Input, line, messages
from tests.product.search.test_views import BOARDS, panel_rows

Record = dict[str, Any]
STOPS = ("deny", "abort", "tarpit", "challenge", "js_challenge", "crypto_challenge")
PASSES = ("alert", "monitor", "delay", "slow", "allow", "ignore")
CLIENT = view_scene.GIVEN["investigation"]["value"]
BOT_TAGS = ("BOT/", "AUTOMATION/")
COUNTING = [
    name
    for name, board in BOARDS.items()
    if re.search(r"datamodel=Akamai_SIEM|`akamai_siem_events`", str(board.definition))
]
"""The views that count events."""


@pytest.fixture(autouse=True)
def _now() -> None:
    CLOCK.moment = NOW


@cache
def records(seconds: int) -> tuple[tuple[float, Record], ...]:
    """The newest, with their times."""
    found = [row for row in view_scene.rows() if row["sourcetype"] == "akamai:siem"]
    return tuple(
        (row["_time"], json.loads(row["_raw"])) for row in found if NOW - seconds <= row["_time"]
    )


def of_hour() -> list[Record]:
    return [record for _, record in records(HOUR)]


def of_day() -> list[Record]:
    return [record for _, record in records(DAY)]


def rules(record: Record) -> list[dict[str, str]]:
    known: list[dict[str, str]] = record["attackData"].get("rules", [])
    return known


def action(record: Record) -> str:
    word = record["attackData"].get("appliedAction", "")
    word = word or {"A": STOPS[0], "W": PASSES[0]}.get(
        record["attackData"].get("slowPostAction", ""), ""
    )
    if word.startswith(STOPS):
        return "blocked"
    return "allowed" if word in PASSES else "unknown"


def blocked(found: list[Record]) -> int:
    return sum(action(record) == "blocked" for record in found)


def answered(found: list[Record]) -> int:
    return sum(record["httpMessage"]["status"].startswith("2") for record in found)


def decided(record: Record) -> dict[str, str] | None:
    """The first rule that stopped the request, else the last."""
    stopping = [rule for rule in rules(record) if rule["action"].startswith(STOPS)]
    return stopping[0] if stopping else rules(record)[-1] if rules(record) else None


def score(record: Record) -> tuple[int, int] | None:
    for rule in rules(record):
        found = re.match(r"Vector Score: (\d+), DENY threshold: (\d+)", rule["data"])
        if rule["id"].endswith("-ANOMALY") and found:
            return int(found[1]), int(found[2])
    return None


def host(record: Record) -> str:
    return str(record["httpMessage"]["host"])


def client(record: Record) -> str:
    return str(record["attackData"]["clientIP"])


def path(record: Record) -> str:
    parts = record["httpMessage"]["path"].split("/")
    return "/".join(parts[:4]) + ("/*" if len(parts) > 4 else "")


def share(part: float, whole: float) -> float:
    return round(100 * part / whole, 1)


def grouped(found: list[Record], key: Any) -> dict[Any, list[Record]]:
    groups = defaultdict(list)
    for record in found:
        groups[key(record)].append(record)
    return groups


def as_numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {name: 0 if value is None else value for name, value in row.items()}


def summed(rows: list[dict[str, Any]], by: str = "_time") -> Counter[str]:
    """The sum of each column."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({name: value or 0 for name, value in row.items() if name != by})
    return +sums


# --- all that counts by something counts every event ----------------------------------------


@pytest.mark.parametrize("name", ["overview", "tuning", "bots", "apis"])
def test_each_search_counts_every_event(name: str) -> None:
    """But those that are about some events only: they have a condition of their own."""
    board = BOARDS[name]
    whole = {True: len(records(7 * DAY)), False: len(of_hour() if name != "tuning" else of_day())}
    for source, known in board.sources.items():
        query = known["options"]["query"]
        if known["type"] != "ds.search" or "Akamai_SIEM.Requests" not in query:
            continue
        conditions = re.sub(r"Requests\.\w+=\$\w+\|s\$", "", query.partition("WHERE")[2])
        if not conditions.partition("BY")[0].strip():
            rows = board.rows(source, view_scene.searcher()) or []
            if source == "ds_first_seen":
                rows = [row for row in rows if "dest" in row]
            rows = [row for row in rows if not {"mark", "left_out"} & set(row)]
            looks_back = known["options"].get("queryParameters") is not None
            assert sum(row["count"] for row in rows) == whole[looks_back], source


def test_each_rule_is_counted_once() -> None:
    rows = BOARDS["tuning"].rows("ds_places", view_scene.searcher()) or []
    assert sum(row["count"] for row in rows) == sum(len(rules(one)) for one in of_day())


# --- Overview -------------------------------------------------------------------------------


def test_overview_numbers() -> None:
    found = of_hour()
    assert panel_rows("overview", "requests") == [{"requests": len(found)}]
    assert panel_rows("overview", "blocked") == [{"share": share(blocked(found), len(found))}]
    assert panel_rows("overview", "clients") == [{"clients": len({*map(client, found)})}]


def test_overview_requests_by_action() -> None:
    by_minute: dict[float, Counter[str]] = defaultdict(Counter)
    for at, record in records(HOUR):
        by_minute[at // 60 * 60][action(record)] += 1
    rows = panel_rows("overview", "actions")
    shown = {row.pop("_time"): +Counter(as_numbers(row)) for row in map(dict, rows)}
    assert {at: counts for at, counts in shown.items() if counts} == by_minute


def test_overview_what_got_through() -> None:
    wanted: Counter[tuple[str, ...]] = Counter()
    for record in of_hour():
        known, rule = score(record), decided(record)
        if known and rule and known[0] >= known[1] and action(record) != "blocked":
            status = record["httpMessage"]["status"]
            wanted[rule["id"], host(record), status, action(record)] += 1
    rows = panel_rows("overview", "got_through")
    assert {
        (row["Rule"], row["Host"], row["Status"], row["Action"]): row["Requests"] for row in rows
    } == wanted
    assert panel_rows("overview", "let_through") == [{"requests": sum(wanted.values())}]


def test_overview_targets() -> None:
    groups = grouped(of_hour(), lambda record: (host(record), path(record)))
    rows = panel_rows("overview", "targets")
    for row in rows:
        group = groups[row["Host"], row["Path"]]
        assert row["Requests"] == len(group)
        assert row["Blocked %"] == share(blocked(group), len(group))
    most = sorted(map(len, groups.values()), reverse=True)[:20]
    assert [row["Requests"] for row in rows] == most


def test_overview_countries() -> None:
    groups = grouped(of_hour(), lambda record: record["geo"]["country"])
    assert {row["src_country"]: row["blocked"] for row in panel_rows("overview", "countries")} == {
        country: blocked(group) for country, group in groups.items()
    }


def test_overview_map() -> None:
    groups = grouped(of_hour(), lambda record: record["geo"]["country"])
    rows = panel_rows("overview", "map")
    assert {row["src_country"]: row["blocked"] for row in rows} == {
        country: blocked(group) for country, group in groups.items() if blocked(group)
    }


def test_overview_first_seen() -> None:
    """Today's, none of the days before; of clients those that were blocked, the busiest twenty."""
    midnight = NOW // DAY * DAY
    firsts: dict[tuple[str, str], float] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for at, record in records(8 * DAY):
        seen = {
            "rule": (decided(record) or {}).get("id"),
            "host": host(record),
            "country": record["geo"]["country"],
            "client": client(record) if action(record) == "blocked" else None,
        }
        for kind, value in seen.items():
            if value:
                firsts[kind, value] = min(at, firsts.get((kind, value), at))
                counts[kind, value] += 1
    new = {key for key, at in firsts.items() if at >= midnight}
    rows = panel_rows("overview", "first_seen")
    shown = {(row["Kind"], row["Value"]): row["Requests"] for row in rows}
    clients = {key for key in new if key[0] == "client"}
    assert {key for key in shown if key[0] != "client"} == new - clients
    assert all(count == counts[key] for key, count in shown.items())
    most = sorted((counts[key] for key in clients), reverse=True)[:20]
    found = {key: count for key, count in shown.items() if key[0] == "client"}
    assert sorted(found.values(), reverse=True) == most
    assert set(found) <= clients


# --- Investigation --------------------------------------------------------------------------


def its() -> list[Record]:
    return [record for record in of_day() if client(record) == CLIENT]


def test_investigation_numbers() -> None:
    assert panel_rows("investigation", "found") == [{"requests": len(its())}]
    assert panel_rows("investigation", "found_blocked") == [
        {"share": share(blocked(its()), len(its()))}
    ]
    assert panel_rows("investigation", "found_hosts") == [{"hosts": len({*map(host, its())})}]


def test_investigation_story() -> None:
    wanted = Counter(action(record) for record in its())
    assert summed(panel_rows("investigation", "story")) == wanted


def test_investigation_what_it_got() -> None:
    rows = panel_rows("investigation", "answered")
    assert sum(row["Requests"] for row in rows) == answered(its())


def test_investigation_before_it_was_blocked() -> None:
    timed = [(at, one) for at, one in records(DAY) if client(one) == CLIENT]
    first = min(at for at, record in timed if action(record) == "blocked")
    assert len(panel_rows("investigation", "before_block")) == sum(at < first for at, _ in timed)


def test_investigation_same_fingerprint() -> None:
    most = Counter(record["identity"]["ja4"] for record in its()).most_common(3)
    groups = grouped(of_day(), lambda record: (record["identity"]["ja4"], client(record)))
    rows = panel_rows("investigation", "same_ja4")
    assert {row["JA4"] for row in rows} == {ja4 for ja4, _ in most}
    for row in rows:
        group = groups[row["JA4"], row["Client"]]
        assert (row["Requests"], row["Blocked"]) == (len(group), blocked(group))


def test_investigation_three_fingerprints() -> None:
    """Of more, the most frequent: each further one makes the search of the model dearer."""
    known = dict(next(row for row in view_scene.rows() if row.get("src") == CLIENT))
    rows = [
        {**known, "_time": NOW - 60.0, "ja4": f"t{number}", "request_id": f"{number}.{each}"}
        for number in range(5)
        for each in range(number + 1)
    ]
    found = BOARDS["investigation"].rows(
        "ds_same_ja4",
        Searcher(rows, view_scene.knowledge()),
        view_scene.GIVEN["investigation"],
    )
    assert {row["ja4"] for row in found or []} == {"t2", "t3", "t4"}


@pytest.mark.parametrize("form", ["18.7a1d2c17.{at}.{id}", "Reference #18.7a1d2c17.{at}.{id}"])
def test_investigation_by_what_a_blocked_customer_has(form: str) -> None:
    """Its time is taken too: the event is found although the view shows another day."""
    at, record = records(7 * DAY)[-1]
    number = record["httpMessage"]["requestId"]
    given = {"kind": "request_id", "value": form.format(at=int(at), id=number)}
    board = BOARDS["investigation"]
    (row,) = board.rows("ds_of_events", view_scene.searcher(), given) or []
    assert (row["Reference"], row["Client"]) == (number, client(record))
    assert board.rows("ds_events", view_scene.searcher(), {**given, "value": "18.7a1d.0.0"}) == []


# --- Tuning ---------------------------------------------------------------------------------


def fired() -> list[tuple[Record, dict[str, str]]]:
    return [(record, rule) for record in of_day() for rule in rules(record)]


def test_tuning_places() -> None:
    groups: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record, rule in fired():
        policy = record["attackData"]["policyId"]
        selector = rule["selector"] or "unknown"
        groups[rule["id"], selector, host(record), path(record), policy].append(record)
    for row in panel_rows("tuning", "places"):
        names = ("Rule", "Selector", "Host", "Path", "_policy")
        group = groups[tuple(row[name] for name in names)]
        assert row["Events"] == len(group)
        assert row["Clients"] == len({*map(client, group)})
        assert row["2xx %"] == share(answered(group), len(group))
        assert row["Blocked %"] == share(blocked(group), len(group))


def test_tuning_scores() -> None:
    wanted: Counter[str] = Counter()
    for record in of_day():
        if score(record):
            wanted[action(record)] += 1
    assert summed(panel_rows("tuning", "scores"), "score") == wanted


def test_tuning_thresholds() -> None:
    scored = [record for record in of_day() if score(record)]
    groups = grouped(scored, lambda record: record["attackData"]["policyId"])
    for row in panel_rows("tuning", "thresholds"):
        group = groups[row["_policy"]]
        over = [one for one in group if (score(one) or (0, 1))[0] >= (score(one) or (0, 1))[1]]
        assert (row["Scored"], row["Over it"]) == (len(group), len(over))
        assert row["Let through"] == len(over) - blocked(over)


def test_tuning_exceptions() -> None:
    groups: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record, rule in fired():
        groups[rule["id"], rule["selector"]].append(record)
    for row in panel_rows("tuning", "exceptions"):
        group = groups[row["Rule"], row["Selector"]]
        alone = [one for one in group if len(rules(one)) - bool(score(one)) == 1]
        assert (row["Events"], row["No other rule"]) == (len(group), len(alone))


def test_tuning_rules_that_only_alert() -> None:
    acts = {rule["id"] for _, rule in fired() if rule["action"] not in ("alert", "monitor")}
    counts = Counter(rule["id"] for _, rule in fired() if rule["id"] not in acts)
    rows = panel_rows("tuning", "only_alerting")
    assert {row["Rule"]: row["Events"] for row in rows} == counts


# --- Bots and accounts ----------------------------------------------------------------------


def test_bots_scores() -> None:
    scored = [record for record in of_hour() if "botData" in record]
    wanted = Counter(map(action, scored))
    assert summed(panel_rows("bots", "scores"), "score") == wanted
    assert summed(panel_rows("bots", "segments"), "bot_segment") == wanted


def test_bots_hosts() -> None:
    groups = grouped([record for record in of_hour() if "botData" in record], host)
    for row in panel_rows("bots", "hosts"):
        group = groups[row["Host"]]
        bots = sum(int(record["botData"]["botScore"]) > 70 for record in group)
        assert (row["Requests"], row["Bots %"]) == (len(group), share(bots, len(group)))


def test_bots_by_rule() -> None:
    found = [record for record in of_hour() if (decided(record) or {"tag": ""})["tag"]]
    groups = grouped(found, lambda record: (decided(record) or {})["id"])
    rows = panel_rows("bots", "kinds")
    assert {row["Rule"] for row in rows} == {
        rule
        for rule, group in groups.items()
        if (decided(group[0]) or {})["tag"].startswith(BOT_TAGS)
    }
    for row in rows:
        assert row["Requests"] == len(groups[row["Rule"]])


def of_users() -> dict[str, list[Record]]:
    known = [record for record in of_hour() if record.get("userRiskData", {}).get("username")]
    return grouped(known, lambda record: record["userRiskData"]["username"])


def test_bots_accounts_by_risk() -> None:
    rows = panel_rows("bots", "risky")
    assert {row["User"]: row["Risk"] for row in rows} == {
        user: max(int(record["userRiskData"]["score"]) for record in group)
        for user, group in of_users().items()
    }


def test_bots_many_clients() -> None:
    rows = panel_rows("bots", "many_clients")
    assert {row["User"]: row["Clients"] for row in rows} == {
        user: len({*map(client, group)}) for user, group in of_users().items()
    }


# --- APIs and DDoS --------------------------------------------------------------------------


def of_apis() -> list[Record]:
    return [record for record in of_hour() if "apiId" in record["attackData"]]


def test_apis() -> None:
    groups = grouped(of_apis(), lambda record: record["attackData"]["apiId"])
    for row in panel_rows("apis", "apis"):
        group = groups.pop(row["_api"])
        assert row["Requests"] == len(group)
        assert row["2xx %"] == share(answered(group), len(group))
    assert not groups


def test_apis_calls() -> None:
    rows = panel_rows("apis", "calls")
    assert sum(row["Requests"] for row in rows) == len(of_apis())


def test_apis_constraints() -> None:
    found = [one for one in of_hour() if (decided(one) or {"id": ""})["id"] == "API-CONSTRAINT"]
    rows = BOARDS["apis"].rows("ds_constraints", view_scene.searcher()) or []
    assert sum(row["count"] for row in rows) == len(found)


def test_apis_floods() -> None:
    tags = Counter((decided(one) or {"tag": ""})["tag"] for one in of_hour())
    wanted = {
        "Rate Limit": tags["RATE/VIEWS"],
        "URL Protection": tags["URL_PROTECTION/LOGIN"],
    }
    assert summed(panel_rows("apis", "floods")) == wanted


def test_apis_slow_posts() -> None:
    wanted = Counter(
        one["attackData"]["slowPostAction"]
        for one in of_hour()
        if "slowPostAction" in one["attackData"]
    )
    assert summed(panel_rows("apis", "slow_posts"), "dest") == wanted


# --- Operations -----------------------------------------------------------------------------


def lines(event: str) -> list[dict[str, str]]:
    """Of the log, a day of it."""
    found = [row["_raw"] for row in view_scene.rows() if row["sourcetype"] == "akamai:siem:log"]
    return [
        dict(re.findall(r' (\w+)=("[^"]*"|\S+)', line)) for line in found if f" {event} " in line
    ]


def test_operations_inputs() -> None:
    first, second = sorted(panel_rows("operations", "states"), key=lambda row: row["Input"])
    assert (first["Input"], first["State"], first["Host"]) == ("first", "collecting", "forwarder")
    assert (second["Input"], second["State"], second["Host"]) == ("shop", "needs you", "forwarder2")
    # Collected five hours ago for the last time, and Akamai retains twelve.
    assert second["Time to data loss"] == "7 h"
    assert second["Last result"] == "credential.refused"
    assert "Host, Client token" in second["What to do"]
    assert panel_rows("operations", "collecting") == [{"inputs": 1}]
    assert panel_rows("operations", "in_trouble") == [{"inputs": 1}]


def test_operations_leases_and_credentials() -> None:
    rows = panel_rows("operations", "credentials")
    assert {(row["Input"], row["Host"], row["Lease holder"]) for row in rows} == {
        ("first", "forwarder", "forwarder"),
        ("shop", "forwarder2", "forwarder2"),
    }
    assert {(row["Credential age (days)"], row["Days left"]) for row in rows} == {("700", 30)}


def test_operations_by_the_position_not_by_the_log() -> None:
    """A forwarder that was off for five hours has nothing in its log, and an old position."""
    ending = Ending(ServerTrouble("503"), "60", "abc", at=NOW - 20.0)
    totals = Totals(position=NOW - 6.0 * HOUR)
    (text,) = messages(lambda log: report_run(ending, totals, log), "main", "akamai_siem")
    known = view_scene.knowledge()
    rows = [{**known.fields(line(text, ago)), "_time": float(NOW - ago)} for ago in (20, 80)]
    found = BOARDS["operations"].rows("ds_of_states", Searcher(rows, known)) or []
    assert [(row["State"], row["Time to data loss"]) for row in found] == [("trying again", "6 h")]


def test_operations_names_are_not_lost() -> None:
    """Akamai keeps them: an input of names in trouble is shown, without a time to data loss."""
    failing = Input("names", kind="akamai_siem_names", interval="21600")
    known = view_scene.knowledge()
    ended = failing.ended(20, ServerTrouble("503"))
    rows = [{**known.fields(ended), "_time": NOW - 20.0}]
    searcher = Searcher(rows, known)
    (row,) = BOARDS["operations"].rows("ds_of_states", searcher) or []
    assert (row["Input"], row.get("Time to data loss")) == ("names", None)
    assert BOARDS["operations"].rows("ds_of_time_to_loss", searcher) == [{}]


def test_operations_events() -> None:
    wanted = sum(int(one["events"]) for one in lines("page.collected"))
    assert summed(panel_rows("operations", "events")) == {"first": wanted}


def test_operations_quality() -> None:
    (row,) = panel_rows("operations", "quality")
    assert row["Masked"] == sum(int(one.get("masked", 0)) for one in lines("page.collected"))
    assert row["Repeated"] == sum(int(one.get("repeated", 0)) for one in lines("page.collected"))
    dropped = sum(int(one.get("dropped", 0)) for one in lines("page.collected"))
    kept = sum(int(one["events"]) for one in lines("page.collected"))
    assert row["Dropped"] == dropped > 0
    assert row["Dropped (%)"] == f"{100 * dropped / (kept + dropped):.1f} %"


@pytest.mark.parametrize("view", COUNTING)
def test_views_say_what_rules_dropped(view: str) -> None:
    """Of the view's time range; nothing where nothing was dropped."""
    seconds = HOUR if view in ("overview", "bots", "apis") else DAY
    logged = [row for row in view_scene.rows() if row["sourcetype"] == "akamai:siem:log"]
    pages = [row for row in logged if " page.collected " in row["_raw"]]
    recent = [row for row in pages if NOW - seconds <= row["_time"]]
    dropped = sum(int(row.get("dropped", 0)) for row in recent)
    received = dropped + sum(int(row["events"]) for row in recent)
    (row,) = panel_rows(view, "left_out")
    part = f"{share(dropped, received)} % of the events received: {dropped} of {received}."
    assert row["left_out"].startswith(part)
    assert "one event of N" in row["left_out"]

    def told(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        searcher = Searcher(rows, view_scene.knowledge())
        given = view_scene.GIVEN.get(view)
        return BOARDS[view].rows("ds_of_left_out", searcher, given)

    whole = [row for row in pages if "dropped" not in row]
    assert told(whole) == []
    (row,) = told([row for row in logged if "sample=" not in row["_raw"]]) or []
    assert "one event of N" not in row["left_out"]


def test_operations_dropped_by_rule() -> None:
    wanted: Counter[str] = Counter()
    for one in lines("events.dropped"):
        wanted[one["rule"].strip('"')] += int(one["count"])
    rows = panel_rows("operations", "dropped")
    assert {row["Rule of drop"]: row["Events"] for row in rows} == wanted


def test_operations_results() -> None:
    assert summed(panel_rows("operations", "results")) == Counter(
        one["result"] for one in lines("run.finished")
    )


def test_operations_retries() -> None:
    rows = panel_rows("operations", "waits")
    assert {row["Reason"]: (row["Retries"], row["Seconds waited"]) for row in rows} == {
        "request.limited": (2, 8),
        "page.incomplete": (1, 1),
    }


def test_operations_gaps() -> None:
    assert panel_rows("operations", "gaps") == [{"gaps": len(lines("gap.recorded"))}]
    rows = panel_rows("operations", "lost")
    assert sorted(row["What"] for row in rows) == ["lost", "replayed"]
