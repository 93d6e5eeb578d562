"""Every refusal is in sight at 1280x800, whole, names its field and marks it.

Groups are unfolded and the form scrolled to its end, as after a person has filled all of it; then
the same with every group folded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from ta_akamai_siem.akamai.probe import ACCOUNT as AN_ACCOUNT
from ta_akamai_siem.akamai.probe import INPUT as AN_INPUT
from ta_akamai_siem.akamai.probe import PREVENTS_SAVING, PROXY
from ta_akamai_siem.errors import (
    CertificateUntrusted,
    CollectionError,
    CredentialRefused,
    HostUnknown,
    NamesRefused,
    ProxyRefused,
)
from ta_akamai_siem.splunk.names import BACKFILL_KIND, NAMES_KIND
from tests.product.browser.refusals import (
    ELSEWHERE,
    INPUT_TROUBLES,
    RULE,
    UNKNOWN_HOST,
    WORDS,
    form,
    typable,
    wrong_values,
)
from tests.product.browser.test_pages_in_a_browser import edgerc
from tests.product.end_to_end.site import ACCOUNT, CONFIG_ID, INPUT, KIND, Site
from tests.standins.proxy import ProxyServer

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.product.browser.add_on_pages import AddOnPages

NOISE = re.compile(r"Traceback|<class|_ssl\.c|Errno|REST Error|In handler|NoneType|\bat 0x")
IN_SIGHT = """each => {
  const {left, top, right, bottom, width} = each.getBoundingClientRect();
  const inside = width > 0 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
  const middle = [(left + right) / 2, (top + bottom) / 2];
  const points = [[left + 8, top + 4], middle, [right - 8, bottom - 4]];
  return inside && points.every(([x, y]) => each.contains(document.elementFromPoint(x, y)));
}"""
"""Whole, and nothing lies over it."""
SCROLLED = """async (each, inSight) => {
  for (let outer = each; outer; outer = outer.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(outer).overflowY)) outer.scrollTop = outer.scrollHeight;
  }
  await new Promise(requestAnimationFrame);
  return eval(inSight)(each);
}"""
"""Whether it is in sight although the form is scrolled to its end."""
FOLD = """(root, [groups, folded]) => {
  for (const heading of root.querySelectorAll('button[aria-expanded]')) {
    const isGroup = groups.some(label => heading.textContent.includes(label));
    if (isGroup && (heading.ariaExpanded === 'true') === folded) heading.click();
  }
}"""
SAVE = """async (root, [label, fields]) => {
  const inSight = IN_SIGHT;
  const frame = () => new Promise(requestAnimationFrame);
  // As after a person has filled the last field.
  for (let each = root.querySelector('form'); each; each = each.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(each).overflowY)) each.scrollTop = each.scrollHeight;
  }
  const button = () =>
    [...root.querySelectorAll('button')].find(each => each.textContent.trim() === label);
  // While a form is being saved, the button has no label.
  do await frame(); while (!button());
  button().click();
  const part = field => document.querySelector(`[data-name="${field}"]`);
  const look = () => {
    const found = [...root.querySelectorAll('[data-test="message"][data-test-type="error"]')];
    const controls = fields.slice(0, 1).flatMap(
      field => [...part(field)?.querySelectorAll('input, textarea, button') ?? []]);
    return {
      messages: found.map(each => each.innerText.trim()),
      isInSight: found.length === 1 && inSight(found[0]),
      isFieldInSight: fields.length === 0 || controls.some(inSight),
      unmarked: fields.filter(field => !part(field)?.querySelector('[aria-invalid="true"]')),
    };
  };
  const good = ({isInSight, isFieldInSight, unmarked}) =>
    isInSight && isFieldInSight && unmarked.length === 0;
  const until = performance.now() + 60000;
  let seen = look();
  // Once there is a message, it has six seconds to come into sight.
  for (let since = 0; !good(seen) && performance.now() < (since ? since + 6000 : until);) {
    await frame();
    seen = look();
    since = since || (seen.messages.length ? performance.now() : 0);
  }
  return seen;
}""".replace("IN_SIGHT", IN_SIGHT)

ACCOUNT_TROUBLES: dict[str, type[CollectionError]] = {
    "secret": CredentialRefused,
    "certificate": CertificateUntrusted,
    "host": HostUnknown,
}
"""Of a case of `test_an_account`. `refuse_by_the_proxy` has one more."""


@pytest.fixture
def height() -> int:
    return 800


def test_no_error_that_prevents_saving_is_missing() -> None:
    shown = {
        (error, place)
        for place, errors in (
            (AN_INPUT, INPUT_TROUBLES),
            (AN_ACCOUNT, (*ACCOUNT_TROUBLES.values(), ProxyRefused)),
            (PROXY, (ProxyRefused,)),
        )
        for error in errors
    }
    wanted = {(error, place) for error, places in PREVENTS_SAVING.items() for place in places}
    assert shown == wanted


@pytest.mark.parametrize("name", ["account", "proxy", "search", KIND, BACKFILL_KIND, NAMES_KIND])
def test_no_field_is_missing(name: str) -> None:
    assert typable(name) <= {wrong.field for wrong in wrong_values(name)} | ELSEWHERE


class Form:
    """An open form. `button`: what saves it. `within`: the dialog, or the tab of a page."""

    def __init__(self, pages: AddOnPages, name: str, button: str, within: Locator) -> None:
        self.pages, self.name, self.button, self.within = pages, name, button, within
        self.groups = [group["label"] for group in form(name).get("groups", [])]
        self.fields = {entity["field"]: entity for entity in form(name)["entity"]}

    def fold(self, *, folded: bool) -> None:
        """All groups."""
        self.within.evaluate(FOLD, [self.groups, folded])

    def refused(self, *fields: str) -> str:
        """Save; the message, in sight with the first of these fields, all of them marked."""
        self.forget_the_last()
        seen = self.within.evaluate(SAVE, [self.button, list(fields)])
        if not (seen["isInSight"] and seen["isFieldInSight"]) or seen["unmarked"]:
            self.pages.shoot("not-in-sight")
            pytest.fail(f"{fields}: {seen}; see not-in-sight.png")
        # Its icon has a name of its own.
        text = str(seen["messages"][0]).removeprefix("Alert\n")
        assert [name for name in fields if self.fields[name]["label"] not in text] == [], text
        assert text.endswith("."), text
        assert not NOISE.search(text), text
        return text

    def forget_the_last(self) -> None:
        """A message goes with the next change of the form, so that a new one is not the last."""
        message = self.within.locator('[data-test="message"][data-test-type="error"]')
        if message.count():
            box = self.within.get_by_role("textbox", disabled=False).first
            value = box.input_value()
            box.fill(f"{value}x")
            box.fill(value)
            expect(message).to_have_count(0)

    def each_wrong_value(self, name: str) -> None:
        """Of every field, one after the other; the others keep what they hold."""
        for wrong in wrong_values(name):
            self.fold(folded=False)
            box = self.pages.field(wrong.field).get_by_role("textbox").first
            before = box.input_value()
            box.fill(wrong.value)
            assert self.refused(wrong.field) == wrong.message
            if self.groups:
                self.fold(folded=True)
                assert self.refused(wrong.field) == wrong.message
            box.fill(before)

    def each_wrong_word(self) -> None:
        """Typed into each list that takes others than it offers, and a rule that is none."""
        if "drop" in self.fields:
            self.pages.fill(drop=RULE)
            self.refused_and_stays("drop")
            self.pages.fill(drop="")
        for name in [each for each in WORDS if each in self.fields]:
            self.pages.type_words(name, WORDS[name])
            self.refused_and_stays(name)
            field = self.pages.field(name)
            field.get_by_role("combobox").press("Backspace")
            expect(field.get_by_text(WORDS[name], exact=True)).to_have_count(0)

    def refused_and_stays(self, *fields: str) -> str:
        """`refused` with all groups unfolded. The message is in sight when they are folded, too."""
        self.fold(folded=False)
        text = self.refused(*fields)
        self.fold(folded=True)
        message = self.within.locator('[data-test="message"][data-test-type="error"]')
        assert message.evaluate(SCROLLED, IN_SIGHT)
        return text


def dialog(pages: AddOnPages, name: str, button: str = "Add") -> Form:
    return Form(pages, name, button, pages.dialog)


def test_an_account(pages: AddOnPages, site: Site) -> None:
    site.push_account()
    pages.open("configuration")
    pages.new_account("good")
    expect(pages.dialog.get_by_text("Add account", exact=True)).to_be_visible()
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
        ("host", ("host",), {"edgerc": edgerc(site, host=UNKNOWN_HOST)}),
        ("ca-bundle", ("ca_bundle",), {"edgerc": edgerc(site), "ca_bundle": "/no.pem"}),
        ("edgerc-cut", ("edgerc",), {"edgerc": edgerc(site)[:60]}),
        ("edgerc-none", ("edgerc",), {"edgerc": "{}\n= x"}),
        ("edgerc-section", ("edgerc_section",), {"edgerc": edgerc(site), "edgerc_section": "x"}),
        ("values", ("client_token", "client_secret"), {"host": site.akamai.host}),
    ):
        for folded in (False, True):
            pages.new_account("good")
            opened.fold(folded=False)
            pages.fill(**{"ca_bundle": site.akamai.ca, **values})
            opened.fold(folded=folded)
            text = opened.refused(*fields)
            assert secret not in text
            assert shot not in ACCOUNT_TROUBLES or ACCOUNT_TROUBLES[shot].advice in text
            pages.shoot(f"refused-account-{shot}-{'folded' if folded else 'unfolded'}")
            pages.cancel()
    refuse_by_the_proxy(pages, site, opened)


def refuse_by_the_proxy(pages: AddOnPages, site: Site, opened: Form) -> None:
    with ProxyServer("http", "someone", "right") as proxy:
        site.use_refusing_proxy(proxy)
        pages.new_account("good")
        pages.fill(ca_bundle=site.akamai.ca, edgerc=edgerc(site))
        assert ProxyRefused.advice in opened.refused_and_stays()
        pages.shoot("refused-account-proxy")


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
    site.akamai.configurations(known=[7, CONFIG_ID])
    site.create_input("taken")
    pages.open("inputs")
    pages.new_input(INPUT)
    opened = dialog(pages, KIND)
    for folded in (False, True):
        opened.fold(folded=folded)
        assert opened.refused("account") == "Account: this field is required."
    pages.choose_account(ACCOUNT)
    assert opened.refused("config_ids") == "Security configurations: this field is required."
    pages.type_ids("404404")
    opened.each_wrong_word()
    opened.each_wrong_value(KIND)
    pages.fill(name="taken")
    assert opened.refused("name") == "Name: 'taken' is in use. Choose another name."
    pages.fill(name=INPUT)
    pages.fill(interval="* * * * 99")
    opened.refused("interval")
    index = pages.field("index").get_by_role("combobox")
    index.click()
    for name in ("main", "summary"):
        expect(pages.page.get_by_role("option", name=name)).to_be_visible()
    pages.shoot("input-indexes")
    index.fill("my index")
    index.press("Escape")
    for folded in (False, True):
        opened.fold(folded=folded)
        assert "'my index'" in opened.refused("index")
    pages.cancel()
    assert site.run(f"{KIND}://taken")["exit_code"] == 0  # it has a position to reset then
    pages.act("taken", "Edit")
    edited = dialog(pages, KIND, "Update")
    pages.field("reset_confirmed").get_by_role("checkbox").click()
    expect(pages.field("reset")).to_be_visible()
    for folded in (False, True):
        edited.fold(folded=folded)
        edited.refused("reset")
        pages.shoot(f"refused-input-reset-{'folded' if folded else 'unfolded'}")


def test_a_backfill_and_names(pages: AddOnPages, site: Site) -> None:
    site.push_account()
    site.akamai.configurations(known=[CONFIG_ID])
    pages.open("inputs")
    pages.new_input("range", BACKFILL_KIND)
    pages.choose_account(ACCOUNT)
    now = int(site.akamai.now())
    pages.fill(**{"from": str(now - 3_600), "to": str(now - 60)})
    opened = dialog(pages, BACKFILL_KIND)
    pages.type_ids(str(CONFIG_ID))
    opened.each_wrong_word()
    opened.each_wrong_value(BACKFILL_KIND)
    for values, field in (
        ({"from": str(now - 50_000)}, "from"),
        ({"from": str(now - 3_600), "to": str(now + 86_400)}, "to"),
        ({"from": str(now - 60), "to": str(now - 3_600)}, "to"),
    ):
        pages.fill(**values)
        for folded in (False, True):
            opened.fold(folded=folded)
            opened.refused(field)
        pages.shoot(f"refused-backfill-{field}")
    pages.cancel()
    pages.new_input("names", NAMES_KIND)
    names = dialog(pages, NAMES_KIND)
    assert names.refused("account") == "Account: this field is required."
    pages.choose_account(ACCOUNT)
    names.each_wrong_word()
    names.each_wrong_value(NAMES_KIND)


def test_what_akamai_refuses(pages: AddOnPages, site: Site) -> None:
    """Each with an account of its own: another account empties the list of configurations."""
    site.akamai.configurations(known=[7, CONFIG_ID], forbidden=[5])
    for error, trouble in INPUT_TROUBLES.items():
        site.push_account(error.__name__, **trouble.account)
    pages.open("inputs")
    with ProxyServer("http", "someone", "right") as proxy:
        opened = None
        for error, trouble in INPUT_TROUBLES.items():
            if trouble.is_proxied:
                site.use_refusing_proxy(proxy)
            if opened is None or opened.name != trouble.kind:
                pages.page.reload()
                pages.new_input(INPUT, trouble.kind)
                opened = dialog(pages, trouble.kind)
            site.akamai.configurations(listable=trouble.is_listed)
            pages.choose_account(error.__name__)
            pages.type_ids(trouble.ids)
            if trouble.status:
                site.akamai.fault("status", status=trouble.status, times=0)
            assert error.advice in opened.refused_and_stays(*trouble.marked)
            if error is NamesRefused:
                below = pages.field("config_ids").locator('[data-test="msg-markdown"]')
                expect(below).to_contain_text(error.advice)
            pages.shoot(f"refused-{error.code.replace('.', '-')}-{trouble.kind}")
            site.akamai.clear_faults()


def test_two_messages_never_lie_over_each_other(pages: AddOnPages, site: Site) -> None:
    """That configurations cannot be listed is said at their field, also beside a refusal."""
    site.push_account()
    site.akamai.configurations(known=[7, CONFIG_ID], listable=False)
    pages.open("inputs")
    pages.new_input(INPUT)
    pages.choose_account(ACCOUNT)
    reason = pages.field("config_ids").locator('[data-test="msg-markdown"]')
    expect(reason).to_contain_text("Type the ids")
    pages.shoot("error-list-of-configurations")
    opened = dialog(pages, KIND)
    opened.refused("config_ids")
    assert reason.evaluate(IN_SIGHT)
    expect(pages.page.locator('[data-test="toast"]')).to_have_count(0)
    pages.shoot("refused-input-without-list")
