"""Asks Akamai, while a user waits, whether it accepts an account or can be reached by a proxy."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Optional

from ta_akamai_siem.akamai.fetching import SKEW_WORTH_A_WARNING
from ta_akamai_siem.akamai.probe import ACCOUNT, PROBE_SECONDS, PROXY, prevents_saving, probe
from ta_akamai_siem.akamai.security_configurations import security_configurations
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.errors import ClockSkewed, CollectionError, CredentialRefused, PermissionMissing
from ta_akamai_siem.settings import Account
from ta_akamai_siem.timestamps import utc

if TYPE_CHECKING:
    import ssl

    from ta_akamai_siem.settings import Proxy

_ANYWHERE = Account(
    name="",
    host="luna.akamaiapis.net",
    client_token="none",  # noqa: S106 - no real credential
    client_secret="none",  # noqa: S106 - no real credential
    access_token="none",  # noqa: S106 - no real credential
    ca_bundle="",
)
"""Stands for an account while there is none, so that a proxy can be tested."""


class Verdict(NamedTuple):
    """`refusal`: the error that prevents saving, or None. `note`: the result for the page."""

    refusal: Optional[CollectionError]
    note: str


def probe_account(account: Account, proxy: Proxy | None, trusted: ssl.SSLContext) -> Verdict:
    """Whether Akamai accepts an account. Sends a second request if this host's clock is wrong."""
    clock = CorrectedClock()
    error = _error(account, proxy, trusted, clock)
    now = utc(time.time())
    if error is not None and prevents_saving(error, ACCOUNT):
        return Verdict(error, "")
    if isinstance(error, PermissionMissing):
        note = (
            f"Accepted, {now}. This API client has no permission to list security "
            "configurations. Type their ids on the form of an input."
        )
    elif error is not None:
        note = f"Not verified, {now}: {error}"
    else:
        note = f"Accepted, {now}."
    if abs(clock.skew) > SKEW_WORTH_A_WARNING:
        direction = "slow" if clock.skew > 0 else "fast"
        note += (
            f" This host's clock is {abs(clock.skew):.0f} s {direction}. Requests are signed with "
            f"the corrected time. {ClockSkewed.advice}"
        )
    return Verdict(None, note)


def probe_proxy(account: Account | None, proxy: Proxy, trusted: ssl.SSLContext) -> Verdict:
    """Whether Akamai can be reached through a proxy. `account`: the one whose host is requested."""
    error = _error(account or _ANYWHERE, proxy, trusted, CorrectedClock())
    now = utc(time.time())
    if error is not None and prevents_saving(error, PROXY):
        return Verdict(error, "")
    if error is None or isinstance(error, (CredentialRefused, PermissionMissing)):
        return Verdict(None, f"Reached Akamai, {now}.")
    return Verdict(None, f"Not verified, {now}: {error}")


def _error(
    account: Account, proxy: Proxy | None, trusted: ssl.SSLContext, clock: CorrectedClock
) -> CollectionError | None:
    """The error of a request for the list of configurations, None if it succeeds."""
    try:
        probe(
            lambda: security_configurations(account, proxy, trusted, clock, PROBE_SECONDS),
            clock,
        )
    except CollectionError as error:
        return error
    return None
