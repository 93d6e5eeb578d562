"""Whether Akamai accepts an account, asked while a person waits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Optional

from ta_akamai_siem.akamai.fetching import SKEW_WORTH_A_WARNING
from ta_akamai_siem.akamai.probe import ACCOUNT, PROBE_SECONDS, PROXY, prevents_saving, probe
from ta_akamai_siem.akamai.security_configurations import security_configurations
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.errors import CollectionError, CredentialRefused, PermissionMissing
from ta_akamai_siem.settings import Account
from ta_akamai_siem.timestamps import utc

if TYPE_CHECKING:
    import ssl

    from ta_akamai_siem.settings import Proxy

_ANYWHERE = Account(
    name="",
    host="luna.akamaiapis.net",
    client_token="none",  # noqa: S106 - likewise
    client_secret="none",  # noqa: S106 - nobody's: it only makes a request that can be signed
    access_token="none",  # noqa: S106 - likewise
    ca_bundle="",
)
"""To ask a proxy for as long as there is no account."""


class Verdict(NamedTuple):
    """`refusal`: why it may not be saved, None where it may. `note`: what was found."""

    refusal: Optional[CollectionError]
    note: str


def probe_account(account: Account, proxy: Proxy | None, trusted: ssl.SSLContext) -> Verdict:
    """Ask once, twice where this host's clock is wrong."""
    clock = CorrectedClock()
    error = _error(account, proxy, trusted, clock)
    now = utc(time.time())
    if error is not None and prevents_saving(error, ACCOUNT):
        return Verdict(error, "")
    if isinstance(error, PermissionMissing):
        note = (
            f"Accepted, {now}. This client may not list security configurations: type their ids "
            "into the input"
        )
    elif error is not None:
        note = f"Not verified, {now}: {error}"
    else:
        note = f"Accepted, {now}"
    if abs(clock.skew) > SKEW_WORTH_A_WARNING:
        direction = "slow" if clock.skew > 0 else "fast"
        note += (
            f". This host's clock is {abs(clock.skew):.0f} s {direction}: correct it (NTP); until "
            "then requests are signed with Akamai's time"
        )
    return Verdict(None, note)


def probe_proxy(account: Account | None, proxy: Proxy, trusted: ssl.SSLContext) -> Verdict:
    """Whether a proxy lets us through. `account`: whose host to ask it for, if there is any."""
    error = _error(account or _ANYWHERE, proxy, trusted, CorrectedClock())
    now = utc(time.time())
    if error is not None and prevents_saving(error, PROXY):
        return Verdict(error, "")
    if error is None or isinstance(error, (CredentialRefused, PermissionMissing)):
        return Verdict(None, f"Lets requests to Akamai through, {now}")
    return Verdict(None, f"Not verified, {now}: {error}")


def _error(
    account: Account, proxy: Proxy | None, trusted: ssl.SSLContext, clock: CorrectedClock
) -> CollectionError | None:
    """What comes of asking for the list that any client may ask for."""
    try:
        probe(
            lambda: security_configurations(account, proxy, trusted, clock, PROBE_SECONDS),
            clock,
        )
    except CollectionError as error:
        return error
    return None
