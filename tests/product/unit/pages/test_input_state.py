"""The text of an input's row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ta_akamai_siem.errors import CredentialRefused, ServerTrouble, StopRequested
from ta_akamai_siem.pages.input_state import Facts, describe, span
from ta_akamai_siem.position.last_run import LastRun, ended, read

NOW = 1_700_000_000.0
WELL = LastRun(NOW - 20, "well", "ok", "", events=7, drained=True, newest=NOW - 32)
FACTS = Facts(is_disabled=False, interval=60.0, run=WELL)
SILENT = "Check splunkd.log, and whether Splunk runs inputs on this host."
HELD = {"released": False, "renewed_at": NOW - 15}


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (FACTS, "caught up"),
        (replace(FACTS, run=None), "has not run yet"),
        (replace(FACTS, run=replace(WELL, drained=False)), "catching up"),
        (replace(FACTS, leases=[HELD]), "collecting"),
        (replace(FACTS, leases=[HELD], is_disabled=True), "collecting"),
        (replace(FACTS, leases=[{**HELD, "released": True}]), "caught up"),
        (replace(FACTS, leases=[{**HELD, "renewed_at": NOW - 46}]), "caught up"),
        (replace(FACTS, is_disabled=True), "disabled"),
        (
            replace(FACTS, run=replace(WELL, how="needs_person", message="It is wrong.")),
            "needs attention: It is wrong.",
        ),
        (
            replace(FACTS, run=replace(WELL, how="try_again", message="Not now.")),
            "waiting to try again: Not now.",
        ),
        (replace(FACTS, run=replace(WELL, how="left")), "waiting for the next run"),
        (
            replace(FACTS, run=replace(WELL, ended_at=NOW - 901)),
            "needs attention: no run since 2023-11-14 21:58:19 UTC. " + SILENT,
        ),
        (replace(FACTS, interval=600.0, run=replace(WELL, ended_at=NOW - 901)), "caught up"),
        (replace(FACTS, interval=None, run=replace(WELL, ended_at=NOW - 90_000)), "caught up"),
        (replace(FACTS, position={"at": 5, "until": 5}), "done"),
        (replace(FACTS, position={"at": 4, "until": 5}), "caught up"),
    ],
)
def test_state(facts: Facts, state: str) -> None:
    assert describe(facts, NOW)["state"] == state


def test_newest_event_and_lag() -> None:
    shown = describe(FACTS, NOW)
    assert (shown["last_event"], shown["lag"]) == ("2023-11-14 22:12:48 UTC", "12 s")
    quiet = replace(FACTS, run=replace(WELL, events=0))
    assert describe(quiet, NOW)["lag"] == "12 s, nothing newer"
    assert describe(replace(FACTS, run=replace(WELL, newest=None)), NOW)["lag"] == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3_725, "1 h 2 min"), (90_000, "1 d 1 h")],
)
def test_span(seconds: int, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("error", "how"),
    [
        (None, "well"),
        (CredentialRefused("no"), "needs_person"),
        (ServerTrouble("no"), "try_again"),
        (StopRequested("no"), "left"),
    ],
)
def test_a_runs_end_comes_back_as_it_was(error: object, how: str) -> None:
    run = ended(error, 7, 1.5, drained=True)  # type: ignore[arg-type]
    assert run.how == how
    assert read(run.to_document("akamai_siem:first")) == run
    assert read({"_key": "akamai_siem:first"}) is None
