"""Loads the account and proxy that a stanza refers to, and checks all of it together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Callable, Generic, Optional, TypeVar

from ta_akamai_siem.akamai.trusted_certificates import public_certificates, trusted
from ta_akamai_siem.errors import SettingsInvalid
from ta_akamai_siem.settings import read_log_level

if TYPE_CHECKING:
    import ssl

    from ta_akamai_siem.splunk.input_definition import InputDefinition
    from ta_akamai_siem.splunk.splunkd import Splunkd


_Settings = TypeVar("_Settings")
_Stanza = Mapping[str, Optional[str]]
Reader = Callable[[str, Mapping[str, str], Optional[_Stanza], _Stanza], _Settings]
"""Like `settings.read_input`: makes checked settings of name, stanza, account and proxy."""


class Loaded(Generic[_Settings]):
    """`trusted`: the certificates for TLS to Akamai and to an https proxy. `credential_saved_at`:
    epoch seconds, None if the account was saved by a version that did not note it.
    """

    def __init__(
        self,
        settings: _Settings,
        trusted: ssl.SSLContext,
        credential_saved_at: Optional[float],
    ) -> None:
        self.settings = settings
        self.trusted = trusted
        self.credential_saved_at = credential_saved_at


def load_settings(
    definition: InputDefinition,
    splunkd: Splunkd,
    pages: Mapping[str, Mapping[str, str | None]],
    read: Reader[_Settings],
    public: Callable[[], ssl.SSLContext] = public_certificates,
) -> Loaded[_Settings]:
    """The checked settings of a stanza. `pages`: the stanzas of the settings page by name.
    `public`: see `trusted`.

    Raises SettingsInvalid with every problem, SettingsUnreadable.
    """
    account_name = definition.parameters.get("account", "").strip()
    account = splunkd.settings.account(account_name) if account_name else None
    certificates, problems = _certificates(account, public)
    try:
        settings = read(definition.name, definition.parameters, account, pages.get("proxy", {}))
    except SettingsInvalid as invalid:
        raise SettingsInvalid(invalid.problems + problems) from invalid
    if certificates is None:
        raise SettingsInvalid(problems)
    saved_at = (account or {}).get("credential_saved_at") or ""
    return Loaded(settings, certificates, float(saved_at) if saved_at.isdecimal() else None)


def log_level(pages: Mapping[str, Mapping[str, str | None]]) -> str:
    return read_log_level(pages.get("logging", {}))


def _certificates(
    account: Mapping[str, str | None] | None, public: Callable[[], ssl.SSLContext]
) -> tuple[ssl.SSLContext | None, list[str]]:
    try:
        return trusted(((account or {}).get("ca_bundle") or "").strip(), public), []
    except SettingsInvalid as invalid:
        return None, invalid.problems
