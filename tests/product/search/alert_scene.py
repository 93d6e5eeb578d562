"""The data that saved searches are tested on: log lines and events at chosen times, and a clock.

The time of a scene is fixed at `NOW`. Searches run at this or another moment, one after the other.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from tests import ROOT
from tests.oracles import golden_files
from tests.oracles.search_time import spl
from tests.oracles.search_time.clock import CLOCK
from tests.oracles.search_time.knowledge import Event
from tests.standins.splunk import conf_file

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.run.report import Ending, Totals, report_run
from ta_akamai_siem.splunk.log import Log, log_file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ta_akamai_siem.errors import CollectionError
    from tests.oracles.search_time.knowledge import Knowledge
    from tests.oracles.search_time.spl_tables import Tables

SAVED = {
    name: stanza
    for name, stanza in conf_file.read(ROOT / "default" / "savedsearches.conf").items()
    if "counttype" in stanza
}
"""The alerts."""
PREFIX = "Akamai SIEM - "
NAMES = [name.removeprefix(PREFIX) for name in SAVED]
OF_NAMES = ["coverage changed"]
OF_OPERATIONS = [
    name
    for name in NAMES
    if "dispatch.index_earliest" not in SAVED[PREFIX + name] and name not in OF_NAMES
]
NOW = 1_800_000_000
HOUR, DAY = 3_600, 86_400
CREDENTIAL_DAYS = 700
_UNITS = {"s": 1, "m": 60, "h": HOUR, "d": DAY}


@dataclass(frozen=True)
class Indexed(Event):
    """`indexed`: epoch seconds; 0 means at once."""

    indexed: float = 0.0


# --- lines of the own log -------------------------------------------------------------------


def messages(write: Callable[[Log], None], name: str, kind: str) -> list[str]:
    """The lines that the product's own logger writes, without the time at their start."""
    lines: list[str] = []
    logger = logging.getLogger("scene")
    logger.setLevel("DEBUG")
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(  # type: ignore[method-assign]
        f"{record.levelname} {record.getMessage()}"
    )
    logger.addHandler(handler)
    write(Log(kind, name, logger))
    logger.removeHandler(handler)
    return lines


def line(text: str, ago: float, host: str = "forwarder", now: int = NOW) -> Indexed:
    """A line of a log file. `ago`: seconds."""
    moment = now - ago
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment))
    name, kind = (re.findall(rf" {pair}=(\S+)", text)[0] for pair in ("input", "kind"))
    file = "ta_akamai_siem_pages.log" if " input." in text else log_file_name(kind, name)
    return Indexed(
        raw=f"{stamp}.000+0000 {text}",
        time=str(moment),
        sourcetype="akamai:siem:log",
        source=f"/opt/splunk/var/log/splunk/{file}",
        host=host,
        index="_internal",
    )


@dataclass(frozen=True)
class Input:
    """An input on a host, and the lines that its runs write."""

    name: str = "main"
    kind: str = "akamai_siem"
    host: str = "forwarder"
    interval: str = "60"
    lease: str = "0a1b2c"

    def ended(
        self, ago: float, error: CollectionError | None = None, lag: float | None = None
    ) -> Indexed:
        """A run with this end; by default it succeeded and drained the source."""
        totals = Totals(drained=error is None and lag is None, lag=lag)
        ending = Ending(
            error,
            self.interval,
            self.lease,
            at=NOW,
            holder=self.host,
            credential_saved_at=NOW - CREDENTIAL_DAYS * DAY,
        )
        (text,) = messages(lambda log: report_run(ending, totals, log), self.name, self.kind)
        return line(text, ago, self.host)

    def every(
        self, seconds: float, since: float, until: float, error: CollectionError | None = None
    ) -> list[Indexed]:
        """The same run repeated. `since`, `until`: seconds ago."""
        text = self.ended(0, error).raw.split(" ", 2)[2]
        moments = []
        while since >= until:
            moments.append(line(text, since, self.host))
            since -= seconds
        return moments

    def told(self, ago: float, event: str, **values: object) -> Indexed:
        """Any other line."""
        (text,) = messages(lambda log: log.info(event, **values), self.name, self.kind)
        return line(text, ago, self.host)

    def on(self, host: str) -> Input:
        return replace(self, host=host)


QUIET = Input("quiet", interval=str(HOUR)).every(HOUR, 32 * HOUR + 30, 30)
"""A night without events: runs with nothing to collect, the last of them half a minute ago."""


# --- events ---------------------------------------------------------------------------------


def request(
    ago: float,
    changed: Mapping[str, str] = MappingProxyType({}),
    *,
    golden: str = "waf_sql_denied",
    now: int = NOW,
    late: float = 0,
) -> Indexed:
    """A request that Akamai reports.

    `changed`: `client`, `host`, `status`, `action` of all rules. `late`: seconds after which it was
    indexed.
    """
    event = golden_files.load(golden)["event"]
    attack, message = event["attackData"], event["httpMessage"]
    attack["clientIP"] = changed.get("client", attack["clientIP"])
    message["host"] = changed.get("host", message["host"])
    message["status"] = changed.get("status", message["status"])
    message["start"] = str(now - ago)
    if "action" in changed:
        attack["appliedAction"] = changed["action"]
        count = attack["ruleActions"].count("%3b") or attack["ruleActions"].count(";")
        separator = "%3b" if "%3b" in attack["ruleActions"] else ";"
        attack["ruleActions"] = separator.join(["YWxlcnQ%3d"] * (count + 1))
    made = record(json.dumps(event).encode(), Moment.of(now, now))
    return Indexed(made.text, made.time, "akamai:siem", indexed=float(now - ago + late))


# --- searches -------------------------------------------------------------------------------


def moment(text: str, now: int) -> float:
    """Epoch seconds of a time modifier such as `-15m@m`."""
    if text in ("now", ""):
        return now
    match = re.fullmatch(r"(?:([+-]\d+)([smhd]))?(@m)?", text)
    assert match, text
    at = now + int(match[1] or 0) * _UNITS[match[2] or "s"]
    return at - at % 60 if match[3] else at


def within(stanza: dict[str, str], events: Iterable[Indexed], now: int) -> Iterator[Indexed]:
    """The events in the time ranges of a saved search, by time and by index time."""
    first, last = (moment(stanza[f"dispatch.{end}_time"], now) for end in ("earliest", "latest"))
    later = stanza.get("dispatch.index_earliest", "")
    since = moment(later, now) if later else float("-inf")
    until = moment(stanza.get("dispatch.index_latest", ""), now) if later else float("inf")
    for event in events:
        at = float(event.time)
        if first <= at < last and since <= (event.indexed or at) < until:
            yield event


def rows(
    knowledge: Knowledge,
    name: str,
    events: Iterable[Indexed],
    tables: Tables | None = None,
    now: int = NOW,
) -> list[dict[str, object]]:
    """The results of a saved search that is started at `now`."""
    stanza = SAVED[PREFIX + name]
    CLOCK.moment = now
    return spl.searched(stanza["search"], within(stanza, events, now), knowledge, tables)
