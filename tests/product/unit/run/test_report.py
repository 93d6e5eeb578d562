"""The line that every run ends with."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from solnlib import log as solnlib_log

from ta_akamai_siem.akamai.request import Gap
from ta_akamai_siem.errors import CredentialRefused, LeaseHeld, ServerTrouble
from ta_akamai_siem.run.report import (
    Ending,
    Totals,
    report_gap,
    report_ingested,
    report_run,
)
from ta_akamai_siem.splunk.input_definition import InputDefinition
from ta_akamai_siem.splunk.log import Log

if TYPE_CHECKING:
    from ta_akamai_siem.errors import CollectionError


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, {"how": "well", "result": "ok"}),
        (
            CredentialRefused("Akamai refused it"),
            {
                "how": "needs_person",
                "result": "credential.refused",
                "reason": '"Akamai refused it."',
            },
        ),
        (ServerTrouble("503"), {"how": "try_again", "result": "server.trouble", "reason": "503."}),
        (LeaseHeld("Another member has it"), {"how": "left", "result": "lease.held"}),
    ],
)
def test_how_a_run_ended(
    error: CollectionError | None, expected: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("ta_akamai_siem.test")
    with caplog.at_level("INFO", logger.name):
        report_run(
            Ending(error, "*/10 * * * *", "0a1b"), Totals(), Log("akamai_siem", "main", logger)
        )
    line = caplog.messages[-1]
    pairs = dict(re.findall(r' (\w+)=("[^"]*"|\S+)', line))
    wanted = {"input": "main", "kind": "akamai_siem", "interval": "600", "lease": "0a1b"}
    assert line.startswith("run.finished ")
    assert {**wanted, **expected}.items() <= pairs.items()
    assert ("reason" in pairs) == ("reason" in expected)


@pytest.mark.parametrize(
    ("position", "age"), [(None, None), (400.0, "600.000"), (1_500.0, "0.000")]
)
def test_the_age_of_the_position(
    position: float | None, age: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Not below zero: the two clocks may differ."""
    logger = logging.getLogger("ta_akamai_siem.test")
    with caplog.at_level("INFO", logger.name):
        report_run(
            Ending(None, "60", at=1_000.0),
            Totals(position=position),
            Log("akamai_siem", "main", logger),
        )
    found = re.search(r" position_age_seconds=(\S+)", caplog.messages[-1])
    assert (found[1] if found else None) == age


def test_the_holder_of_the_lease_and_the_age_of_the_credential(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logger = logging.getLogger("ta_akamai_siem.test")
    ending = Ending(None, "60", at=1_000_000.0, holder="one", credential_saved_at=1_000.0)
    with caplog.at_level("INFO", logger.name):
        report_run(ending, Totals(), Log("akamai_siem", "main", logger))
    assert " holder=one " in caplog.messages[-1]
    assert " credential_age_days=11 " in caplog.messages[-1]


def test_ingested_events_are_told_as_solnlib_does(caplog: pytest.LogCaptureFixture) -> None:
    """Splunk's monitoring of add-ons looks for solnlib's own words."""
    logger = logging.getLogger("ta_akamai_siem.test")
    stanza = {"index": "security", "sourcetype": "akamai:siem"}
    definition = InputDefinition(
        "akamai_siem", "main", stanza, "https://127.0.0.1:8089", "host", Path(), "key"
    )
    with caplog.at_level("INFO", logger.name):
        report_ingested(definition, 7, Log("akamai_siem", "main", logger))
        solnlib_log.events_ingested(logger, "akamai_siem://main", "akamai:siem", 7, "security")
    ours, theirs = (dict(re.findall(r'(\w+)="?([^" ]+)"?', message)) for message in caplog.messages)
    assert theirs.items() <= ours.items()
    assert theirs["action"] == "events_ingested"


@pytest.mark.parametrize(
    ("cause", "events", "facts"),
    [
        ("offset_expired", None, ["cannot be collected", "12 hours"]),
        ("window_full", None, ["may be incomplete", "600,000 events"]),
        ("lines_missing", 1_234, ["lack 1,234 events", "three times"]),
    ],
)
def test_a_gap_is_told_once_with_its_bounds_and_its_cause(
    cause: str, events: int | None, facts: list[str]
) -> None:
    told: list[str] = []

    class Around:
        def gap(self, text: str) -> None:
            told.append(text)

        def warning(self, event: str, **_: object) -> None:
            assert event == "gap.recorded"

    around: Any = Around()
    report_gap(Gap(1_750_000_000.0, 1_750_000_060.0, cause, events), "first", around, around)
    (text,) = told
    for fact in ("first", "2025-06-15", "15:06:40", "15:07:40", cause, *facts):
        assert fact in text
