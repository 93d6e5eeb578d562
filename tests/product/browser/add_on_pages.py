"""The add-on's pages as a user operates them: by their visible texts, not by their markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import TimeoutError as NotInTime
from playwright.sync_api import expect

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

SCREENSHOTS = ROOT / "build" / "browser"
KINDS = {
    "akamai_siem": "Akamai security events",
    "akamai_siem_backfill": "Akamai security events: backfill",
    "akamai_siem_names": "Akamai names",
}
_COUNT_CLICKS = """document.addEventListener('click', event => {
  if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1;
}, true);"""

_TWO_FRAMES = "async () => { for (const _ of 'ab') await new Promise(requestAnimationFrame); }"
"""What the page does with an answer that has come is done then."""
_CENTRE = """async each => {
  let scroller = each.parentElement;
  while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflowY)) {
    scroller = scroller.parentElement;
  }
  scroller ??= document.scrollingElement;
  let last, still = 0;
  while (still < 15) {
    const {top} = each.getBoundingClientRect();
    still = top === last ? still + 1 : 0;
    last = top;
    scroller.scrollTop += top - innerHeight / 2;
    await new Promise(requestAnimationFrame);
  }
}"""
"""The framework closes a list whose field moves or is not wholly in sight, and after a refusal the
form's hook moves the form for a while.
"""

_AS_A_PERSON_SEES_IT = """() => {
  for (const each of document.querySelectorAll('[data-test="modal"], [data-test="modal"] *')) {
    if (getComputedStyle(each).overflowY === 'hidden') each.scrollTop = 0;
  }
}"""
"""Playwright scrolls what it clicks into sight, also within what no person can scroll."""


class AddOnPages:
    """`page`: of a browser that has not logged in yet. `address`: Splunk Web's, including the
    locale. `user`, `password`: the default log-in.
    """

    def __init__(self, page: Page, address: str, user: str, password: str) -> None:
        self.page = page
        self._address = address
        self._user = user
        self._password = password
        page.add_init_script(_COUNT_CLICKS)

    # --- navigation -----------------------------------------------------------------------

    def open(self, view: str, user: str = "") -> None:
        """Open Configuration or Inputs; log in first if necessary."""
        self.page.goto(f"{self._address}/app/TA_akamai_siem/{view}")
        name = self.page.get_by_label("Username")
        landmark = self._landmark(view)
        expect(name.or_(landmark).first).to_be_visible()
        if name.is_visible():
            self.log_in(user)
        expect(landmark).to_be_visible()

    def log_in(self, user: str = "") -> None:
        self.page.get_by_label("Username").fill(user or self._user)
        self.page.get_by_label("Password").fill(self._password)
        self.page.get_by_role("button", name="Sign In").click()

    def _landmark(self, view: str) -> Locator:
        if view == "inputs":
            return self.page.get_by_role("button", name="Create New Input")
        return self.page.get_by_role("tab", name="Accounts")

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    @property
    def clicks(self) -> int:
        """Number of clicks so far in this browser tab, counting only a user's."""
        return int(self.page.evaluate("Number(sessionStorage.clicks || 0)"))

    # --- forms ----------------------------------------------------------------------------

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def field(self, name: str) -> Locator:
        """The part of a form that belongs to a setting."""
        return self.page.locator(f'[data-name="{name}"]')

    def fill(self, **values: str) -> None:
        """Type into text fields; open the group of a field if necessary."""
        for name, value in values.items():
            self.reveal(name)
            self.field(name).get_by_role("textbox").first.fill(value)

    def reveal(self, name: str) -> None:
        """Open groups until the field is visible."""
        for group in ("Or enter the four values", "Advanced"):
            if self.field(name).first.is_visible():
                return
            button = self.dialog.get_by_role("button", name=group)
            if button.count() and button.get_attribute("aria-expanded") != "true":
                button.click()

    def choose(self, name: str, option: str) -> None:
        """Select an entry of a list. The framework closes an open list when it draws the form
        again, for example because a list of another field has arrived; then it is opened again.
        """
        entry = self.page.get_by_role("option", name=option)
        for last in (False, True):
            self.field(name).get_by_role("combobox").click()
            try:
                entry.click(timeout=30_000 if last else 5_000)
            except NotInTime:
                if last:
                    raise
            else:
                return

    def choose_account(self, account: str) -> None:
        """Select it, and wait for its list of configurations: with it the framework forgets ids."""
        # The form's hook asks too, not quietly.
        with self.page.expect_response(
            lambda answer: "TA_akamai_siem_configurations?quiet" in answer.url
        ) as listed:
            self.choose("account", account)
        listed.value.finished()
        self.page.evaluate(_TWO_FRAMES)

    def type_ids(self, *ids: str) -> None:
        """Of security configurations."""
        self.type_words("config_ids", *ids)

    def type_words(self, name: str, *words: str) -> None:
        """Type into a list that takes other words than it offers."""
        box = self.field(name).get_by_role("combobox")
        box.evaluate(_CENTRE)
        for each in words:
            box.fill(each)
            self.page.get_by_role("option", name=each).first.wait_for()
            box.press("Enter")
        # The list stays open, over the fields below.
        self.page.keyboard.press("Escape")

    def pick_configuration(self, name: str) -> None:
        self.field("config_ids").get_by_role("combobox").click()
        self.page.get_by_role("option", name=name).click()
        self.page.keyboard.press("Escape")

    def save(self, button: str = "Add") -> None:
        """Save and wait until the form closes."""
        self.dialog.get_by_role("button", name=button, exact=True).click()
        expect(self.dialog).to_be_hidden(timeout=20_000)

    def refused(self, button: str = "Add") -> str:
        """Save, and return the text that the form shows."""
        self.dialog.get_by_role("button", name=button, exact=True).click()
        alert = self.dialog.locator('[data-test="message"], [data-test-type="error"]').first
        expect(alert).to_be_visible(timeout=20_000)
        return str(alert.inner_text())

    def cancel(self) -> None:
        self.dialog.get_by_role("button", name="Cancel").click()
        expect(self.dialog).to_be_hidden()

    # --- accounts and inputs --------------------------------------------------------------

    def new_account(self, name: str) -> None:
        self.page.get_by_role("button", name="Add", exact=True).first.click()
        self.fill(name=name)

    def new_input(self, name: str, kind: str = "akamai_siem") -> None:
        # By key: the message about an earlier save may still cover the button.
        self.page.get_by_role("button", name="Create New Input").press("Enter")
        self.page.get_by_role("menuitem", name=KINDS[kind], exact=True).click()
        self.fill(name=name)

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(
            has=self.page.get_by_role("cell", name=name, exact=True)
        )

    def cell(self, name: str, field: str) -> Locator:
        """The cell of a row in the column of a field."""
        return self.row(name).locator(f'[data-column="{field}"]')

    def unfold(self, name: str) -> Locator:
        """What is below a row, once it is there."""
        self.row(name).get_by_role("cell").first.click()
        return self.page.get_by_role("row").filter(has_text="As of ")

    def act(self, name: str, action: str) -> None:
        """Edit, Clone or Delete of a row."""
        self.row(name).get_by_role("button", name=action).click()

    def delete(self, name: str) -> None:
        self.act(name, "Delete")
        self.dialog.get_by_role("button", name="Delete").click()

    # --- screenshots ----------------------------------------------------------------------

    def shoot(self, name: str, height: int | None = None) -> Path:
        """A screenshot, kept as an artefact. `height`: without what is below, in pixels."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.evaluate(_AS_A_PERSON_SEES_IT)
        size = self.page.viewport_size
        if height is None or size is None:
            self.page.screenshot(path=path, animations="disabled")
        else:
            part = {"x": 0, "y": 0, "width": size["width"], "height": height}
            self.page.screenshot(path=path, animations="disabled", clip=part)
        return path
