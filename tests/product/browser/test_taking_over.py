"""An account and an input are taken over from Akamai's connector, and each refusal is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.product.browser.test_refusals import Form, dialog
from tests.product.end_to_end.site import ACCOUNT, CONFIG_ID, INPUT, KIND, Site
from tests.standins.connector.app import SECRETS
from tests.standins.connector.connector import HIDDEN, Connector

if TYPE_CHECKING:
    from tests.product.browser.add_on_pages import AddOnPages
    from tests.standins.splunk_web.server import SplunkWeb

THEIRS = "edge"
ANOTHER = "another"
HOUR = 3600.0
REFRESHED_MS = 30_000
RANGE = {"initial_epoch_time": "1750000000", "final_epoch_time": "1750003600"}


@pytest.fixture
def height() -> int:
    return 800


def installed(site: Site) -> Connector:
    """The connector beside our app, with an input that has not run yet."""
    found = Connector(site.splunk, site.akamai)
    found.create_input(THEIRS, str(CONFIG_ID), proxy_host="proxy.example.com", proxy_port="8080")
    return found


def refused(opened: Form, told: str) -> None:
    """The field that was filled is marked, not `start`, which it sets. The form stays as it is."""
    for folded in (False, True):
        opened.fold(folded=folded)
        assert told in opened.refused("connector")


def test_an_account_and_an_input(pages: AddOnPages, web: SplunkWeb, site: Site) -> None:
    # Before Akamai has issued an offset, because no event is stored behind one.
    site.load(5, ago=60, config_id=CONFIG_ID)
    connector = the_account(pages, site)
    site.push_account(ANOTHER, host="akab-another.luna.akamaiapis.net")
    the_input(pages, site, connector)
    no_secret_was_served(web, site)


def the_account(pages: AddOnPages, site: Site) -> Connector:
    connector = installed(site)
    pages.open("configuration")
    opened = dialog(pages, "account")
    pages.new_account(ACCOUNT)
    opened.fold(folded=False)
    pages.fill(ca_bundle=site.akamai.ca, edgerc="[default]")
    pages.choose("connector", THEIRS)
    refused(opened, "not both")
    pages.fill(edgerc="")
    connector.edit(THEIRS, client_secret=HIDDEN)
    refused(opened, "no stored client_secret")
    connector.uninstall()
    refused(opened, f"no input '{THEIRS}'")
    connector = installed(site)
    opened.fold(folded=False)
    opened.forget_the_last()
    pages.field("connector").scroll_into_view_if_needed()
    expect(pages.field("connector")).to_contain_text("still enabled")
    pages.shoot("take-over-account")
    pages.save()
    row = pages.row(ACCOUNT)
    for told in ("Accepted, ", str(CONFIG_ID), "proxy.example.com:8080"):
        expect(row).to_contain_text(told)
    return connector


def the_input(pages: AddOnPages, site: Site, connector: Connector) -> None:
    pages.open("inputs")
    pages.new_input(INPUT)
    opened = dialog(pages, KIND)
    pages.choose_account(ANOTHER)
    opened.fold(folded=False)
    pages.choose("connector", THEIRS)
    pages.type_ids("7")
    assert "still enabled" in pages.refused()
    # The framework asks for the list again when it draws the group again.
    expect(pages.field("connector")).to_contain_text("still enabled")
    pages.shoot("take-over-refused")
    refused(opened, "still enabled")
    connector.switch(THEIRS, enabled=False)
    connector.edit(THEIRS, **RANGE)
    refused(opened, "final_epoch_time")
    connector.edit(THEIRS, **dict.fromkeys(RANGE, ""))
    refused(opened, site.akamai.host)
    # The list of ids belongs to the account.
    pages.choose_account(ACCOUNT)
    pages.pick_configuration("Zoo")
    refused(opened, f"configurations {CONFIG_ID}")
    pages.cancel()
    pages.new_input(INPUT)
    pages.choose_account(ACCOUNT)
    pages.type_ids(str(CONFIG_ID))
    opened.fold(folded=False)
    pages.choose("connector", THEIRS)
    expect(pages.field("connector")).to_contain_text("disabled")
    pages.field("connector").scroll_into_view_if_needed()
    pages.shoot("take-over-input")
    refused(opened, "no stored offset")
    position = site.akamai.mint_token(site.akamai.now() - HOUR, CONFIG_ID)
    connector.set_state(THEIRS, offset=position)
    pages.save()
    assert site.run()["records"] == 5
    expect(pages.cell(INPUT, "state")).to_contain_text("caught up", timeout=REFRESHED_MS)
    pages.act(INPUT, "Edit")
    said = f"At the position of the connector's input '{THEIRS}'."
    expect(pages.field("start")).to_contain_text(said)
    pages.cancel()
    gone(pages, opened, connector)


def gone(pages: AddOnPages, opened: Form, connector: Connector) -> None:
    """The app is removed while the form is open; then it is not offered any more."""
    pages.new_input("second")
    pages.choose_account(ACCOUNT)
    opened.fold(folded=False)
    pages.choose("connector", THEIRS)
    pages.type_ids(str(CONFIG_ID))
    connector.uninstall()
    refused(opened, f"no input '{THEIRS}'")
    pages.cancel()
    pages.open("configuration")
    pages.new_account("second")
    dialog(pages, "account").fold(folded=False)
    pages.field("connector").get_by_role("combobox").click()
    expect(pages.page.get_by_role("option")).to_have_count(0)
    pages.shoot("account-connector-none")


def no_secret_was_served(web: SplunkWeb, site: Site) -> None:
    held = [each.body for each in web.served]
    for secret in (getattr(site.akamai, name) for name in SECRETS):
        spellings = {secret.encode(), quote(secret, safe="").encode()}
        assert not any(each in body for body in held for each in spellings)
