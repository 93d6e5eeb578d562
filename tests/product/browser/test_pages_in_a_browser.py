"""The built pages in Chromium, with the real handlers behind them: mistakes, rows, protections."""

from __future__ import annotations

import json
import re
import socket
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from ta_akamai_siem.setting_labels import labelled
from tests import ROOT
from tests.product.browser.add_on_pages import AddOnPages
from tests.product.end_to_end.site import ACCOUNT, CHECKPOINTS, CONFIG_ID, INPUT, KIND, Site
from tests.product.messages import advice_of, advises
from tests.standins.proxy import ProxyServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.standins.splunk_web.server import SplunkWeb

SECRETS = ("client_token", "client_secret", "access_token")


def edgerc(site: Site, **changed: str) -> str:
    values = {**site.account_values(), **changed}
    return "\n".join(["[default]", *(f"{key} = {values[key]}" for key in ("host", *SECRETS))])


def fill_account(pages: AddOnPages, site: Site, name: str = ACCOUNT, **changed: str) -> None:
    pages.new_account(name)
    pages.fill(edgerc=edgerc(site, **changed), ca_bundle=changed.get("ca_bundle", site.akamai.ca))


def message_of_the_form(tab: str, field: str) -> str:
    """The form's message for a value that does not match its pattern, from globalConfig.json."""
    pages = json.loads((ROOT / "globalConfig.json").read_text(encoding="utf-8"))["pages"]
    (form,) = [each for each in pages["configuration"]["tabs"] if each.get("name") == tab]
    (entity,) = [each for each in form["entity"] if each["field"] == field]
    (message,) = [each["errorMsg"] for each in entity["validators"] if each["type"] == "regex"]
    return str(message)


def test_every_mistake_of_an_account_is_explained(pages: AddOnPages, site: Site) -> None:
    wrong = "wrong" + site.akamai.client_secret[5:]
    pages.open("configuration")
    for name, change, told in (
        ("wrong-secret", {"client_secret": wrong}, advice_of("credential.refused")),
        ("untrusted-certificate", {"ca_bundle": ""}, advice_of("certificate.untrusted")),
        ("wrong-ca-bundle", {"ca_bundle": "/no.pem"}, labelled("ca_bundle")),
    ):
        fill_account(pages, site, **change)
        text = pages.refused()
        assert told in text
        assert wrong not in text
        pages.shoot(f"error-{name}")
        pages.cancel()
    for name, values, told in (
        ("credential-file-cut", {"edgerc": edgerc(site)[:60]}, "[default]"),
        ("credential-file-none", {"edgerc": "{}\n= x"}, "'[section]'"),
        ("values-missing", {"host": site.akamai.host}, labelled("client_secret")),
        ("host-no-name", {"host": "https://a/b"}, message_of_the_form("account", "host")),
    ):
        pages.new_account(ACCOUNT)
        pages.fill(**values)
        assert told in pages.refused()
        pages.shoot(f"error-{name}")
        pages.cancel()
    pages.page.get_by_role("button", name="Add", exact=True).first.click()
    assert "Name" in pages.refused()
    pages.cancel()


def test_a_host_that_nobody_knows(pages: AddOnPages, site: Site) -> None:
    """If the name service answers; if it does not, the account is saved."""
    pages.open("configuration")
    fill_account(pages, site, host="no-such-host.invalid")
    pages.dialog.get_by_role("button", name="Add", exact=True).click()
    refused = pages.dialog.get_by_text(advice_of("host.unknown"))
    saved = pages.row(ACCOUNT).get_by_text("Not verified")
    expect(refused.or_(saved).first).to_be_visible()
    pages.shoot("error-unknown-host")


def test_what_may_be_different_in_a_minute_is_saved_with_a_warning(
    pages: AddOnPages, site: Site
) -> None:
    pages.open("configuration")
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        fill_account(pages, site, host=f"127.0.0.1:{taken.getsockname()[1]}")
        pages.save()
    expect(pages.row(ACCOUNT)).to_contain_text("Not verified")
    expect(pages.row(ACCOUNT)).to_contain_text(advice_of("server.unreachable"))
    pages.shoot("warning-not-verified")
    site.akamai.set_clock(skew_s=-600)
    pages.act(ACCOUNT, "Edit")
    pages.fill(edgerc=edgerc(site))
    pages.save("Update")
    expect(pages.row(ACCOUNT)).to_contain_text("s fast")
    expect(pages.row(ACCOUNT)).to_contain_text(advice_of("clock.skewed"))
    pages.shoot("warning-clock")
    site.akamai.set_clock(skew_s=0)
    site.akamai.configurations(listable=False)
    pages.act(ACCOUNT, "Edit")
    pages.save("Update")
    expect(pages.row(ACCOUNT)).to_contain_text("Type their ids")
    pages.shoot("warning-role")


def test_a_proxy_is_tried_when_it_is_saved(pages: AddOnPages, site: Site) -> None:
    site.create_account()
    with ProxyServer("http", "someone", "right") as proxy:
        pages.open("configuration")
        pages.tab("Proxy")
        pages.field("proxy_enabled").get_by_role("checkbox").click()
        pages.fill(
            proxy_url="127.0.0.1",
            proxy_port=str(proxy.port),
            proxy_username="someone",
            proxy_password="wrong",
        )
        save = pages.page.get_by_role("button", name="Save")
        save.click()
        expect(pages.page.get_by_text(advice_of("proxy.refused"))).to_be_visible()
        pages.shoot("error-proxy")
        pages.fill(proxy_password="right")
        save.click()
        expect(pages.page.get_by_text(advice_of("proxy.refused"))).to_be_hidden()
        expect(save).to_be_enabled()
        pages.open("configuration")
        pages.tab("Proxy")
        tested = pages.field("proxy_test").get_by_role("textbox")
        expect(tested).to_have_value(re.compile("^Reached Akamai"))
        pages.shoot("proxy")


def test_every_mistake_of_an_input_is_explained(pages: AddOnPages, site: Site) -> None:
    site.push_account()
    site.akamai.configurations(known=[7, CONFIG_ID], forbidden=[5], listable=False)
    pages.open("inputs")
    pages.new_input(INPUT)
    pages.choose("account", ACCOUNT)
    expect(pages.page.get_by_text("Type the ids")).to_be_visible()
    pages.shoot("error-list-of-configurations")
    pages.type_ids("404404")
    assert advises(pages.refused(), "configuration.unknown")
    pages.shoot("error-unknown-configuration")
    pages.cancel()
    pages.new_input(INPUT)
    pages.choose("account", ACCOUNT)
    pages.type_ids("5")
    assert advises(pages.refused(), "permission.missing")
    pages.shoot("error-missing-role")
    pages.fill(start="-13h")
    assert "from -1s to -12h" in pages.refused()
    pages.fill(start="yesterday")
    assert "start" in pages.refused().lower()
    pages.cancel()
    assert site.splunk.entries("data", "inputs", KIND) == {}


def test_two_accounts_three_inputs(pages: AddOnPages, site: Site) -> None:
    """Clone, disable, delete. An account that is in use cannot be deleted; the page says why."""
    site.load(30, config_id=CONFIG_ID)
    pages.open("configuration")
    for name in ("one", "two"):
        fill_account(pages, site, name)
        pages.save()
    pages.open("inputs")
    pages.new_input(INPUT)
    pages.choose("account", "one")
    pages.pick_configuration("Main site")
    pages.fill(start="-2h")
    pages.save()
    assert site.run()["records"] == 30
    pages.act(INPUT, "Clone")
    pages.fill(name="copy")
    pages.save("Save")
    expect(pages.row("copy")).to_contain_text("has not run yet")
    pages.new_input("range", "akamai_siem_backfill")
    pages.choose("account", "two")
    pages.type_ids(str(CONFIG_ID))
    now = int(site.akamai.now())
    pages.fill(**{"from": str(now - 3_600), "to": str(now - 60)})
    pages.save()
    expect(pages.row("range")).to_contain_text("has not run yet")
    pages.row("copy").get_by_role("switch").press("Space")
    expect(pages.row("copy")).to_contain_text("Inactive")
    pages.open("inputs")
    expect(pages.row("copy")).to_contain_text("disabled")
    pages.shoot("inputs-three")
    pages.open("configuration")
    pages.delete("one")
    expect(pages.dialog).to_contain_text("copy (akamai_siem), first (akamai_siem)")
    pages.shoot("error-account-in-use")
    pages.open("inputs")
    for name in (INPUT, "copy"):
        pages.delete(name)
        expect(pages.row(name)).to_have_count(0)
    left = site.splunk.kv_documents(CHECKPOINTS).values()
    assert {each["input"]: each.get("reset") for each in left} == {
        f"{KIND}:{name}": True for name in (INPUT, "copy")
    }
    pages.open("configuration")
    pages.delete("one")
    expect(pages.row("one")).to_have_count(0)
    expect(pages.row("two")).to_have_count(1)


def test_an_edit_keeps_secrets_that_are_masked(pages: AddOnPages, site: Site) -> None:
    site.load(20, config_id=CONFIG_ID)
    site.create_account()
    site.create_input()
    pages.open("configuration")
    pages.act(ACCOUNT, "Edit")
    pages.reveal("client_secret")
    for name in SECRETS:
        shown = pages.field(name).get_by_role("textbox").first.input_value()
        assert shown == "******"
    pages.shoot("account-edited")
    pages.save("Update")
    expect(pages.row(ACCOUNT)).to_contain_text("Accepted, ")
    assert site.run()["records"] == 20


def test_a_row_needs_attention_and_starts_again(pages: AddOnPages, site: Site) -> None:
    site.load(20, config_id=CONFIG_ID)
    site.create_account()
    site.create_input()
    assert site.run()["records"] == 20
    site.akamai.fault("status", status=401, times=0)
    site.run()
    pages.open("inputs")
    expect(pages.row(INPUT)).to_contain_text("needs attention: Akamai answered 'Not authorized")
    pages.shoot("input-needs-attention")
    site.akamai.clear_faults()
    pages.act(INPUT, "Edit")
    pages.fill(reset="-2h")
    assert "Yes, start again" in pages.refused("Update")
    pages.shoot("input-start-again")
    pages.field("reset_confirmed").get_by_role("checkbox").click()
    pages.save("Update")
    expect(pages.row(INPUT)).to_contain_text("has not run yet")
    assert site.run()["records"] == 20


def test_by_keyboard_alone(pages: AddOnPages, site: Site) -> None:
    """From the page to a saved account with the keyboard alone."""
    pages.open("configuration")
    keyboard = pages.page.keyboard

    def focus(locator: object) -> None:
        for _ in range(60):
            if locator.evaluate("each => each === document.activeElement"):  # type: ignore[attr-defined]
                return
            keyboard.press("Tab")
        pytest.fail("it cannot be reached by the keyboard")

    before = pages.clicks
    focus(pages.page.get_by_role("button", name="Add", exact=True).first)
    keyboard.press("Enter")
    expect(pages.dialog).to_be_visible()
    focus(pages.field("name").get_by_role("textbox"))
    keyboard.type(ACCOUNT)
    focus(pages.field("edgerc").get_by_role("textbox").first)
    keyboard.insert_text(edgerc(site))
    focus(pages.dialog.get_by_role("button", name="Advanced"))
    keyboard.press("Enter")
    focus(pages.field("ca_bundle").get_by_role("textbox").first)
    keyboard.insert_text(site.akamai.ca)
    focus(pages.dialog.get_by_role("button", name="Add", exact=True))
    keyboard.press("Enter")
    expect(pages.row(ACCOUNT)).to_contain_text("Accepted, ")
    # Pressing Enter on a button counts as a click of its own, without a pointer.
    assert pages.clicks - before <= 3


def test_both_themes(browser: Browser, web: SplunkWeb, site: Site) -> None:
    site.create_account()
    shades = {}
    for theme in ("light", "dark"):
        web.theme = theme
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        pages = AddOnPages(context.new_page(), web.address, site.splunk.user, site.splunk.password)
        pages.open("configuration")
        expect(pages.row(ACCOUNT)).to_be_visible()
        pages.shoot(f"accounts-{theme}")
        cell = pages.row(ACCOUNT).get_by_role("cell").first
        shades[theme] = cell.evaluate("each => getComputedStyle(each).color")
        context.close()
    assert shades["light"] != shades["dark"]


def test_an_analyst_sees_inputs_and_changes_nothing(pages: AddOnPages, site: Site) -> None:
    site.create_account()
    site.create_input()
    pages.open("inputs", user="user")
    expect(pages.row(INPUT)).to_be_visible()
    pages.delete(INPUT)
    expect(pages.dialog).to_contain_text("do not have permission")
    assert INPUT in site.splunk.entries("data", "inputs", KIND)


def test_no_secret_comes_back(pages: AddOnPages, web: SplunkWeb, site: Site) -> None:
    """Not in a response, a page's source, a log, or in clear text in a conf file."""
    site.load(10, config_id=CONFIG_ID)
    pages.open("configuration")
    fill_account(pages, site, client_secret="wrong" + site.akamai.client_secret[5:])
    pages.refused()
    pages.fill(edgerc=edgerc(site))
    pages.save()
    pages.act(ACCOUNT, "Edit")
    pages.reveal("client_secret")
    sources = [pages.page.content()]
    pages.cancel()
    pages.open("inputs")
    pages.new_input(INPUT)
    pages.choose("account", ACCOUNT)
    pages.pick_configuration("Main site")
    pages.save()
    site.run()
    sources.append(pages.page.content())
    held = {f"page {number}": text.encode() for number, text in enumerate(sources)}
    held |= {f"{number} {each.call}": each.body for number, each in enumerate(web.served)}
    for folder in (site.home / "var" / "log", site.home / "etc" / "apps"):
        for path in folder.rglob("*"):
            if path.is_file():
                held[str(path)] = path.read_bytes()
    assert any("_account" in name for name in held)
    for secret in (getattr(site.akamai, name) for name in SECRETS):
        spellings = {secret.encode(), quote(secret, safe="").encode()}
        found = [name for name, body in held.items() if any(each in body for each in spellings)]
        assert found == []
