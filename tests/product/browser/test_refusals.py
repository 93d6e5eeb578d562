"""Every refusal is in sight at 1280x800, whole, names its field and marks it.

Groups are unfolded and the form scrolled to its end, as after a person has filled all of it; then the
same with every group folded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.product.browser.add_on_pages import AddOnPages
from tests.product.browser.refusals import form, wrong_values
from tests.product.browser.test_pages_in_a_browser import edgerc
from tests.product.end_to_end.site import ACCOUNT, CONFIG_ID, INPUT, KIND, Site
from tests.standins.proxy import ProxyServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

    from tests.standins.splunk_web.server import SplunkWeb

NOISE = re.compile(r"Traceback|<class|_ssl\.c|Errno|REST Error|python\.log|NoneType|\bat 0x")
IN_SIGHT = """each => {
  const {left, top, right, bottom, width} = each.getBoundingClientRect();
  const inside = width > 0 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  const points = [[left + 8, top + 4], [(left + right) / 2, (top + bottom) / 2], [right - 8, bottom - 4]];
  return inside && points.every(([x, y]) => each.contains(document.elementFromPoint(x, y)));
}"""
"""Whole, and nothing lies over it."""


@pytest.fixture
def pages(browser: Browser, web: SplunkWeb, site: Site) -> Iterator[AddOnPages]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(8_000)
    yield AddOnPages(context.new_page(), web.address, site.splunk.user, site.splunk.password)
    context.close()


class Form:
    """An open form. `button`: what saves it. `within`: the dialog, or the tab of a page."""

    def __init__(self, pages: AddOnPages, name: str, button: str, within: Locator) -> None:
        self.pages, self.button, self.within = pages, button, within
        self.groups = [group["label"] for group in form(name).get("groups", [])]
        self.fields = {entity["field"]: entity for entity in form(name)["entity"]}

    def fold(self, *, folded: bool) -> None:
        """All groups; unfolded, the form is scrolled to its end."""
        for label in self.groups:
            heading = self.within.get_by_role("button", name=label)
            if (heading.get_attribute("aria-expanded") == "true") == folded:
                heading.click()
        if not folded:
            last = self.within.locator("[data-name]").last
            last.scroll_into_view_if_needed()

    def refused(self, *fields: str) -> str:
        """Save; the message, which is in sight with the first of these fields, all of them marked."""
        # By key: a pointer would scroll to the button.
        self.within.get_by_role("button", name=self.button, exact=True).press("Enter")
        message = self.within.locator('[data-test="message"][data-test-type="error"]')
        expect(message).to_have_count(1, timeout=20_000)
        # Its icon has a name of its own.
        text = message.inner_text().strip().removeprefix("Alert\n")
        for field in fields:
            marked = self.pages.field(field).locator('[aria-invalid="true"]').first
            expect(marked, text).to_be_attached()
            assert self.fields[field]["label"] in text
        if fields:
            controls = self.pages.field(fields[0]).locator("input, textarea, button")
            self.wait_in_sight(controls.locator("visible=true").first, text)
        self.wait_in_sight(message, text)
        assert text.endswith("."), text
        assert not NOISE.search(text), text
        return text

    def wait_in_sight(self, seen: Locator, what: str) -> None:
        """The form scrolls to it once the framework has drawn the refusal."""
        try:
            seen.page.wait_for_function(IN_SIGHT, arg=seen.element_handle(), timeout=3_000)
        except TimeoutError:
            self.pages.shoot("not-in-sight")
            pytest.fail(f"not in sight: {seen.bounding_box()}, {what}")

    def each_wrong_value(self, name: str) -> None:
        """Of every field, one after the other; the others keep what they hold."""
        for folded in (False, True):
            for wrong in wrong_values(name):
                box = self.pages.field(wrong.field).get_by_role("textbox").first
                self.pages.reveal(wrong.field)
                if not box.is_editable():
                    continue
                before = box.input_value()
                box.fill(wrong.value)
                self.fold(folded=folded)
                assert self.refused(wrong.field) == wrong.message
                self.pages.reveal(wrong.field)
                box.fill(before)


def dialog(pages: AddOnPages, name: str, button: str = "Add") -> Form:
    return Form(pages, name, button, pages.dialog)


def test_an_account(pages: AddOnPages, site: Site) -> None:
    site.push_account()
    pages.open("configuration")
    pages.new_account("good")
    opened = dialog(pages, "account")
    opened.each_wrong_value("account")
    pages.fill(name=ACCOUNT)
    assert opened.refused("name") == f"Name: '{ACCOUNT}' is in use. Choose another name."
    pages.fill(name="default")
    assert opened.refused("name") == "Name: 'default' cannot be a name. Choose another."
    pages.cancel()
    secret = "wrong" + site.akamai.client_secret[5:]
    for shot, fields, values in (
        ("secret", ("client_secret",), {"edgerc": edgerc(site, client_secret=secret)}),
        ("certificate", ("ca_bundle",), {"edgerc": edgerc(site), "ca_bundle": ""}),
        ("ca-bundle", ("ca_bundle",), {"edgerc": edgerc(site), "ca_bundle": "/no.pem"}),
        ("edgerc-cut", ("edgerc",), {"edgerc": edgerc(site)[:60]}),
        ("edgerc-none", ("edgerc",), {"edgerc": "{}\n= x"}),
        ("edgerc-section", ("edgerc_section",), {"edgerc": edgerc(site), "edgerc_section": "x"}),
        ("values", ("client_token", "client_secret"), {"host": site.akamai.host}),
    ):
        for folded in (False, True):
            pages.new_account("good")
            pages.fill(**{"ca_bundle": site.akamai.ca, **values})
            opened.fold(folded=folded)
            text = opened.refused(*fields)
            assert secret not in text
            pages.shoot(f"refused-account-{shot}-{'folded' if folded else 'unfolded'}")
            pages.cancel()


def test_the_proxy(pages: AddOnPages, site: Site) -> None:
    site.create_account()
    pages.open("configuration")
    pages.tab("Proxy")
    tab = pages.page.locator("#proxyTab")
    opened = Form(pages, "proxy", "Save", tab)
    pages.field("proxy_enabled").get_by_role("checkbox").click()
    opened.each_wrong_value("proxy")
    with ProxyServer("http", "someone", "right") as proxy:
        pages.fill(proxy_url="127.0.0.1", proxy_port=str(proxy.port))
        pages.fill(proxy_username="someone", proxy_password="wrong")
        opened.refused("proxy_username", "proxy_password")
        pages.shoot("refused-proxy")
    pages.fill(proxy_url="", proxy_port="")
    opened.refused("proxy_url", "proxy_port")


def test_an_input(pages: AddOnPages, site: Site) -> None:
    site.push_account()
    site.akamai.configurations(known=[7, CONFIG_ID], forbidden=[5])
    site.create_input("taken")
    pages.open("inputs")
    pages.new_input(INPUT)
    opened = dialog(pages, KIND)
    for folded in (False, True):
        opened.fold(folded=folded)
        assert opened.refused("account") == "Account: this field is required."
    pages.choose("account", ACCOUNT)
    assert opened.refused("config_ids") == "Security configurations: this field is required."
    pages.type_ids("abc")
    opened.refused("config_ids")
    pages.cancel()
    pages.new_input(INPUT)
    pages.choose("account", ACCOUNT)
    pages.type_ids("404404")
    opened.each_wrong_value(KIND)
    pages.fill(name="taken")
    assert opened.refused("name") == "Name: 'taken' is in use. Choose another name."
    pages.fill(name=INPUT)
    for folded in (False, True):
        opened.fold(folded=folded)
        opened.refused("config_ids")
        pages.shoot(f"refused-input-configuration-{'folded' if folded else 'unfolded'}")
    pages.fill(start="-13h")
    for folded in (False, True):
        opened.fold(folded=folded)
        opened.refused("start")
        pages.shoot(f"refused-input-start-{'folded' if folded else 'unfolded'}")
    pages.fill(start="now", interval="* * * * 99")
    opened.refused("interval")
    pages.cancel()
    pages.new_input(INPUT)
    pages.choose("account", ACCOUNT)
    pages.type_ids("5")
    opened.fold(folded=False)
    opened.refused("config_ids")
    pages.cancel()
    pages.act("taken", "Edit")
    edited = dialog(pages, KIND, "Update")
    pages.fill(reset="-2h")
    for folded in (False, True):
        edited.fold(folded=folded)
        edited.refused("reset_confirmed")
        pages.shoot(f"refused-input-reset-{'folded' if folded else 'unfolded'}")


def test_a_backfill(pages: AddOnPages, site: Site) -> None:
    site.push_account()
    site.akamai.configurations(known=[CONFIG_ID])
    pages.open("inputs")
    kind = "akamai_siem_backfill"
    pages.new_input("range", kind)
    pages.choose("account", ACCOUNT)
    pages.type_ids(str(CONFIG_ID))
    now = int(site.akamai.now())
    pages.fill(**{"from": str(now - 3_600), "to": str(now - 60)})
    opened = dialog(pages, kind)
    opened.each_wrong_value(kind)
    for values, field in (
        ({"from": str(now - 50_000)}, "from"),
        ({"from": str(now - 3_600), "to": str(now + 60)}, "to"),
        ({"from": str(now - 60), "to": str(now - 3_600)}, "to"),
    ):
        pages.fill(**values)
        for folded in (False, True):
            opened.fold(folded=folded)
            opened.refused(field)
        pages.shoot(f"refused-backfill-{field}")


def test_two_messages_never_lie_over_each_other(pages: AddOnPages, site: Site) -> None:
    """That the configurations cannot be listed is said at their field, before and after a refusal."""
    site.push_account()
    site.akamai.configurations(known=[7, CONFIG_ID], listable=False)
    pages.open("inputs")
    pages.new_input(INPUT)
    pages.choose("account", ACCOUNT)
    reason = pages.field("config_ids").locator('[data-test="msg-markdown"]')
    expect(reason).to_contain_text("Type the ids")
    pages.shoot("error-list-of-configurations")
    opened = dialog(pages, KIND)
    opened.refused("config_ids")
    assert reason.evaluate(IN_SIGHT)
    expect(pages.page.locator('[data-test="toast"]')).to_have_count(0)
    pages.shoot("refused-input-without-list")
