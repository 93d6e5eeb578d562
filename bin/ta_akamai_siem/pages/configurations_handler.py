"""Lists an account's security configurations by name, for selection on the inputs page."""

from __future__ import annotations

from typing import Any

from splunk import admin
from splunktaucclib.rest_handler.admin_external import get_splunkd_endpoint
from splunktaucclib.rest_handler.error import RestError

from ta_akamai_siem.akamai.probe import PROBE_SECONDS, probe
from ta_akamai_siem.akamai.security_configurations import (
    SecurityConfiguration,
    security_configurations,
)
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.akamai.trusted_certificates import trusted
from ta_akamai_siem.errors import CollectionError, NamesRefused, PermissionMissing
from ta_akamai_siem.settings import Problems, read_account, read_proxy
from ta_akamai_siem.splunk.names import NAMES_KIND
from ta_akamai_siem.splunk.splunkd import Splunkd

from .configuration_names import remember
from .page_handler import BAD_REQUEST, refusing

_ACCOUNT, _KIND, _QUIET = "account", "kind", "quiet"


class ConfigurationsHandler(admin.MConfigHandler):  # type: ignore[misc]  # Splunk's own module
    """`GET TA_akamai_siem_configurations?account=NAME`: one entry each, named by its id.

    With `quiet=1` the list is empty if Akamai does not list them. The form's field asks so, because
    the framework would lay the reason over the form; the form's hook asks for it, with the `kind`
    of the input: without the list, an input of names is refused, whatever its ids are.
    """

    def setup(self) -> None:
        """Declare the arguments."""
        for argument in (_ACCOUNT, _KIND, _QUIET):
            self.supportedArgs.addOptArg(argument)

    def handleList(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - Splunk's names
        """Empty without an account. Raises RestError if Akamai does not list them."""
        try:
            self._list(confInfo)
        except RestError:
            if not self.callerArgs.data.get(_QUIET):
                raise

    def _list(self, confInfo: Any) -> None:  # noqa: N803, ANN401 - Splunk's names
        name = self._given(_ACCOUNT)
        if not name:
            return
        try:
            listed = self._listed(name)
        except PermissionMissing as error:
            if self._given(_KIND) == NAMES_KIND:
                refusal = NamesRefused(error.what.rstrip("."))
                raise RestError(BAD_REQUEST, str(refusal)) from error
            what = (
                "Type the ids instead: this API client has no permission to list security "
                f"configurations (Application Security API). {error.what}"
            )
            raise RestError(BAD_REQUEST, what) from error
        except CollectionError as error:
            what = f"Type the ids instead: the security configurations cannot be listed. {error}"
            raise RestError(BAD_REQUEST, what) from error
        remember(self._splunkd.kv_store, name, listed)
        for each in listed:
            confInfo[str(each.id)]["label"] = f"{each.name} ({each.id})"

    def _given(self, argument: str) -> str:
        return (self.callerArgs.data.get(argument) or [""])[0] or ""

    @property
    def _splunkd(self) -> Splunkd:
        return Splunkd(get_splunkd_endpoint(), self.getSessionKey())

    def _listed(self, name: str) -> list[SecurityConfiguration]:
        splunkd = self._splunkd
        problems = Problems()
        with refusing():
            account = read_account(name, splunkd.settings.account(name), problems)
            proxy = read_proxy(splunkd.settings.page().get("proxy", {}), problems)
            problems.settle()
            certificates = trusted(account.ca_bundle)
        clock = CorrectedClock()
        return probe(
            lambda: security_configurations(account, proxy, certificates, clock, PROBE_SECONDS),
            clock,
        )
