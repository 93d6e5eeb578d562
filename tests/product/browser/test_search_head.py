"""Two hosts: a heavy forwarder that collects, and a search head that searches what it indexed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from ta_akamai_siem.pages.search_side import ALIAS_PROPS, ALIAS_STANZA
from tests import ROOT
from tests.product.browser.add_on_pages import AddOnPages
from tests.product.browser.test_refusals import Form
from tests.product.end_to_end.compiled_app import BUILT_APP
from tests.product.end_to_end.site import CONFIG_ID, Site, splunk_with_the_app
from tests.standins.splunk import conf_file
from tests.standins.splunk_web.server import SplunkWeb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.standins.splunk.client import SplunkStandin

INDEX = "akamai"
SWITCHES = (
    *("search_watched", "search_alerts", "search_history", "search_aliased"),
    "search_accelerated",
)


@pytest.fixture
def forwarder(tmp_path: Path) -> Iterator[Site]:
    options = (f"--add-index={INDEX}", "--server-role=heavyweight_forwarder")
    with Site(tmp_path / "forwarder", *options) as running:
        yield running


@pytest.fixture
def search_head(tmp_path: Path, forwarder: Site) -> Iterator[SplunkStandin]:
    roles = ("--server-role=search_head", "--server-role=kv_store")
    with splunk_with_the_app(
        tmp_path / "search_head", "--manual", *roles, f"--search-peer={forwarder.home}"
    ) as running:
        yield running


@pytest.fixture
def web(search_head: SplunkStandin) -> Iterator[SplunkWeb]:
    with SplunkWeb(BUILT_APP, search_head.management) as running:
        yield running


@pytest.fixture
def pages(browser: Browser, web: SplunkWeb, search_head: SplunkStandin) -> Iterator[AddOnPages]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(30_000)
    yield AddOnPages(context.new_page(), web.address, search_head.user, search_head.password)
    context.close()


def local(search_head: SplunkStandin, conf: str) -> conf_file.Stanzas:
    return conf_file.read(
        search_head.home / "etc" / "apps" / "TA_akamai_siem" / "local" / f"{conf}.conf"
    )


def save(pages: AddOnPages) -> None:
    button = pages.page.locator("#searchTab").get_by_role("button", name="Save", exact=True)
    with pages.page.expect_response(
        lambda answer: "settings/search" in answer.url and answer.request.method == "POST"
    ) as answered:
        button.click()
    assert answered.value.ok, answered.value.text()
    # Only now has the framework drawn the form anew.
    expect(pages.page.locator('[data-test="toast"]')).to_be_visible()


def test_a_search_head(
    pages: AddOnPages, web: SplunkWeb, forwarder: Site, search_head: SplunkStandin
) -> None:
    forwarder.load(30, config_id=CONFIG_ID)
    forwarder.set_up(index=INDEX)
    assert forwarder.run()["records"] == 30
    pages.open("inputs")
    host, events = (pages.page.locator(f'[data-notice="{name}"]') for name in ("host", "events"))
    expect(host).to_contain_text("This host is a search head.")
    expect(host).to_contain_text("heavy forwarder")
    expect(events).to_contain_text(f"in the index {INDEX}")
    expect(pages.page.get_by_text("No inputs on this host.")).to_be_visible()
    pages.shoot("inputs-search-head")
    events.get_by_role("link").click()
    box = pages.field("search_indexes").get_by_role("combobox")
    expect(pages.field("search_indexes")).to_contain_text("main")
    box.click()
    label = re.compile(rf"{INDEX} \(30 events in 7 days, newest 20[0-9: -]+UTC\)")
    found = pages.page.get_by_role("option", name=label)
    expect(found).to_be_visible()
    pages.shoot("search-indexes")
    found.click()
    pages.page.keyboard.press("Escape")
    save(pages)
    expect(events).to_have_count(0)
    pages.page.goto(pages.page.url)
    expect(pages.field("search_indexes")).to_contain_text("30 events")
    pages.shoot("search")
    macro = local(search_head, "macros")["akamai_siem_index"]
    assert macro == {"definition": f"(index=main OR index={INDEX})"}
    switches(pages, search_head)
    refusals(pages, web, search_head)
    in_a_cluster(pages, search_head)
    in_splunk_cloud(pages, search_head)


def in_a_cluster(pages: AddOnPages, search_head: SplunkStandin) -> None:
    """It restarts as a member. The log-in of the page ends with it."""
    search_head.restart(roles="search_head,shc_member,kv_store")
    pages.page.context.clear_cookies()
    pages.open("inputs")
    notice = pages.page.locator('[data-notice="host"]')
    expect(notice).to_contain_text("This host is a member of a search head cluster.")
    expect(notice).to_contain_text("Create inputs on one heavy forwarder instead.")
    pages.shoot("inputs-cluster-member")


def in_splunk_cloud(pages: AddOnPages, search_head: SplunkStandin) -> None:
    """Its search heads run inputs: nothing advises against one, and the first step is named."""
    search_head.restart(roles="search_head,shc_member,kv_store", instance_type="cloud")
    pages.page.context.clear_cookies()
    pages.open("inputs")
    expect(pages.page.get_by_text("No inputs yet. First step: add an account")).to_be_visible()
    expect(pages.page.locator('[data-notice="host"]')).to_have_count(0)
    pages.shoot("inputs-cloud")


def switches(pages: AddOnPages, search_head: SplunkStandin) -> None:
    """On and off again: what is stored, and what the form shows of it."""
    pages.choose("search_web", "All")
    for name in SWITCHES:
        pages.field(name).get_by_role("checkbox").click()
    pages.field("search_history").evaluate("each => each.scrollIntoView({block: 'center'})")
    pages.shoot("take-over-search")
    save(pages)
    types = local(search_head, "eventtypes")
    assert types["akamai_siem_watched_attack"]["disabled"] == "0"
    assert "sourcetype=akamaisiem" in types["akamai_siem_rule"]["search"]
    assert "NOT action=blocked" not in types["akamai_siem_rule_web"]["search"]
    assert local(search_head, "props")["akamaisiem"]["KV_MODE"] == "json"
    assert types["akamai_siem_alert"]["disabled"] == "0"
    assert local(search_head, "props")["akamai:siem"] == {"EVAL-type": '"alert"'}
    assert local(search_head, "props")[ALIAS_STANZA] == ALIAS_PROPS
    accelerated = {"acceleration": "true", "acceleration.earliest_time": "-7d"}
    assert local(search_head, "datamodels")["Akamai_SIEM"] == accelerated
    events = local(search_head, "macros")["akamai_siem_events"]
    assert events == {"definition": "`akamai_siem_any_collector`"}
    pages.open("configuration")
    pages.tab("Search")
    expect(pages.field("search_web")).to_contain_text("All")
    for name in SWITCHES:
        box = pages.field(name).get_by_role("checkbox")
        expect(box).to_be_checked()
        box.click()
    pages.choose("search_web", "None")
    save(pages)
    types = local(search_head, "eventtypes")
    assert types["akamai_siem_watched_attack"]["disabled"] == "1"
    assert "akamaisiem" not in types["akamai_siem_rule"]["search"]
    assert types["akamai_siem_rule_web"]["disabled"] == "1"
    assert types["akamai_siem_alert"]["disabled"] == "1"
    assert local(search_head, "props") == {"akamai:siem": {"EVAL-type": "type"}}
    assert local(search_head, "datamodels")["Akamai_SIEM"]["acceleration"] == "false"
    events = local(search_head, "macros")["akamai_siem_events"]
    shipped = conf_file.read(ROOT / "default" / "macros.conf")["akamai_siem_events"]
    assert events["definition"] == shipped["definition"]


def refusals(pages: AddOnPages, web: SplunkWeb, search_head: SplunkStandin) -> None:
    form = Form(pages, "search", "Save", pages.page.locator("#searchTab"))
    box = pages.field("search_indexes").get_by_role("combobox")
    # The framework closes a list whose field is not wholly in sight.
    box.evaluate("each => each.scrollIntoView({block: 'center'})")
    box.fill("No Index")
    # By a click: if the list is closed, Enter saves the form.
    pages.page.get_by_role("option", name="No Index").first.click()
    pages.page.keyboard.press("Escape")
    expect(pages.field("search_indexes")).to_contain_text("No Index")
    assert "'No'" in form.refused("search_indexes")
    pages.shoot("refused-search")
    for _ in range(3):
        box.press("Backspace")
    assert form.refused("search_indexes") == "Indexes: select at least one."
    pages.choose("search_indexes", "main")
    pages.page.keyboard.press("Escape")
    # The administrator may not write to the app any more.
    key = search_head.new_session(role="sc_admin", deny=("POST configs/",))
    for login in web.logins.values():
        login.key = key
    assert "permission to change macro 'akamai_siem_index'" in form.refused()
    pages.shoot("refused-search-without-write-access")
