"""The main task: from Akamai's pages to Splunk's records, run after run."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.record.event import record as record_of
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.masking import Masking
from ta_akamai_siem.volume.left_out import left_out
from tests import ROOT
from tests.oracles.reference.record import same
from tests.standins.akamai.corpus import Corpus, CorpusChoices
from tests.standins.akamai.multiset import find_marker

from .dropped import DROP, logged, numbers, sizes
from .pushed_settings import push_account, push_input
from .site import ACCOUNT, INPUT, KIND, STANZA

if TYPE_CHECKING:
    from .site import Site

WHOLE_EVENT = ROOT / "tests" / "oracles" / "golden" / "a_whole_event.ndjson"

REFERENCE_EVERY = 1 if "LARGE_PAGE" in os.environ else 25
"""`make test-all` has the time to decode every event with the slow reference decoder."""


def differences(site: Site, every: int = REFERENCE_EVERY) -> list[str]:
    """Compare held events with indexed records.

    Each record is what the product's decoder makes of its event, byte for byte. The independent
    decoder decodes one in `every`; the property tests compare both decoders.
    """
    now = site.akamai.now()
    moment, clock = Moment.of(0.0, now), f"{now:.3f}"
    with site.akamai.dump().open("rb") as held:
        lines = {find_marker(line): line.rstrip(b"\n") for line in held}
    found: list[str] = []
    for number, raw in enumerate(site.raws()):
        line = lines.pop(find_marker(raw), None)
        if line is None:
            found.append(f"an unknown or repeated record: {raw[:200]!r}")
        elif number % every == 0:
            found += same(raw.decode(), line, clock)
        elif raw.decode() != record_of(line, moment).text:
            found.append(f"not the record of its event: {raw[:200]!r}")
    return found + [f"missing: {line[:200]!r}" for line in lines.values()]


def test_a_page_of_fifty_thousand_equals_the_reference(site: Site) -> None:
    site.load(50_000)
    site.akamai.set(page_events=50_000)
    site.set_up()
    run = site.run()
    assert (run["exit_code"], run["records"], run["stream"]) == (0, 50_000, "closed"), run
    assert differences(site) == []


def test_workers_and_a_pace_change_nothing_but_the_time(site: Site) -> None:
    site.load(12_000)
    site.set_up(limit="6000", workers="2", max_events_per_second="20000")
    run = site.run()
    assert (run["exit_code"], run["records"], run["stderr"]) == (0, 12_000, []), run
    assert differences(site) == []
    assert re.search(r"workers\.started .*count=2", site.log_text())
    assert "workers.lost" not in site.log_text()
    # What the row of the input shows while the run goes on.
    (claim,) = site.splunk.kv_documents("ta_akamai_siem_leases").values()
    assert claim["so_far"]["events"] == 12_000


def test_what_is_not_selected_is_not_indexed(site: Site) -> None:
    """What is masked, left out or dropped, on both ways of an event: through workers while behind,
    and in the input's own process. What Akamai sent is indexed or dropped, and counted.
    """
    corpus = Corpus(CorpusChoices(odd=0.05))
    lines = [corpus.event(number, site.akamai.now() - 600) for number in range(10_500)]
    site.akamai.load_lines(lines, stored_at=site.akamai.now() - 600)
    leave_out = "header:host;rule_data"
    site.set_up(limit="6000", workers="2", mask="cookies;api_keys", leave_out=leave_out, drop=DROP)
    by_rule = numbers(site)
    assert site.run()["records"] == list(by_rule.values()).count(0)
    masking, leaving = Masking(("cookies", "api_keys")), left_out(tuple(leave_out.split(";")))
    moment = Moment.of(0.0, site.akamai.now())
    kept = [line for line in lines if not by_rule[find_marker(line)]]
    expected = {find_marker(line): record_of(line, moment, masking, leaving) for line in kept}
    whole = sum(record.masked for record in expected.values())
    left_bytes = [record.left_out for record in expected.values()]
    for raw in site.raws():
        assert raw.decode() == expected.pop(find_marker(raw)).text
    assert expected == {}
    counted = re.findall(r"page\.collected .*\bmasked=(\d+)", site.log_text())
    assert (len(counted), sum(map(int, counted))) == (2, whole)
    assert whole > 1_000
    # What the views and Splunk's monitoring of add-ons count.
    (ingested,) = re.findall(r"action=events_ingested .*\bn_events=(\d+)", site.log_text())
    assert int(ingested) == len(kept)
    assert logged(site.log_text()) == sizes(site)
    for name, whole in (("dropped", len(lines) - len(kept)), ("left_out_bytes", sum(left_bytes))):
        pages = re.findall(rf"page\.collected .*\b{name}=(\d+)", site.log_text())
        assert (len(pages), sum(map(int, pages))) == (2, whole)
    (finished,) = re.findall(r"run\.finished .*", site.log_text())
    assert f"events={len(kept)} " in finished
    assert f"dropped={len(lines) - len(kept)} " in finished
    (left,) = re.findall(r"left_out_bytes=(\d+)", finished)
    assert int(left) == sum(left_bytes) > 0
    (age,) = re.findall(r"run\.finished .*\bposition_age_seconds=([\d.]+)", site.log_text())
    assert 0 < float(age) < 600
    assert " holder=" in site.log_text()


def test_what_a_deployment_tool_pushes_is_what_the_pages_save(site: Site) -> None:
    """Most scenarios start with pushed settings, so these must equal saved ones."""
    saved, pushed = ("saved", "pushed")
    site.create_account(saved)
    site.create_input(saved, account=saved, drop=DROP)
    push_account(site.splunk, pushed, site.account_values())
    push_input(site.splunk, f"{KIND}://{pushed}", site.input_values(account=pushed, drop=DROP))
    conf = f"conf-{site.splunk.app_name.lower()}_account"
    for place in (("data", "inputs", KIND), ("configs", conf)):
        found = site.splunk.entries(*place)
        # Akamai's answer when the page saved it; the pushed account was not tested.
        assert found[saved].pop("connection", "Accepted").startswith("Accepted")
        found[saved].pop("credential_saved_at", None)
        assert found[pushed] == {
            key: value.replace(saved, pushed) if isinstance(value, str) else value
            for key, value in found[saved].items()
        }
    secrets = {
        name: entry["clear_password"]
        for name, entry in site.splunk.entries("storage", "passwords").items()
    }
    for name in [name for name in secrets if f":{saved}`" in name]:
        assert secrets[name.replace(saved, pushed)] == secrets[name]


@pytest.mark.core
def test_the_second_run_goes_on_from_the_offset(site: Site) -> None:
    site.load(3_000)
    site.set_up()
    assert site.run()["records"] == 3_000
    offset = site.checkpoint()["offset"]
    site.akamai.set_clock(advance_s=60)
    site.akamai.load(500)
    site.akamai.set_clock(advance_s=70)
    run = site.run()
    assert (run["exit_code"], run["records"]) == (0, 500)
    modes = [entry["query"].get("offset") for entry in site.requests()]
    assert modes[0] is None
    assert offset in modes
    assert differences(site) == []
    assert site.run()["records"] == 0


def test_an_event_with_every_object_that_akamai_documents(site: Site) -> None:
    line = WHOLE_EVENT.read_bytes().rstrip(b"\n")
    site.akamai.load_lines([line], stored_at=site.akamai.now() - 60)
    site.set_up()
    assert site.run()["records"] == 1
    (record,) = site.splunk.records()
    assert same(record["raw"], line, f"{site.akamai.now():.3f}") == []
    assert float(record["time"]) == 1750000000.0
    attack = json.loads(record["raw"])["attackData"]
    assert [rule["action"] for rule in attack["rules"]] == ["alert", "alert", "deny"]
    assert attack["rules"][0]["data"] == "1=1"
    assert attack["rules"][2]["selector"] == ""


def test_the_record_carries_what_the_stanza_says(site: Site) -> None:
    site.load(10, odd=0)
    site.set_up()
    site.run()
    for record in site.splunk.records():
        assert record["sourcetype"] == "akamai:siem"
        assert record["source"] == STANZA
        assert record["index"] == "main"
        assert record["time"] == json.loads(record["raw"])["httpMessage"]["start"]


def test_from_now_takes_only_what_comes_later(site: Site) -> None:
    site.load(100)
    site.set_up(start="now")
    assert site.run()["records"] == 0
    site.akamai.set_clock(advance_s=20)
    site.akamai.load(30)
    site.akamai.set_clock(advance_s=40)
    assert site.run()["records"] == 30


def test_pages_until_drained(site: Site) -> None:
    site.load(7_000, bucket=100)
    site.set_up(limit="1000")
    assert site.run()["records"] == 7_000
    asked = site.requests()
    assert len(asked) >= 7
    assert all(entry["query"]["limit"] == "1000" for entry in asked)
    assert differences(site) == []


def test_pages_that_stay_below_the_limit_do_not_end_a_run(site: Site) -> None:
    site.akamai.set(page_stop="under")
    site.load(7_000, bucket=50)
    site.set_up(limit="1000")
    assert site.run()["records"] == 7_000


def test_another_account_or_other_ids_do_not_inherit_the_offset(site: Site) -> None:
    site.load(200)
    site.set_up()
    site.run()
    site.akamai.configurations(known=[76213, 5])
    site.splunk.edit_raw_input(KIND, INPUT, config_ids="5;76213")
    site.akamai.reset_log()
    assert site.run()["exit_code"] == 0
    assert "from" in site.requests()[0]["query"]
    assert site.checkpoint()["config_ids"] == "5;76213"
    assert "checkpoint.foreign" in site.log_text()


def test_names_that_are_no_file_names(site: Site) -> None:
    name = "a b/ü%3Ax"
    site.load(50)
    site.create_account()
    site.splunk.create_raw_input(KIND, name, account=ACCOUNT, config_ids="76213", start="-2h")
    stanza = f"{KIND}://{name}"
    assert site.run(stanza)["records"] == 50
    assert site.run(stanza)["records"] == 0
    logs = Path(site.home, "var", "log", "splunk").glob("ta_akamai_siem_*.log")
    assert len(list(logs)) == 1
