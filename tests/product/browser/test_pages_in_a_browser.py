"""The built pages in Chromium, with the real handlers behind them: mistakes, rows, protections."""

from __future__ import annotations

import re
import socket
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.product.browser.add_on_pages import AddOnPages
from tests.product.end_to_end.site import ACCOUNT, CHECKPOINTS, CONFIG_ID, INPUT, KIND, Site
from tests.product.messages import advice_of
from tests.standins.proxy import ProxyServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.standins.splunk_web.server import SplunkWeb

BACKFILL = "akamai_siem_backfill"
REFRESHED_MS = 30_000
"""Within which an open page shows what is new, on a busy machine."""
SECRETS = ("client_token", "client_secret", "access_token")


def edgerc(site: Site, **changed: str) -> str:
    values = {**site.account_values(), **changed}
    return "\n".join(["[default]", *(f"{key} = {values[key]}" for key in ("host", *SECRETS))])


def fill_account(pages: AddOnPages, site: Site, name: str = ACCOUNT, **changed: str) -> None:
    pages.new_account(name)
    pages.fill(edgerc=edgerc(site, **changed), ca_bundle=changed.get("ca_bundle", site.akamai.ca))


_BROKEN_WORDS = """body => {
  const found = [];
  const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    // For screen readers only.
    if (texts.currentNode.parentElement.getBoundingClientRect().width <= 1) continue;
    for (const word of texts.currentNode.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, word.index);
      range.setEnd(texts.currentNode, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) found.push(word[0]);
    }
  }
  return found;
}"""


def broken_words(pages: AddOnPages) -> list[str]:
    """The words of the table that are drawn on more than one line."""
    return list(pages.page.locator("table tbody").first.evaluate(_BROKEN_WORDS))


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
    pages.row(ACCOUNT).get_by_role("button", name="Test now").click()
    expect(pages.row(ACCOUNT)).to_contain_text("Type their ids")
    pages.shoot("warning-role")
    site.akamai.fault("status", status=401, mode="list", times=0)
    pages.row(ACCOUNT).get_by_role("button", name="Test now").click()
    expect(pages.row(ACCOUNT)).to_contain_text(re.compile(r"Refused, (\S+ )?\d\d:\d\d:\d\d: "))
    expect(pages.row(ACCOUNT)).to_contain_text(advice_of("credential.refused"))
    pages.shoot("account-refused-later")


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
        expect(pages.field("proxy_test")).to_contain_text(
            re.compile(r"Reached Akamai, \S+ \S+ Asia/Tokyo \(.*UTC\)\."), timeout=REFRESHED_MS
        )
        pages.shoot("proxy")


def collect_a_range(pages: AddOnPages, site: Site) -> None:
    """By a backfill that is given in relative times. Its row says how many events it brought."""
    pages.new_input("range", "akamai_siem_backfill")
    pages.choose_account("two")
    pages.type_ids(str(CONFIG_ID))
    said = pages.field("to").locator('[data-test="msg-markdown"]')
    pages.fill(**{"from": "-13h", "to": "now"})
    expect(said).to_contain_text("From (from) must be ")
    pages.fill(**{"from": "-2h"})
    zones = r"[\d:]+ Asia/Tokyo \(.*UTC\)"
    expect(said).to_have_text(
        re.compile(rf"If you save now: \S+ {zones} to \S+ {zones}, 1 h 59 min\.")
    )
    pages.shoot("backfill-range")
    pages.save()
    site.run(f"{BACKFILL}://range")
    expect(pages.cell("range", "state")).to_contain_text("finished", timeout=REFRESHED_MS)
    expect(pages.cell("range", "events")).to_have_text("30", timeout=REFRESHED_MS)
    # Splunk's switch is on; what the row says is that there is nothing left to do.
    assert status(pages, "range") == "Finished"


def collect_names(pages: AddOnPages, site: Site) -> None:
    """All names that the account can see. The row tells what Akamai does not send."""
    pages.new_input("names", "akamai_siem_names")
    pages.choose_account("two")
    pages.fill(interval="900")
    pages.shoot("names")
    pages.save()
    site.run("akamai_siem_names://names")
    expect(pages.cell("names", "state")).to_contain_text("names up to date", timeout=REFRESHED_MS)
    left_out = "Akamai leaves out of Main site"
    expect(pages.unfold("names").filter(has_text=left_out)).to_be_visible()
    pages.shoot("inputs-names")


def status(pages: AddOnPages, name: str) -> str:
    """The words beside the switch of a row: what the page's own style puts there, else the text."""
    drawn = pages.cell(name, "disabled").locator('[data-test="status"]')
    style = "each => getComputedStyle(each, '::after').content"
    return str(drawn.evaluate(style)).strip('"').replace("none", "") or drawn.inner_text()


def look_at_a_form_before_the_first_run(pages: AddOnPages, name: str) -> None:
    """There is no position that could be reset. The field's help leads to whoever explains it."""
    with pages.page.expect_response(re.compile(f"/TA_akamai_siem_{KIND}/{name}")):
        pages.act(name, "Edit")
    addresses = {
        field: str(pages.field(field).get_by_role("link").get_attribute("href"))
        for field in ("account", "config_ids")
    }
    assert all(each.startswith("https://techdocs.akamai.com/") for each in addresses.values())
    pages.reveal("mask")
    docs = pages.field("mask").get_by_role("link", name="What is masked")
    assert pages.page.request.get(str(docs.evaluate("each => each.href"))).ok
    pages.shoot("input-edited")
    expect(pages.field("reset_confirmed")).to_have_count(0)
    pages.cancel()


def look_for_what_is_not_there(pages: AddOnPages) -> None:
    """It is no first step that is missing then."""
    box = pages.page.locator('[data-test="search"] input')
    box.fill("no such input")
    expect(pages.page.get_by_text("No records found")).to_be_visible()
    box.fill("")
    expect(pages.row(INPUT)).to_be_visible()


def look_before_deleting(pages: AddOnPages, name: str) -> None:
    """The dialog says what becomes of the position."""
    pages.act(name, "Delete")
    expect(pages.dialog).to_contain_text("Its position is deleted too")
    pages.shoot("input-deleted")
    pages.dialog.get_by_role("button", name="Cancel").click()


def test_two_accounts_three_inputs(pages: AddOnPages, site: Site) -> None:
    """Clone, disable, delete. An account that is in use cannot be deleted; the page says why."""
    site.load(30, config_id=CONFIG_ID)
    pages.open("configuration")
    for name in ("one", "two"):
        fill_account(pages, site, name)
        pages.save()
    pages.open("inputs")
    expect(pages.page.get_by_text("No inputs yet. First step: add an account")).to_be_visible()
    expect(pages.page.get_by_text("No records found")).to_have_count(0)
    pages.shoot("inputs-none")
    pages.new_input(INPUT)
    expect(pages.dialog).not_to_contain_text("Start again")
    pages.choose_account("one")
    pages.pick_configuration("Main site")
    pages.choose("start", "-2h")
    pages.save()
    assert site.run()["records"] == 30
    pages.act(INPUT, "Clone")
    expect(pages.dialog).not_to_contain_text("Start again")
    pages.fill(name="copy")
    pages.save("Save")
    expect(pages.row("copy")).to_contain_text("starting")
    look_at_a_form_before_the_first_run(pages, "copy")
    collect_a_range(pages, site)
    pages.row("copy").get_by_role("switch").press("Space")
    expect(pages.cell("copy", "state")).to_contain_text("disabled", timeout=REFRESHED_MS)
    assert (status(pages, "copy"), status(pages, INPUT)) == ("Off", "On")
    assert broken_words(pages) == []
    look_for_what_is_not_there(pages)
    pages.shoot("inputs-three")
    expect(pages.unfold("range")).to_contain_text(re.compile(r"Tokyo \(.*UTC\) to \S+ .*UTC\)"))
    pages.shoot("input-backfill")
    collect_names(pages, site)
    pages.open("configuration")
    pages.delete("one")
    expect(pages.dialog).to_contain_text("copy (akamai_siem), first (akamai_siem)")
    pages.shoot("error-account-in-use")
    pages.open("inputs")
    look_before_deleting(pages, INPUT)
    for name in (INPUT, "copy"):
        pages.delete(name)
        expect(pages.row(name)).to_have_count(0)
    left = site.splunk.kv_documents(CHECKPOINTS).values()
    assert {each["input"]: each.get("reset") for each in left} == {
        f"{KIND}:{INPUT}": True,
        f"{KIND}:copy": True,
        f"{BACKFILL}:range": None,
        "akamai_siem_names:names": None,
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
    site.create_input(drop="path=/none")
    assert site.run()["records"] == 20
    site.akamai.fault("status", status=401, times=0)
    site.run()
    pages.open("inputs")
    expect(pages.cell(INPUT, "state")).to_have_text("credential refusedneeds attention")
    below = pages.unfold(INPUT)
    expect(below).to_contain_text("Akamai answered 'Not authorized")
    expect(below).to_contain_text(advice_of("credential.refused"))
    pages.shoot("input-needs-attention", 740)
    explained = below.get_by_role("link", name='About "credential refused"').get_attribute("href")
    answer = pages.page.request.get(str(explained).partition("#")[0])
    anchor = str(explained).partition("#")[2]
    assert f'<tr id="{anchor}">\n<td><code>credential.refused</code>' in answer.text()
    queries = {
        name: parse_qs(urlsplit(str(link.get_attribute("href"))).query)["q"][0]
        for name in ("Its events", "Its log", "What its rules would drop of them")
        for link in [below.get_by_role("link", name=name)]
    }
    previewed = queries.pop("What its rules would drop of them")
    assert previewed.startswith(f'search index="main" source="{KIND}://{INPUT}" | eval drop_')
    assert "These rules would have left out " in previewed
    assert queries == {
        "Its events": f'search index="main" source="{KIND}://{INPUT}"',
        "Its log": f'search index=_internal source="*ta_akamai_siem_{INPUT}.log"',
    }
    site.akamai.clear_faults()
    pages.act(INPUT, "Edit")
    pages.field("reset_confirmed").get_by_role("checkbox").click()
    assert "Start again from (reset)" in pages.refused("Update")
    pages.choose("reset", "-2h")
    pages.shoot("input-start-again")
    pages.save("Update")
    expect(pages.row(INPUT)).to_contain_text("starting")
    # The open page sees it by itself.
    assert site.run()["records"] == 20
    expect(pages.row(INPUT)).to_contain_text("caught up", timeout=REFRESHED_MS)
    expect(below).to_contain_text("collected everything that Akamai had")
    # It says so if it cannot any more.
    pages.page.route(f"**/TA_akamai_siem_{KIND}?*", lambda route: route.abort())
    expect(pages.cell(INPUT, "state")).to_contain_text("not refreshed since", timeout=REFRESHED_MS)
    expect(below).to_contain_text("Splunk does not answer")


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


def test_whoever_may_not_change_anything_is_offered_nothing(
    browser: Browser, web: SplunkWeb, site: Site
) -> None:
    """No button that splunkd would refuse, and no page that cannot be shown."""
    site.create_account()
    site.create_input()
    for user, sees in (("user", "but not the configuration"), ("auditor", "cannot change them")):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        pages = AddOnPages(context.new_page(), web.address, user, site.splunk.password)
        pages.page.goto(web.url("inputs"))
        pages.log_in()
        row = pages.row(INPUT)
        expect(row).to_be_visible()
        expect(pages.page.locator('[data-notice="rights"]')).to_contain_text(sees)
        expect(row.get_by_role("switch")).to_be_disabled()
        pages.shoot(f"inputs-{user}")
        offered = {each.inner_text() for each in pages.page.get_by_role("button").all()}
        assert not offered & {"Create New Input", "Activate all", "Deactivate all"}
        expect(row.get_by_role("button", name=re.compile("Edit|Clone|Delete"))).to_have_count(0)
        pages.page.goto(web.url("configuration"))
        if user == "user":
            expect(pages.page).to_have_url(re.compile("/inputs$"))
            expect(row).to_be_visible()
        else:
            expect(pages.row(ACCOUNT)).to_be_visible()
            expect(pages.page.get_by_role("button", name="Add", exact=True)).to_have_count(0)
            pages.tab("Proxy")
            expect(pages.field("proxy_url")).to_be_visible()
            expect(pages.page.get_by_role("button", name="Save")).to_have_count(0)
            pages.shoot(f"configuration-{user}")
        expect(pages.page.get_by_text("went wrong")).to_have_count(0)
        context.close()


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
    pages.choose_account(ACCOUNT)
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
