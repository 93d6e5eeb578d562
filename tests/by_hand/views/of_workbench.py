"""Opens each view that a workbench serves, in Chromium: `make workbench-views`.

An account, an input and an input of names are set up on its pages. Ends with 1 if a view or the
page of it fails, asks for anything outside, or shows less than it has to; if a filter changes
nothing; or if a click does not lead to the client. Pictures are in build/views/workbench.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

from playwright.sync_api import expect, sync_playwright

from tests import ROOT
from tests.by_hand.running_workbench import RunningWorkbench
from tests.product.browser.add_on_pages import AddOnPages
from tests.product.browser.conftest import CHROMIUM, QUIET

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

PICTURES = ROOT / "build" / "views" / "workbench"
WITHIN_MS = 180_000
INPUTS_HEIGHT = 165
COUNTING = ("overview", "tuning", "bots", "apis", "coverage", "operations")
"""Views that show something without being asked for anything."""
MAY_BE_EMPTY = {
    "overview": {"Blocked share against the days before, in %", "What got through"},
    "tuning": {"Thresholds"},
    "bots": {"Impersonators", "Many accounts from one client"},
    "coverage": {"Activations", "Hosts without protection"},
    "operations": {"Dropped by rule", "Gaps and replays", "Licence by input", "Retries and waits"},
}
"""Panels without rows: a workbench has no days before, no licence manager and no faults."""
NUMBER = '[data-test="majorValue"]'


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with (
        RunningWorkbench(os.environ["SEARCH_PYTHON"]) as workbench,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET)) as browser,
    ):
        context = browser.new_context(reduced_motion="reduce", timezone_id="UTC")
        context.set_default_timeout(WITHIN_MS)
        collect(context, workbench)
        views = Views(context, workbench.views)
        for name in COUNTING:
            views.open(name)
            wrong += told(name, views.faults(name, MAY_BE_EMPTY.get(name, set())))
        views.open("overview")
        wrong += told("overview, filtered", filtered(views))
        wrong += told("investigation", followed(views))
    return 1 if wrong else 0


def told(what: str, faults: list[str]) -> bool:
    print(f"{what:20} {'; '.join(faults) or 'as it has to be'}", flush=True)
    return bool(faults)


def collect(context: BrowserContext, workbench: RunningWorkbench) -> None:
    """Until events and names are indexed."""
    pages = AddOnPages(context.new_page(), workbench.address, *workbench.log_in)
    pages.open("configuration")
    pages.new_account("main")
    pages.fill(edgerc=workbench.edgerc, ca_bundle=workbench.certificate)
    pages.save()
    pages.open("inputs")
    pages.new_input("names", "akamai_siem_names")
    pages.choose("account", "main")
    pages.save()
    pages.new_input("shop")
    pages.choose("account", "main")
    pages.pick_configuration("Shop")
    pages.choose("start", "-12h")
    pages.save()
    for name, state in (("shop", "caught up"), ("names", "names up to date")):
        expect(pages.cell(name, "state")).to_contain_text(state, timeout=WITHIN_MS)


class Views:
    """A tab of the browser. `address`: of the server of the views."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self._address = address
        self.page: Page = context.new_page()
        self._said: list[str] = []
        self.page.on("pageerror", lambda error: self._said.append(f"error {error}"))
        self.page.on("requestfailed", lambda one: self._said.append(f"failed {one.url}"))
        self.page.on("request", lambda one: self._is_inside(one.url))
        self.page.on("console", lambda one: self._heard(one.type, one.text))

    def _is_inside(self, url: str) -> None:
        if not url.startswith((self._address, "data:", "blob:")):
            self._said.append(f"outside {url}")

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error":
            self._said.append(f"console {text}")

    def open(self, view: str) -> None:
        self._said.clear()
        self.page.set_viewport_size({"width": 1280, "height": self.height(view)})
        self.page.goto(f"{self._address}?view={view}")
        self.settle()

    def settle(self) -> None:
        """Until each search has ended and is drawn."""
        self.page.wait_for_function("window.validation")
        self.page.evaluate("window.settled()")

    def faults(self, picture: str, may_be_empty: set[str]) -> list[str]:
        """Of the view as it is now."""
        self.page.screenshot(path=PICTURES / f"{picture}.png")
        found = [f"empty: {title}" for title in self._value("empty()") if title not in may_be_empty]
        for what in ("validation", "failures", "untidy()"):
            found += [f"{what} {one}" for one in self._value(what)]
        return found + self._said

    def number(self) -> int:
        """The requests that it counts."""
        text = str(self.page.locator(NUMBER).first.inner_text())
        return int(re.sub(r"\D", "", text))

    def _value(self, name: str) -> list[Any]:
        return list(self.page.evaluate(f"window.{name}"))

    def height(self, view: str) -> int:
        with urlopen(f"{self._address}definition/{view}") as answer:
            blocks = [one["position"] for one in json.load(answer)["layout"]["structure"]]
        return INPUTS_HEIGHT + max(int(one["y"]) + int(one["h"]) for one in blocks)


def filtered(views: Views) -> list[str]:
    """By the action: fewer requests, all of them blocked."""
    before = views.number()
    chosen = views.page.locator('[data-test="input-item"]').filter(has_text="Action")
    chosen.locator('[data-test="select"]').click()
    views.page.get_by_role("option", name="blocked").click()
    views.settle()
    after = views.number()
    share = str(views.page.locator('#viz_blocked [data-test="majorValue"]').first.inner_text())
    found = views.faults("overview_blocked", MAY_BE_EMPTY["overview"])
    if not 0 < after < before:
        found.append(f"{before} requests, and {after} blocked ones")
    if share.rstrip("%") != "100":
        found.append(f"{share} of the blocked requests are blocked")
    return found


def followed(views: Views) -> list[str]:
    """A click on a client leads to its requests."""
    table = views.page.locator("#viz_top_clients")
    row = table.locator('[data-test="body"] [data-test="row"]').filter(has_not_text="unknown").first
    client, *_, requests, _blocked = map(str, row.locator('[data-test="cell"]').all_inner_texts())
    row.locator('[data-test="cell"]').first.click()
    views.page.wait_for_url("**view=investigation**")
    views.page.set_viewport_size({"width": 1280, "height": views.height("investigation")})
    views.settle()
    found = views.faults("investigation", {"Before it was blocked"})
    given = parse_qs(urlsplit(views.page.url).query)
    if given.get("form.value") != [client]:
        found.append(f"a click on {client} leads to {views.page.url}")
    if views.number() < int(requests):
        found.append(f"{views.number()} requests of a client that has {requests}")
    return found


if __name__ == "__main__":
    sys.exit(main())
