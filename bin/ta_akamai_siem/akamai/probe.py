"""Asks Akamai once while a person waits: bounded, and again at once where the clock was wrong.

`PREVENTS_SAVING` decides which answers keep a setting from being saved.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from ta_akamai_siem.errors import (
    CertificateUntrusted,
    ClockSkewed,
    CollectionError,
    ConfigurationUnknown,
    CredentialRefused,
    HostUnknown,
    ParameterIllegal,
    PermissionMissing,
    ProxyRefused,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .signing import CorrectedClock

PROBE_SECONDS = 8.0
"""For all of it: splunkd kills a validation that takes long; a person is waiting, too."""
PROXY, ACCOUNT, INPUT = "proxy", "account", "input"
PREVENTS_SAVING: Mapping[type[CollectionError], tuple[str, ...]] = {
    ProxyRefused: (PROXY, ACCOUNT, INPUT),
    # The authority of a proxy that inspects TLS comes with an account, which may not be there yet;
    # nor is an account's host the proxy's business.
    HostUnknown: (ACCOUNT, INPUT),
    CertificateUntrusted: (ACCOUNT, INPUT),
    CredentialRefused: (ACCOUNT, INPUT),
    # An account is asked for its list of configurations: not to be allowed that proves it.
    PermissionMissing: (INPUT,),
    ConfigurationUnknown: (INPUT,),
    ParameterIllegal: (INPUT,),
}
"""What no waiting cures, and what it keeps from being saved. Any other error may be gone in a
minute: it is noted, and what was asked about is saved.
"""
_Result = TypeVar("_Result")


def prevents_saving(error: CollectionError, what: str) -> bool:
    """`what`: PROXY, ACCOUNT or INPUT."""
    return what in PREVENTS_SAVING.get(type(error), ())


def probe(ask: Callable[[], _Result], clock: CorrectedClock) -> _Result:
    """What `ask` gives. Raises the CollectionError that it raises, or Unreachable after
    `PROBE_SECONDS`; the thread that waits longer ends by its own time-out.
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
