"""The line that every run ends with."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.errors import CredentialRefused, LeaseHeld, ServerTrouble
from ta_akamai_siem.run.report import Ending, Totals, report_run
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
