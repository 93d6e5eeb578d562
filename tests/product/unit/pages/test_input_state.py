"""The text of an input's row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ta_akamai_siem.errors import CredentialRefused, ServerTrouble, StopRequested
from ta_akamai_siem.pages.input_state import STATES, Facts, describe, span, unknown
from ta_akamai_siem.position import so_far as so_fars
from ta_akamai_siem.position.last_run import LastRun, ended, read
from ta_akamai_siem.position.so_far import SoFar
from ta_akamai_siem.run.report import Totals

NOW = 1_700_000_000.0
WELL = LastRun(
    began_at=NOW - 25,
    ended_at=NOW - 20,
    how="well",
    result="ok",
    message="",
    events=7,
    drained=True,
    newest=NOW - 32,
    first_at=NOW - 25,
)
FACTS = Facts(is_disabled=False, interval=60.0, run=WELL)
FAILED = WELL._replace(result="credential.refused", message="It is wrong. Mend it.")
HELD = {"released": False, "renewed_at": NOW - 15}
PAGES = SoFar(began_at=NOW - 100, at=NOW, pages=3, events=123_000, newest=NOW - 7_200)
RANGE = SoFar(began_at=NOW - 100, at=NOW, pages=3, events=200, share=0.456, remaining=200)


def with_progress(so_far: SoFar) -> Facts:
    return replace(FACTS, leases=[{**HELD, so_fars.MEMBER: so_far.to_document()}])


@pytest.mark.parametrize(
    ("facts", "state", "note"),
    [
        (FACTS, "caught up", "next run in 40 s"),
        (replace(FACTS, run=None), "starting", "first run to come"),
        (
            replace(FACTS, run=WELL._replace(events=0, newest=None)),
            "waiting for the first events",
            "since 2023-11-14 22:12:55 UTC, next run in 40 s",
        ),
        (
            replace(FACTS, run=WELL._replace(events=0, newest=None), start_back=900),
            "waiting for the first events",
            "since 2023-11-14 21:57:55 UTC, next run in 40 s",
        ),
        (
            replace(FACTS, run=WELL._replace(drained=False, newest=NOW - 740)),
            "catching up",
            "12 min behind, next run in 40 s",
        ),
        (replace(FACTS, run=WELL._replace(drained=False)), "catching up", "next run in 40 s"),
        (replace(FACTS, leases=[HELD]), "collecting", ""),
        (replace(FACTS, leases=[HELD], is_disabled=True), "collecting", ""),
        (with_progress(SoFar(NOW - 3, NOW)), "collecting", "no page yet"),
        (with_progress(PAGES), "collecting", "2 h behind"),
        (with_progress(PAGES._replace(newest=NOW - 30)), "collecting", ""),
        (with_progress(RANGE), "collecting", "46 %, 3 min 20 s left"),
        (replace(FACTS, leases=[{**HELD, "released": True}]), "caught up", "next run in 40 s"),
        (
            replace(FACTS, leases=[{**HELD, "renewed_at": NOW - 46}]),
            "caught up",
            "next run in 40 s",
        ),
        (replace(FACTS, is_disabled=True), "disabled", ""),
        (
            replace(FACTS, run=FAILED._replace(how="needs_person")),
            "credential refused",
            "needs attention",
        ),
        (
            replace(FACTS, run=FAILED._replace(how="try_again", result="server.trouble")),
            "server trouble",
            "tries again: next run in 40 s",
        ),
        (
            replace(FACTS, run=FAILED._replace(how="left", result="stop.requested")),
            "stopped by Splunk",
            "next run in 40 s",
        ),
        (
            replace(FACTS, run=FAILED._replace(how="left", result="lease.held")),
            "collected elsewhere",
            "next run in 40 s",
        ),
        (
            replace(FACTS, run=WELL._replace(ended_at=NOW - 7_300)),
            "no runs",
            "for 2 h 1 min: needs attention",
        ),
        (
            replace(FACTS, interval=600.0, run=WELL._replace(ended_at=NOW - 901)),
            "caught up",
            "next run is due",
        ),
        (
            replace(FACTS, interval=None, run=WELL._replace(ended_at=NOW - 90_000)),
            "caught up",
            "next run by its schedule",
        ),
        (
            replace(FACTS, position={"at": 5, "until": 5, "events": 12_345}),
            "finished",
            "12,345 events collected",
        ),
        (
            replace(FACTS, is_disabled=True, position={"at": 5, "until": 5, "events": 1}),
            "finished",
            "1 event collected",
        ),
        (replace(FACTS, position={"at": 4, "until": 5}), "caught up", "next run in 40 s"),
    ],
)
def test_state(facts: Facts, state: str, note: str) -> None:
    shown = describe(facts, NOW)
    assert (shown["state"], shown["note"]) == (state, note)
    # Words, not sentences: they are in the explanation.
    assert len(state) <= 30
    assert shown["explanation"].endswith(".")
    is_error = shown["topic"] in ("credential.refused", "server.trouble")
    assert is_error or (state in STATES and shown["topic"] == state.replace(" ", "-"))


def test_what_went_wrong_is_told_below() -> None:
    shown = describe(replace(FACTS, run=FAILED._replace(how="needs_person")), NOW)
    assert (shown["tone"], shown["explanation"]) == ("bad", FAILED.message)


def test_a_run_under_way_tells_what_it_has_done() -> None:
    shown = describe(with_progress(PAGES), NOW)
    assert shown["events"] == "123,000 so far, 1,230 per second"
    assert (shown["last_event"], shown["lag"]) == ("2023-11-14 20:13:20 UTC", "2 h")
    assert "since 2023-11-14 22:11:40 UTC" in shown["explanation"]
    assert "123,000 events in 3 pages, 1,230 events per second" in shown["explanation"]


@pytest.mark.parametrize(
    "member",
    [None, 7, "x", {}, {"began_at": "x"}, {**PAGES.to_document(), "events": []}],
)
def test_a_progress_that_cannot_be_read_only_hides_it(member: Any) -> None:
    shown = describe(replace(FACTS, leases=[{**HELD, so_fars.MEMBER: member}]), NOW)
    assert (shown["state"], shown["note"]) == ("collecting", "")
    assert shown["events"] == "7 in the last run"


def test_what_a_claim_carries_comes_back_as_it_was() -> None:
    for so_far in (PAGES, RANGE):
        assert so_fars.read({so_fars.MEMBER: so_far.to_document()}) == so_far
    assert {"newest", "share", "remaining"} <= set(vars(Totals()))


def test_newest_event_and_lag() -> None:
    shown = describe(FACTS, NOW)
    assert (shown["last_event"], shown["lag"]) == ("2023-11-14 22:12:48 UTC", "12 s")
    quiet = replace(FACTS, run=WELL._replace(events=0))
    assert describe(quiet, NOW)["lag"] == "12 s, nothing newer"
    assert describe(replace(FACTS, run=WELL._replace(newest=None)), NOW)["lag"] == ""


def test_a_backfill_counts_all_its_runs() -> None:
    position = {"at": 4, "until": 5, "events": 1_234}
    assert describe(replace(FACTS, position=position), NOW)["events"] == "1,234"


def test_what_rules_dropped_is_told_with_its_share() -> None:
    """Of the run under way, of the last run, of all runs of a backfill."""
    under_way = describe(with_progress(PAGES._replace(dropped=41_000)), NOW)
    assert under_way["events"].endswith(" per second; 41,000 more (25 %) dropped")
    last = describe(replace(FACTS, run=WELL._replace(events=1, dropped=2)), NOW)
    assert last["events"] == "1 in the last run; 2 more (67 %) dropped"
    position = {"at": 4, "until": 5, "events": 1_200, "dropped": 1_800}
    backfill = describe(replace(FACTS, position=position), NOW)
    assert backfill["events"] == "1,200; 1,800 more (60 %) dropped"
    finished = describe(replace(FACTS, position={**position, "at": 5}), NOW)
    assert finished["note"] == "1,200 events collected"
    assert "1,200 events; 1,800 more (60 %) dropped. " in finished["explanation"]


def test_without_the_kv_store() -> None:
    shown = unknown("It does not answer.", NOW)
    assert (shown["state"], shown["explanation"]) == ("unknown", "It does not answer.")
    assert set(shown) == set(describe(FACTS, NOW))


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
    run = ended(error, NOW - 9, 7, NOW - 5, drained=True)  # type: ignore[arg-type]
    assert run.how == how
    assert read(run.to_document("akamai_siem:first")) == run
    assert read({"_key": "akamai_siem:first"}) is None
    # As version 0.1.0 wrote it.
    older = run.to_document("akamai_siem:first")
    del older["began_at"], older["first_at"]
    before = read(older)
    assert before is not None
    assert before.first_at == run.ended_at
