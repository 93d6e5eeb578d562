"""Sends Akamai one request while a user waits, for at most `PROBE_SECONDS`.

If this host's clock was wrong, the request is repeated once with the corrected time.
`PREVENTS_SAVING` lists the errors that prevent saving.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from ta_akamai_siem.errors import (
    CertificateUntrusted,
    ClockSkewed,
    CollectionError,
    ConfigurationUnknown,
    ConfigurationUnlisted,
    CredentialRefused,
    HostUnknown,
    NamesRefused,
    ParameterIllegal,
    PermissionMissing,
    ProxyRefused,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .signing import CorrectedClock

PROBE_SECONDS = 8.0
"""Seconds for both requests together: a user waits, and splunkd ends a slow validation."""
PROXY, ACCOUNT, INPUT = "proxy", "account", "input"
PREVENTS_SAVING: Mapping[type[CollectionError], tuple[str, ...]] = {
    ProxyRefused: (PROXY, ACCOUNT, INPUT),
    # A proxy may be saved before the account that brings the certificates to trust, or with an
    # account whose host is wrong.
    HostUnknown: (ACCOUNT, INPUT),
    CertificateUntrusted: (ACCOUNT, INPUT),
    CredentialRefused: (ACCOUNT, INPUT),
    # An account is probed with the list of configurations: without permission, it is valid.
    PermissionMissing: (INPUT,),
    NamesRefused: (INPUT,),
    ConfigurationUnknown: (INPUT,),
    ConfigurationUnlisted: (INPUT,),
    ParameterIllegal: (INPUT,),
}
"""Errors that waiting cannot cure, and what they prevent from being saved. After any other error
saving succeeds, and the error is shown or logged.
"""
_Result = TypeVar("_Result")


def prevents_saving(error: CollectionError, what: str) -> bool:
    """`what`: PROXY, ACCOUNT or INPUT."""
    return what in PREVENTS_SAVING.get(type(error), ())


def probe(ask: Callable[[], _Result], clock: CorrectedClock) -> _Result:
    """The result of `ask`. Raises the CollectionError that it raises, or Unreachable after
    `PROBE_SECONDS`; the thread that still waits ends by its own timeout.
    """
    results: list[_Result] = []
    errors: list[CollectionError] = []

    def asking() -> None:
        try:
            results.append(_corrected(ask, clock))
        except CollectionError as error:
            errors.append(error)

    thread = threading.Thread(target=asking, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS)
    if errors:
        raise errors[0]
    if not results:
        raise Unreachable(f"Akamai did not answer within {PROBE_SECONDS:.0f} s")
    return results[0]


def _corrected(ask: Callable[[], _Result], clock: CorrectedClock) -> _Result:
    try:
        return ask()
    except ClockSkewed as error:
        if error.akamai_time is None:
            raise
        clock.learn(error.akamai_time)
        return ask()
