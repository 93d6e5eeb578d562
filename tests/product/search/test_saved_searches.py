"""The saved searches: each finds what it is for, and nothing on a quiet night.

Events and log lines are placed in time from now on backwards, since the searches ask `now()`.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT
from tests.oracles import golden_files
from tests.oracles.search_time import spl
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.standins.splunk import conf_file

if TYPE_CHECKING:
    from pathlib import Path

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.splunk.log import open_log

SAVED = conf_file.read(ROOT / "default" / "savedsearches.conf")
NOW = int(time.time())
_SPANS = {"-24h": 86_400, "-2h": 7_200, "-15m": 900}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


def log(text: str, ago: int, name: str = "main") -> Event:
    """A line of an input's log. `ago`: seconds."""
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(NOW - ago))
    source = f"/opt/splunk/var/log/splunk/ta_akamai_siem_{name}.log"
    line = f"{stamp}.000+0000 INFO {text}"
    return Event(line, str(NOW - ago), "akamai:siem:log", source, index="_internal")


def finished(ago: int, **values: object) -> Event:
    """The line that every run ends with."""
    of = {"input": "main", "events": 0, "lag_seconds": "12.000", "drained": 1, "result": "ok"}
    pairs = " ".join(f"{name}={value}" for name, value in {**of, **values}.items())
    return log(f"run.finished {pairs}", ago)


def denied(ago: int, client: str = "192.0.2.82", host: str = "www.example.com") -> Event:
    """A denied request."""
    event = golden_files.load("waf_sql_denied")["event"]
    event["attackData"]["clientIP"], event["httpMessage"]["host"] = client, host
    event["httpMessage"]["start"] = str(NOW - ago)
    made = record(json.dumps(event).encode(), Moment.of(NOW, NOW))
    return Event(made.text, made.time, "akamai:siem")


def rows(knowledge: Knowledge, name: str, events: list[Event]) -> list[dict[str, Any]]:
    """What a saved search finds in its span of time."""
    stanza = SAVED[f"Akamai SIEM - {name}"]
    oldest = NOW - _SPANS[stanza["dispatch.earliest_time"]]
    return spl.searched(
        stanza["search"], [one for one in events if float(one.time) >= oldest], knowledge
    )


QUIET = [finished(ago) for ago in range(30, 86_400, 3_600)]
"""A night without events: runs with nothing to collect, the last of them half a minute ago."""


@pytest.mark.parametrize("name", [name.removeprefix("Akamai SIEM - ") for name in SAVED])
def test_a_quiet_night(knowledge: Knowledge, name: str) -> None:
    assert rows(knowledge, name, QUIET) == []


def test_collection_stopped(knowledge: Knowledge) -> None:
    dead = [finished(ago, input="dead") for ago in (1_200, 9_000)]
    found = rows(knowledge, "collection stopped", [*QUIET, *dead])
    assert [(row["input"], row["result"]) for row in found] == [("dead", "ok")]


def test_a_long_run_that_collects_has_not_stopped(knowledge: Knowledge) -> None:
    """It catches up for hours: that is a lag, and shows as one."""
    page = log("page.collected input=main events=7 lag_seconds=9000.000", 20)
    events = [finished(9_000, drained=1), page]
    assert rows(knowledge, "collection stopped", events) == []
    (row,) = rows(knowledge, "collection lags", [finished(7_000), page])
    assert (row["input"], row["lag_seconds"]) == ("main", "9000.000")
    assert rows(knowledge, "collection lags", [page, finished(5)]) == []


def test_a_backfill_that_is_done_has_not_stopped(knowledge: Knowledge) -> None:
    line = "run.finished input=old events=7 drained=1 result=ok"
    done = log(line, 9_000, "backfill_old")
    assert rows(knowledge, "collection stopped", [done]) == []


@pytest.mark.parametrize(
    ("drained", "lag", "found"), [(0, "700.000", 1), (1, "70000.000", 0), (0, "300.000", 0)]
)
def test_collection_lags(knowledge: Knowledge, drained: int, lag: str, found: int) -> None:
    """Behind, and not merely without events for long."""
    events = [finished(60, lag_seconds=lag, drained=drained), finished(600)]
    assert len(rows(knowledge, "collection lags", events)) == found


def test_gap_recorded(knowledge: Knowledge) -> None:
    line = log("gap.recorded input=main since=1700000000 until=1700000600 cause=offset_expired", 60)
    (row,) = rows(knowledge, "gap recorded", [*QUIET, line])
    wanted = {"input": "main", "since": "1700000000", "until": "1700000600"}
    assert wanted.items() <= row.items()
    assert row["cause"] == "offset_expired"


def test_credential_refused(knowledge: Knowledge) -> None:
    (row,) = rows(knowledge, "credential refused", [finished(60, result="credential.refused")])
    assert (row["input"], row["result"]) == ("main", "credential.refused")


def test_spike_of_denied_requests(knowledge: Knowledge) -> None:
    usual = [denied(ago) for ago in range(1_000, 86_000, 1_000)]
    assert rows(knowledge, "spike of denied requests", [*usual, denied(10)]) == []
    burst = [denied(10 + number) for number in range(150)]
    (row,) = rows(knowledge, "spike of denied requests", [*usual, *burst])
    assert (row["dest"], row["denied"]) == ("www.example.com", 150)


def test_new_attacking_client(knowledge: Knowledge) -> None:
    known = [denied(80_000), *(denied(20) for _ in range(30))]
    new = [denied(20, client="198.51.100.77") for _ in range(12)]
    few = [denied(20, client="198.51.100.78") for _ in range(9)]
    (row,) = rows(knowledge, "new attacking client", [*known, *new, *few])
    assert (row["src"], row["denied"]) == ("198.51.100.77", 12)


def test_the_page_about_them() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            name, _, every, throttled, _ = (cell.strip() for cell in line.split("|")[1:-1])
            found[name.strip("`")] = (every, throttled)
    minutes = {name: stanza["cron_schedule"].split()[0][2:] for name, stanza in SAVED.items()}
    assert found == {
        name: (
            f"{minutes[name]} minutes",
            f"{stanza['alert.suppress.period']} for {'an' if field == 'input' else 'a'} `{field}`",
        )
        for name, stanza in SAVED.items()
        for field in [stanza["alert.suppress.fields"]]
    }


def test_each_is_scheduled_and_throttled() -> None:
    for name, stanza in SAVED.items():
        assert len(stanza["cron_schedule"].split()) == 5, name
        assert stanza["alert.suppress.period"].endswith("h"), name
        assert stanza["dispatch.earliest_time"] in _SPANS, name


def test_the_log_is_read(knowledge: Knowledge) -> None:
    """Quoted values, numbers, the level, the event."""
    line = log('page.collected input=main events=7 reason="not so fast, friend"', 1)
    fields = knowledge.fields(line)
    wanted = {
        "event": "page.collected",
        "log_level": "INFO",
        "input": "main",
        "events": "7",
        "reason": "not so fast, friend",
    }
    assert wanted.items() <= fields.items()
    assert fields["eventtype"] == ["akamai_siem_log"]


def test_lines_of_the_real_log(
    knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the input's own logger writes them."""
    monkeypatch.setenv("SPLUNK_HOME", str(tmp_path))
    open_log("akamai_siem", "main", "INFO").info(
        "run.finished", events=3, lag_seconds=1.5, result="ok"
    )
    logging.shutdown()
    (path,) = tmp_path.rglob("*.log")
    event = Event(path.read_text().strip(), str(NOW), "akamai:siem:log", str(path))
    fields = knowledge.fields(event)
    assert (fields["event"], fields["lag_seconds"]) == ("run.finished", "1.500")
