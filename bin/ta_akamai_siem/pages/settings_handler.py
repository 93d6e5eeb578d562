"""Configuration > Proxy, > Logging and > Search: a proxy is tested before it is saved."""

from __future__ import annotations

from typing import Any

from splunktaucclib.rest_handler.admin_external import build_conf_info
from splunktaucclib.rest_handler.error import RestError

from ta_akamai_siem.akamai.trusted_certificates import trusted
from ta_akamai_siem.settings import Account, Problems, read_account, read_proxy
from ta_akamai_siem.splunk.knowledge import NotChanged
from ta_akamai_siem.splunk.stored_settings import MASKS

from .account_probe import probe_proxy
from .page_handler import BAD_REQUEST, PageHandler, refusing
from .search_side import change_search_side, read_search_side, shown, wanted_of

_PROXY, _SEARCH = "proxy", "search"
STANZAS = (_PROXY, "logging")
"""What the settings page stores. `search` is stored in macros, event types and props."""


class SettingsHandler(PageHandler):
    """`payload`: `proxy_test` of the stanza `proxy` is set here."""

    def handleList(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """One stanza, or all that are stored."""
        if self.callerArgs.id == _SEARCH:
            with refusing():
                confInfo[_SEARCH].update(shown(read_search_side(self.splunkd.knowledge)))
            return
        self._list_stored(confInfo)

    @build_conf_info  # type: ignore[untyped-decorator]
    def _list_stored(self, confInfo: Any) -> Any:  # noqa: N803, ANN401, ARG002 - UCC's names
        """Each by its own model: UCC's own method knows one only."""
        names = [self.callerArgs.id] if self.callerArgs.id else STANZAS
        return [entity for name in names for entity in self.handler.get(name)]

    def handleEdit(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """Check, send Akamai a request through the proxy, save."""
        if self.callerArgs.id == _SEARCH:
            self._change_search_side(confInfo)
            return
        if self.callerArgs.id == _PROXY:
            self.payload["proxy_test"] = self._tried()
        super().handleEdit(confInfo)

    def _change_search_side(self, confInfo: Any) -> None:  # noqa: N803, ANN401 - UCC's names
        knowledge = self.splunkd.knowledge
        with refusing():
            now = read_search_side(knowledge)
            wanted, problem = wanted_of(self.payload, now)
            if problem:
                raise RestError(BAD_REQUEST, problem)
            try:
                change_search_side(knowledge, now, wanted)
            except NotChanged as error:
                raise RestError(BAD_REQUEST, str(error)) from error
            confInfo[_SEARCH].update(shown(read_search_side(knowledge)))

    def _tried(self) -> str:
        with refusing():
            stored = self.splunkd.settings.page().get(_PROXY, {})
        given = {key: value for key, value in self.payload.items() if value not in MASKS}
        problems = Problems()
        proxy = read_proxy({**stored, **given}, problems)
        with refusing():
            problems.settle()
            if proxy is None:
                return "Not in use."
            account = self._any_account()
            certificates = trusted(account.ca_bundle if account else "")
        answer = probe_proxy(account, proxy, certificates)
        if answer.refusal:
            raise RestError(BAD_REQUEST, str(answer.refusal))
        return answer.note

    def _any_account(self) -> Account | None:
        """The first valid account, for its host; None without one."""
        settings = self.splunkd.settings
        for name in settings.account_names():
            problems = Problems()
            account = read_account(name, settings.account(name), problems)
            if not problems.sentences:
                return account
        return None
