"""A browser, Splunk Web's stand-in, and a site behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.environments import BROWSER, require

require("playwright", BROWSER)

from playwright.sync_api import expect, sync_playwright  # noqa: E402 - after it is required

from tests.product.browser.add_on_pages import AddOnPages  # noqa: E402 - likewise
from tests.product.end_to_end.compiled_app import BUILT_APP  # noqa: E402 - likewise
from tests.product.end_to_end.site import CONFIG_ID, Site  # noqa: E402 - likewise
from tests.standins.splunk_web.server import SplunkWeb  # noqa: E402 - likewise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)
"""No connections to hosts outside; root needs to run without a sandbox."""
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session", autouse=True)
def _built(built_app: None) -> None:
    """Every page is a built one."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Site(tmp_path) as running:
        running.akamai.configurations(
            known=[7, CONFIG_ID], names={7: "Zoo", CONFIG_ID: "Main site"}
        )
        yield running


@pytest.fixture
def web(site: Site) -> Iterator[SplunkWeb]:
    with SplunkWeb(BUILT_APP, site.splunk.management) as running:
        yield running


@pytest.fixture
def height() -> int:
    """Pixels of the browser's window; a file whose tests need another overrides it."""
    return 1000


@pytest.fixture
def pages(browser: Browser, web: SplunkWeb, site: Site, height: int) -> Iterator[AddOnPages]:
    context = browser.new_context(
        viewport={"width": 1280, "height": height},
        reduced_motion="reduce",
        timezone_id="Asia/Tokyo",
    )
    context.set_default_timeout(30_000)
    yield AddOnPages(context.new_page(), web.address, site.splunk.user, site.splunk.password)
    context.close()
