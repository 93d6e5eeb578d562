"""Checks the settings of a backfill and makes a frozen value of them, like `settings`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Optional

from ta_akamai_siem.limits import BEGIN_SLACK, LATENCY, RETENTION
from ta_akamai_siem.record.selection import EVERYTHING, Selection
from ta_akamai_siem.setting_labels import labelled
from ta_akamai_siem.settings import (
    Account,
    Problems,
    Proxy,
    Throughput,
    check_interval,
    read_account,
    read_config_ids,
    read_limit,
    read_proxy,
    read_selection,
    read_throughput,
    seconds_back,
)
from ta_akamai_siem.timestamps import iso_utc

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH = re.compile(r"[0-9]{1,11}(?:\.[0-9]+)?\Z", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?"
    r"\s*(?:(Z)|([+-])(\d\d):?(\d\d))?\Z",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class BackfillSettings:
    """A checked stanza of `akamai_siem_backfill` with its account and proxy.

    `config_ids`: ascending, without duplicates. `since`, `until`: epoch seconds. `limit`: events
    per page. `selection`: what of the events is indexed.
    """

    name: str
    account: Account
    config_ids: tuple[int, ...]
    since: int
    until: int
    limit: int
    proxy: Optional[Proxy]
    throughput: Throughput = field(default_factory=Throughput)
    selection: Selection = EVERYTHING


def read_backfill(
    name: str,
    stanza: Mapping[str, str],
    account: Mapping[str, str | None] | None,
    proxy: Mapping[str, str | None],
    now: float | None = None,
) -> BackfillSettings:
    """Check a stanza together with its account and the proxy settings, like `settings.read_input`.

    `now`: epoch seconds, to check that Akamai still retains the range; None if the range was
    accepted before and may have expired since. Raises SettingsInvalid with every problem.
    """
    problems = Problems()
    check_interval(stanza.get("interval", "").strip(), problems)
    since, until = read_range(stanza, problems, now)
    throughput = read_throughput(stanza, problems)
    result = BackfillSettings(
        name=name,
        account=read_account(stanza.get("account", "").strip(), account, problems),
        config_ids=read_config_ids(stanza.get("config_ids", ""), problems),
        since=since,
        until=until,
        limit=read_limit(stanza, throughput, problems),
        proxy=read_proxy(proxy, problems),
        throughput=throughput,
        selection=read_selection(stanza, problems),
    )
    problems.settle()
    return result


def read_range(
    stanza: Mapping[str, str], problems: Problems, now: float | None = None
) -> tuple[int, int]:
    """`from` and `to` in epoch seconds, without fractions. Adds to `problems`. `now`: as above."""
    since = _read_moment("from", stanza.get("from", "").strip(), problems)
    until = _read_moment("to", stanza.get("to", "").strip(), problems)
    if since is None or until is None:
        return 0, 0
    if since >= until:
        moments = f"{iso_utc(since)}, {iso_utc(until)}"
        problems.add("from", f"must be before {labelled('to')}: {moments}")
    if now is not None:
        if since < now - RETENTION:
            problems.add(
                "from",
                f"must be {iso_utc(now - RETENTION)} or later, not {iso_utc(since)}, because "
                f"Akamai retains events for {RETENTION // 3600} hours",
            )
        if until > now - LATENCY:
            problems.add(
                "to",
                f"must be at least {LATENCY} seconds ago, {iso_utc(now - LATENCY)} or earlier, "
                f"not {iso_utc(until)}",
            )
    return since, until


def absolute(setting: str, text: str, now: float) -> str:
    """A moment such as `now` or `-2h` as ISO 8601, so that the range stays the same after it was
    saved; any other text unchanged. `setting`: `from` or `to`. `now`: epoch seconds.

    The ends of what Akamai has are meant as what it still has, and has already, when it is asked.
    """
    back = seconds_back(text.strip())
    if back is None:
        return text
    if setting == "to":
        return iso_utc(now - max(back, LATENCY))
    return iso_utc(now - min(back, RETENTION - BEGIN_SLACK) if back <= RETENTION else now - back)


def _read_moment(setting: str, text: str, problems: Problems) -> int | None:
    if not text:
        problems.add(setting, "is empty. Enter epoch seconds or ISO 8601: 2026-01-31T08:00:00Z")
        return None
    moment = _moment(text)
    if moment is None:
        problems.add(
            setting,
            "must be epoch seconds or ISO 8601, such as 1769846400, 2026-01-31T08:00:00Z or "
            f"2026-01-31T09:00+01:00, not '{text}'",
        )
    return moment


def _moment(text: str) -> int | None:
    if _EPOCH.match(text):
        return int(float(text))
    match = _ISO.match(text)
    if not match:
        return None
    *numbers, _, sign, hours, minutes = match.groups()
    zone = timezone.utc
    try:
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(offset if sign == "+" else -offset)
        year, month, day, hour, minute, second = (int(number or 0) for number in numbers)
        return int(datetime(year, month, day, hour, minute, second, tzinfo=zone).timestamp())
    except (ValueError, OverflowError):
        return None
