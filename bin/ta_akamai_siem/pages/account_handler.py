"""Configuration > Accounts: a pasted `.edgerc` file or an input of Akamai's connector fills the
form, and saving asks Akamai.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from splunktaucclib.rest_handler.error import RestError

from ta_akamai_siem.akamai.trusted_certificates import trusted
from ta_akamai_siem.errors import CollectionError, SettingsInvalid
from ta_akamai_siem.setting_labels import LABELS
from ta_akamai_siem.settings import Problems, read_account, read_proxy
from ta_akamai_siem.splunk.names import BACKFILL_KIND, KIND, NAMES_KIND
from ta_akamai_siem.splunk.stored_settings import MASKS
from ta_akamai_siem.timestamps import utc

from .account_probe import probe_account
from .configuration_names import forget
from .edgerc import VALUES, EdgercInvalid, read_edgerc
from .page_handler import BAD_REQUEST, PageHandler, refusing
from .taken_account import take_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ta_akamai_siem.settings import Account

    from .account_probe import Verdict

_CONFLICT = 409
_STORED = (*VALUES, "ca_bundle")
_CREDENTIAL = ("client_token", "client_secret", "access_token")
CONNECTION, TEST = "connection", "test"
SAVED_AT = "credential_saved_at"


class AccountHandler(PageHandler):
    """`payload`: `edgerc`, `edgerc_section` and `connector` are read, not stored; `connection` and
    `credential_saved_at` are set here.
    """

    def handleCreate(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """Check, ask Akamai, save."""
        self._complete({})
        super().handleCreate(confInfo)
        _emptied(confInfo)

    def handleEdit(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """Check, ask Akamai, save. A secret that comes back masked means the stored one.

        `connection=test` only asks, and stores Akamai's answer.
        """
        with refusing():
            stored = self.splunkd.settings.account(self.callerArgs.id) or {}
        if self.payload.get(CONNECTION) == TEST:
            answer = self._tested(stored)
            self.payload.clear()
            self.payload[CONNECTION] = answer
        else:
            self._complete(stored)
        super().handleEdit(confInfo)
        _emptied(confInfo)

    def handleRemove(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """Delete the account unless an input uses it."""
        name = self.callerArgs.id
        with refusing():
            users = [
                f"{input_name} ({kind})"
                for kind in (KIND, BACKFILL_KIND, NAMES_KIND)
                for input_name, settings in sorted(self.splunkd.inputs(kind).items())
                if settings.get("account") == name
            ]
        if users:
            what = (
                f"Account '{name}' was not deleted, because it is in use by: {', '.join(users)}. "
                "First assign another account to these inputs, or delete them."
            )
            raise RestError(_CONFLICT, what)
        super().handleRemove(confInfo)
        forget(self.splunkd.kv_store, str(name))

    def _tested(self, stored: Mapping[str, str | None]) -> str:
        """Akamai's answer for the stored account, whatever it is: nothing else changes."""
        problems = Problems()
        account = read_account(str(self.callerArgs.id), stored, problems)
        try:
            problems.settle()
            verdict = self._asked(account)
        except CollectionError as error:
            return f"Not verified, {utc(time.time())}: {error}"
        if verdict.refusal:
            return f"Refused, {utc(time.time())}: {verdict.refusal}"
        return verdict.note

    def _asked(self, account: Account) -> Verdict:
        """Akamai's answer. Raises a CollectionError if it cannot be asked."""
        wrong = Problems()
        proxy = read_proxy(self.splunkd.settings.page().get("proxy", {}), wrong)
        certificates = trusted(account.ca_bundle)
        wrong.settle()
        return probe_account(account, proxy, certificates)

    def _complete(self, stored: Mapping[str, str | None]) -> None:
        """Complete the payload: the values of the file or the connector, and what is set here.

        Raises RestError if something prevents saving.
        """
        payload = self.payload
        with refusing():
            pages = self.splunkd.settings.page()
        given, warning = self._given(pages)
        payload.update(given)
        values = {
            key: (stored.get(key) or "")
            if payload.get(key, MASKS[0]) in MASKS
            else payload[key].strip()
            for key in _STORED
        }
        payload[SAVED_AT] = _saved_at(values, stored)
        problems = Problems()
        account = read_account(str(self.callerArgs.id), values, problems)
        with refusing():
            problems.settle()
            certificates = trusted(account.ca_bundle)
        payload["host"] = account.host
        wrong = Problems()
        proxy = read_proxy(pages.get("proxy", {}), wrong)
        if wrong.sentences:
            note = f"Not verified, {utc(time.time())}: {SettingsInvalid(wrong.sentences)}"
            payload[CONNECTION] = _joined(note, warning)
            return
        answer = probe_account(account, proxy, certificates)
        if answer.refusal:
            raise RestError(BAD_REQUEST, str(answer.refusal))
        payload[CONNECTION] = _joined(answer.note, warning)

    def _given(self, pages: Mapping[str, Mapping[str, str | None]]) -> tuple[dict[str, str], str]:
        """The values that the form does not have itself, and what to tell. Raises RestError.

        `pages`: the stanzas of the settings page.
        """
        text = self.payload.pop("edgerc", "")
        section = self.payload.pop("edgerc_section", "")
        connector = self.payload.pop("connector", "").strip()
        if text.strip() and connector:
            what = f"{LABELS['connector']}: select an input or paste a credential file, not both."
            raise RestError(BAD_REQUEST, what)
        if connector:
            has_proxy = read_proxy(pages.get("proxy", {}), Problems()) is not None
            return take_account(self.splunkd.connector, connector, has_proxy=has_proxy)
        if not text.strip():
            return {}, ""
        try:
            return read_edgerc(text, section)
        except EdgercInvalid as error:
            raise RestError(BAD_REQUEST, str(error)) from error


def _saved_at(values: Mapping[str, str], stored: Mapping[str, str | None]) -> str:
    """Epoch seconds: now if the credential is another than the stored one. Akamai's expire."""
    known = {name: stored.get(name) or "" for name in _CREDENTIAL}
    if known == {name: values[name] for name in _CREDENTIAL}:
        return stored.get(SAVED_AT) or ""
    return str(int(time.time()))


def _joined(note: str, warning: str) -> str:
    return f"{note} {warning}" if warning else note


def _emptied(conf_info: Any) -> None:  # noqa: ANN401 - Splunk's own
    """Clear the fields: the form keeps what was typed unless the answer changes it."""
    for item in conf_info.values():
        item.update(edgerc="", edgerc_section="", connector="")
