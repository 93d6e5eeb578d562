"""Whether Akamai accepts an account, asked while a person waits."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Optional

from ta_akamai_siem.errors import (
    CertificateUntrusted,
    ClockSkewed,
    CollectionError,
    CredentialRefused,
    HostUnknown,
    PermissionMissing,
    ProxyRefused,
)
from ta_akamai_siem.fetching import SKEW_WORTH_A_WARNING
from ta_akamai_siem.settings import Account
from ta_akamai_siem.signing import CorrectedClock

from .input_state import moment
from .security_configurations import SecurityConfiguration, security_configurations

if TYPE_CHECKING:
    import ssl

    from ta_akamai_siem.settings import Proxy

SECONDS = 8.0
"""For all of it: a person is waiting, and splunkd for the handler."""
DEFINITE = (CredentialRefused, CertificateUntrusted, HostUnknown, ProxyRefused)
"""What no waiting cures. Whatever may be different in a minute does not stand in the way."""
_ANYWHERE = Account(
    name="",
    host="luna.akamaiapis.net",
    client_token="none",  # noqa: S106 - likewise
    client_secret="none",  # noqa: S106 - nobody's: it only makes a request that can be signed
    access_token="none",  # noqa: S106 - likewise
    ca_bundle="",
)
"""To ask a proxy for as long as there is no account."""


class Answer(NamedTuple):
    """`refusal`: why it may not be saved, None where it may. `note`: what was found."""

    refusal: Optional[CollectionError]
    note: str


class _Asked(NamedTuple):
    error: Optional[CollectionError]
    listed: list[SecurityConfiguration]


def check(account: Account, proxy: Proxy | None, trusted: ssl.SSLContext) -> Answer:
    """Ask once, twice where this host's clock is wrong."""
    clock = CorrectedClock()
    asked = _bounded(account, proxy, trusted, clock)
    now = moment(time.time())
    if asked is None:
        note = f"Not verified, {now}: Akamai did not answer within {SECONDS:.0f} s"
    elif isinstance(asked.error, DEFINITE):
        return Answer(asked.error, "")
    elif isinstance(asked.error, PermissionMissing):
        note = (
            f"Accepted, {now}. This client may not list security configurations: type their ids "
            "into the input"
        )
    elif asked.error is not None:
        note = f"Not verified, {now}: {asked.error}"
    else:
        note = f"Accepted, {now}"
    if abs(clock.skew) > SKEW_WORTH_A_WARNING:
        direction = "slow" if clock.skew > 0 else "fast"
        note += (
            f". This host's clock is {abs(clock.skew):.0f} s {direction}: correct it (NTP); until "
            "then requests are signed with Akamai's time"
        )
    return Answer(None, note)


def check_proxy(account: Account | None, proxy: Proxy, trusted: ssl.SSLContext) -> Answer:
    """Whether a proxy lets us through. `account`: whose host to ask it for, if there is any.

    A certificate that is not trusted is no refusal: the authority comes with an account, later.
    """
    asked = _bounded(account or _ANYWHERE, proxy, trusted, CorrectedClock())
    now = moment(time.time())
    if asked is None:
        return Answer(None, f"Not verified, {now}: no answer within {SECONDS:.0f} s")
    if isinstance(asked.error, ProxyRefused):
        return Answer(asked.error, "")
    if asked.error is None or isinstance(asked.error, (CredentialRefused, PermissionMissing)):
        return Answer(None, f"Lets requests to Akamai through, {now}")
    return Answer(None, f"Not verified, {now}: {asked.error}")


def _bounded(
    account: Account, proxy: Proxy | None, trusted: ssl.SSLContext, clock: CorrectedClock
) -> _Asked | None:
    """None where no answer came in time; the thread that waits for it ends by its own time-out."""
    outcome: list[_Asked] = []
    asking = threading.Thread(
        target=lambda: outcome.append(_ask(account, proxy, trusted, clock)), daemon=True
    )
    asking.start()
    asking.join(SECONDS)
    return outcome[0] if outcome else None


def _ask(
    account: Account, proxy: Proxy | None, trusted: ssl.SSLContext, clock: CorrectedClock
) -> _Asked:
    try:
        try:
            return _Asked(None, security_configurations(account, proxy, trusted, clock, SECONDS))
        except ClockSkewed as error:
            if error.akamai_time is None:
                return _Asked(error, [])
            clock.learn(error.akamai_time)
            return _Asked(None, security_configurations(account, proxy, trusted, clock, SECONDS))
    except CollectionError as error:
        return _Asked(error, [])
