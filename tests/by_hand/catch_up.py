"""Pictures of a catch-up under way, two minutes apart, of a page that is never loaded again:
`make catch-up` writes them to build/browser/. 1: the row did not move.
"""

from __future__ import annotations

import json
import re
import sys
import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect, sync_playwright

from tests.by_hand.running_workbench import RunningWorkbench
from tests.product.browser.add_on_pages import SCREENSHOTS, AddOnPages
from tests.product.browser.conftest import CHROMIUM, QUIET
from tests.product.browser.test_first_run import ACCOUNT, events_so_far, stay_on

if TYPE_CHECKING:
    from playwright.sync_api import Browser

APART_S = 120
PACE = "10"
"""Events per second: what the workbench has at its start lasts three minutes."""
NAME = "catch-up"
WITHIN_MS = 120_000


def main() -> int:
    with RunningWorkbench() as workbench, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        moments = watched(browser, workbench)
        browser.close()
    for each in moments:
        print(json.dumps(each))
    (SCREENSHOTS / "catch_up.json").write_text(json.dumps(moments) + "\n", encoding="utf-8")
    first, second = (each["events"] for each in moments)
    print(f"The same page, {APART_S} s apart: {first} and {second} events so far.")
    return 0 if 0 < int(first) < int(second) else 1


def watched(browser: Browser, workbench: RunningWorkbench) -> list[dict[str, str]]:
    """What the row and what is below it have at both moments."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(WITHIN_MS)
    pages = AddOnPages(context.new_page(), workbench.address, *workbench.log_in)
    set_up(pages, workbench)
    stay_on(pages.page)
    moments = [moment(pages, 1)]
    # Time that a person would wait in front of the page; nothing is synchronised by it.
    time.sleep(APART_S)
    moments.append(moment(pages, 2))
    assert pages.page.evaluate("window.isTheSamePage") is True
    context.close()
    return moments


def set_up(pages: AddOnPages, workbench: RunningWorkbench) -> None:
    pages.open("configuration")
    pages.new_account(ACCOUNT)
    pages.fill(edgerc=workbench.edgerc, ca_bundle=workbench.certificate)
    pages.save()
    pages.open("inputs")
    pages.new_input(NAME)
    pages.choose("account", ACCOUNT)
    pages.pick_configuration("Shop")
    pages.choose("start", "-12h")
    pages.fill(limit="100", max_events_per_second=PACE)
    pages.save()
    events_so_far(pages, NAME)
    pages.unfold(NAME)


def moment(pages: AddOnPages, number: int) -> dict[str, str]:
    events = events_so_far(pages, NAME)
    below = pages.page.get_by_role("row").filter(has_text="As of ")
    expect(below).to_contain_text("events per second")
    pages.shoot(f"catch-up-{number}-of-2")
    return {
        "at": time.strftime("%H:%M:%S"),
        "events": str(events),
        "state": re.sub(r"\s+", " ", str(pages.cell(NAME, "state").inner_text())),
        "newest event": str(pages.cell(NAME, "last_event").inner_text()),
        "explanation": str(below.locator("p").first.inner_text()),
    }


if __name__ == "__main__":
    sys.exit(main())
