"""Inputs that users of similar collectors have met, and the required results."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.akamai.plan import RETRY_AFTER_MAX
from tests.measured.shown.arrivals import Arrivals, committed

from .site import INPUT, KIND

if TYPE_CHECKING:
    from .site import Site

pytestmark = pytest.mark.shared_site

HTML = (
    "<html><head><title>Blocked</title></head><body><h1>Web access blocked by policy</h1>\n"
    "<p>Category: example</p></body></html>\n"
)
DENIED = (
    "<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD><BODY>\n<H1>Access Denied</H1>\n"
    "You don't have permission to access this page on this server.<P>\n"
    "Reference&#32;&#35;18&#46;00000000&#46;1770000000&#46;0000000\n</BODY>\n</HTML>\n"
)


def test_a_retry_after_of_a_day_holds_nothing_up_for_longer_than_four_minutes(site: Site) -> None:
    site.load(1_000)
    site.set_up()
    site.akamai.fault("status", status=503, retry_after="86400", body="{}")
    assert site.run()["exit_code"] != 0
    assert "Retry-After 86400" in site.log_text()
    assert "server.trouble" in site.log_text()
    assert site.checkpoint()["not_before"] <= site.akamai.now() + RETRY_AFTER_MAX
    site.akamai.reset_log()
    run = site.run()
    assert run["exit_code"] != 0
    assert "request.deferred" in run["stderr"][0]
    assert site.akamai.log() == []


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        (HTML, "text/html", ("titled 'Blocked'", "content type text/html")),
        ("", "application/json", ("an empty answer", "content type application/json")),
    ],
)
def test_an_answer_that_is_no_page_is_named_and_leaves_the_limit(
    site: Site, body: str, content_type: str, told: tuple[str, str]
) -> None:
    site.load(1_000)
    site.set_up()
    site.akamai.fault("status", status=200, body=body, content_type=content_type, times=2)
    run = site.run()
    assert (run["exit_code"], run["records"]) == (0, 1_000)
    text = site.log_text()
    assert text.count("answer.unexpected") == 2
    assert "page.incomplete" not in text
    assert all(each in text for each in told)
    assert {entry["query"]["limit"] for entry in site.requests()} == {"10000"}


@pytest.mark.core
def test_seven_of_them_and_then_a_backlog(site: Site) -> None:
    site.load(60_000)
    site.set_up()
    site.akamai.fault("status", status=200, body=HTML, content_type="text/html", times=7)
    site.run()
    if site.checkpoint()["complete_until"] is None:
        site.run()
    pages = [entry for entry in site.akamai.log() if entry["events"]]
    assert len(pages) <= 4
    committed(site)
    arrivals = Arrivals(site)
    arrivals.update()
    assert arrivals.misses_nothing()
    assert arrivals.repeated == 0


def test_the_edges_reference_number_is_told(site: Site) -> None:
    site.load(100)
    site.set_up()
    site.akamai.fault("status", status=403, body=DENIED, content_type="text/html", times=1)
    assert site.run()["records"] == 100
    text = site.log_text()
    assert "Access Denied" in text
    assert "reference number 18.00000000.1770000000.0000000" in text


def test_a_raw_tab_costs_no_further_request(site: Site) -> None:
    event = (
        b'{"type":"akamai_siem","httpMessage":{"requestId":"%d","start":"1770000000",'
        b'"path":"/a\tb"}}'
    )
    site.akamai.load_lines([event % n for n in range(100)], stored_at=site.akamai.now() - 600)
    site.set_up()
    assert site.run()["records"] == 100
    assert len(site.requests()) <= 2
    assert all(b"akamai_siem_unparsed" not in raw for raw in site.raws())


def test_an_offset_that_does_not_move_ends_the_run_and_writes_nothing_twice(site: Site) -> None:
    site.load(1_000)
    site.set_up(limit="500")
    site.akamai.fault("same_offset", times=0)
    run = site.run()
    assert run["exit_code"] != 0
    assert "offset.stuck" in site.log_text()
    first = run["records"]
    assert site.run()["records"] == 0
    site.akamai.clear_faults()
    assert first + site.run()["records"] == 1_000


def test_a_context_line_is_never_a_record(site: Site) -> None:
    site.load(200)
    site.set_up()
    site.akamai.fault("context_line", times=3)
    assert site.run()["records"] == 200
    assert not any(raw.startswith((b'{"total"', b'{"offset"')) for raw in site.raws())
    assert re.search(r"page\.doubtful .*contexts=1", site.log_text())
    assert f"ta_akamai_siem_{INPUT}_doubt" in site.splunk.messages()


def test_missing_lines_are_told_as_a_gap(site: Site) -> None:
    site.load(200)
    site.set_up()
    site.akamai.fault("wrong_total", delta=100, times=3)
    assert site.run()["records"] == 200
    assert len({*site.raws()}) == 200
    text = site.log_text()
    assert text.count("page.incomplete") == 2
    assert "page.doubtful" in text
    assert "missing=100" in text
    assert "cause=lines_missing events=100" in text
    messages = site.splunk.messages()
    assert {f"ta_akamai_siem_{INPUT}_gap", f"ta_akamai_siem_{INPUT}_doubt"} <= set(messages)


def test_the_list_of_the_settings_is_a_list(site: Site) -> None:
    assert set(site.splunk.entries("TA_akamai_siem_settings")) == {"proxy", "logging"}


def test_lag_is_never_negative(site: Site) -> None:
    ahead = site.akamai.now() + 3_600
    event = b'{"type":"akamai_siem","httpMessage":{"requestId":"1","start":"%d"}}' % ahead
    site.akamai.load_lines([event], stored_at=site.akamai.now() - 600)
    site.set_up()
    assert site.run()["records"] == 1
    assert "lag_seconds=0.000" in site.log_text()
    assert "lag_seconds=-" not in site.log_text()


@pytest.mark.parametrize("name", ["progress.json", "bulletin.json"])
def test_a_file_that_only_helps_may_be_of_any_kind(site: Site, name: str) -> None:
    """A folder in its place can be neither read nor replaced."""
    site.load(5_000)
    site.set_up()
    folder = site.home / "var" / "lib" / "splunk" / "modinputs" / KIND / f"ta_akamai_siem_{INPUT}"
    (folder / name).mkdir(parents=True)
    site.akamai.fault("status", status=401)
    assert site.run()["exit_code"] != 0
    assert site.run()["records"] == 5_000
    assert f"ta_akamai_siem_{INPUT}" not in site.splunk.messages()
    assert site.run()["exit_code"] == 0
