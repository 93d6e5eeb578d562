"""From `make workbench`, nothing configured, with the defaults of a newcomer: clicks, and seconds
until an event is indexed and until the open page shows it. Meanwhile, a catch-up in progress.

The page is never loaded again once the input is saved.
"""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.by_hand.running_workbench import RunningWorkbench
from tests.product.browser.add_on_pages import SCREENSHOTS, AddOnPages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CLICKS_AT_MOST = 11
EXAMPLE = """[default]
client_secret = dGhpcyBpcyBubyBzZWNyZXQsIGp1c3QgdGV4dC4uLg=
host = akab-example.luna.akamaiapis.net
access_token = akab-access-token-example
client_token = akab-client-token-example"""
"""For the picture in docs/images."""
ACCOUNT, INPUT, CATCH_UP = "main", "first", "catch-up"
TABLE = 400
"""Height of a picture of the table."""
WITHIN_MS = 120_000
"""From saving the input: one interval, and what a busy machine needs beside it."""


def has_indexed(workbench: RunningWorkbench, name: str) -> bool:
    """Whether an event of that input is in the index."""
    path = workbench.folder / "splunk" / "var" / "lib" / "splunk" / "main" / "records.ndjson"
    wanted = f'"akamai_siem://{name}"'
    return path.is_file() and wanted in path.read_text(encoding="utf-8")


def seconds_until_indexed(workbench: RunningWorkbench, name: str, since: float) -> float:
    deadline = since + WITHIN_MS / 1000
    while not has_indexed(workbench, name):
        assert time.monotonic() < deadline, "no event of the input was indexed"
        time.sleep(0.1)
    return time.monotonic() - since


def stay_on(page: Page) -> None:
    """A mark that is gone once the page is loaded again."""
    page.evaluate("window.isTheSamePage = true")


def events_so_far(pages: AddOnPages, name: str) -> int:
    """Of a run under way, as the row shows them."""
    cell = pages.cell(name, "events")
    expect(cell).to_contain_text("so far", timeout=WITHIN_MS)
    return int(str(cell.inner_text()).split()[0].replace(",", ""))


def test_from_nothing_to_the_first_event(browser: Browser) -> None:
    with RunningWorkbench() as workbench:
        context = browser.new_context(
            viewport={"width": 1280, "height": 1000}, reduced_motion="reduce"
        )
        pages = AddOnPages(context.new_page(), workbench.address, *workbench.log_in)
        pages.open("configuration")
        expect(pages.page.get_by_text("OpenAPI.json")).to_be_hidden()
        began, before = time.monotonic(), pages.clicks
        pages.new_account(ACCOUNT)
        pages.fill(edgerc=EXAMPLE)
        pages.shoot("account")
        pages.fill(edgerc=workbench.edgerc, ca_bundle=workbench.certificate)
        pages.save()
        expect(pages.row(ACCOUNT)).to_contain_text("Accepted, ")
        pages.shoot("accounts")
        pages.open("inputs")
        pages.new_input(INPUT)
        pages.choose_account(ACCOUNT)
        pages.pick_configuration("Main site")
        pages.shoot("input")
        pages.save()
        saved, clicks = time.monotonic(), pages.clicks - before
        stay_on(pages.page)
        expect(pages.cell(INPUT, "state")).to_contain_text(
            re.compile(r"waiting for the first events\s*since [\d:]+, next run in \d+ s"),
            timeout=WITHIN_MS,
        )
        pages.shoot("first-minute", TABLE)
        moments = catch_up(pages)
        indexed = seconds_until_indexed(workbench, INPUT, saved)
        expect(pages.cell(INPUT, "last_event")).to_contain_text(
            re.compile(r"\d\d:\d\d:\d\d"), timeout=WITHIN_MS
        )
        shown = time.monotonic() - saved
        expect(pages.cell(INPUT, "state")).to_contain_text("caught up")
        pages.shoot("inputs", TABLE)
        assert pages.page.evaluate("window.isTheSamePage") is True
        context.close()
    figures = {
        "clicks": clicks,
        "seconds until the input is saved": round(saved - began, 1),
        "seconds from there until an event is indexed": round(indexed, 1),
        "seconds from there until the open page shows it": round(shown, 1),
    }
    print(f"\nfrom nothing to the first event: {figures}")
    print(f"events of a catch-up at two moments of the same page: {moments}")
    (SCREENSHOTS / "first_run.json").write_text(json.dumps(figures) + "\n", encoding="utf-8")
    assert 0 < clicks <= CLICKS_AT_MOST
    assert 0 < indexed <= shown
    assert 0 < moments[0] < moments[1]


def catch_up(pages: AddOnPages) -> tuple[int, int]:
    """Start an input that has a while to do, and see it move. The events at two moments."""
    pages.new_input(CATCH_UP)
    pages.choose_account(ACCOUNT)
    pages.pick_configuration("Shop")
    pages.choose("start", "-12h")
    pages.fill(limit="100", max_events_per_second="100")
    pages.save()
    first = events_so_far(pages, CATCH_UP)
    pages.shoot("catch-up-1", TABLE)
    expect(pages.cell(CATCH_UP, "events")).not_to_contain_text(
        re.compile(rf"^{first:,} so far"), timeout=WITHIN_MS
    )
    second = events_so_far(pages, CATCH_UP)
    pages.shoot("catch-up-2", TABLE)
    return first, second
