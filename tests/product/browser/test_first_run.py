"""From `make workbench`, nothing configured, to the first event: how many clicks and seconds."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.by_hand.running_workbench import RunningWorkbench
from tests.product.browser.add_on_pages import SCREENSHOTS, AddOnPages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CLICKS_AT_MOST = 14
EXAMPLE = """[default]
client_secret = dGhpcyBpcyBubyBzZWNyZXQsIGp1c3QgdGV4dC4uLg=
host = akab-example.luna.akamaiapis.net
access_token = akab-access-token-example
client_token = akab-client-token-example"""
"""For the picture in docs/images."""
ACCOUNT, INPUT = "main", "first"
SHOWN_WITHIN = 120.0
"""Seconds from saving the input until its row must show the newest event."""


def first_event_shown(pages: AddOnPages) -> None:
    """Reload the page until its row shows the newest event: a row is as old as its page."""
    deadline = time.monotonic() + SHOWN_WITHIN
    while True:
        pages.open("inputs")
        row = pages.row(INPUT)
        expect(row).to_be_visible()
        if "UTC" in row.inner_text():
            return
        assert time.monotonic() < deadline, row.inner_text()


def test_from_nothing_to_the_first_event(browser: Browser) -> None:
    with RunningWorkbench() as workbench:
        context = browser.new_context(
            viewport={"width": 1280, "height": 1000}, reduced_motion="reduce"
        )
        pages = AddOnPages(context.new_page(), workbench.address, *workbench.log_in)
        pages.open("configuration")
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
        pages.choose("account", ACCOUNT)
        pages.pick_configuration("Main site")
        pages.fill(start="-1h")
        pages.shoot("input")
        pages.save()
        first_event_shown(pages)
        figures = {
            "clicks": pages.clicks - before,
            "seconds": round(time.monotonic() - began, 1),
        }
        pages.shoot("inputs")
        context.close()
        indexed = workbench.folder / "splunk" / "var" / "lib" / "splunk" / "main" / "records.ndjson"
        first = json.loads(indexed.read_text(encoding="utf-8").splitlines()[0])
        assert json.loads(first["raw"])["type"] == "akamai_siem"
    print(f"\nfrom nothing to the first event: {figures}")
    (SCREENSHOTS / "first_run.json").write_text(json.dumps(figures) + "\n", encoding="utf-8")
    assert 0 < figures["clicks"] <= CLICKS_AT_MOST
