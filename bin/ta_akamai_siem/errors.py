"""Everything that can end or delay a collection, grouped by what to do about it.

CollectionError
 ├─ NeedsPerson             stop this run and tell a person what to do
 │   ├─ SettingsInvalid       a setting of the stanza, the account or the proxy
 │   ├─ SettingsUnreadable    splunkd does not hand out the settings or the secrets
 │   ├─ CredentialRefused     Akamai does not accept the EdgeGrid credential
 │   ├─ PermissionMissing     Akamai knows the credential, but not for this
 │   ├─ ConfigurationUnknown  no security configuration has this id
 │   ├─ ParameterIllegal      Akamai refuses a parameter of the request
 │   ├─ ProxyRefused          the proxy does not let us through
 │   ├─ CertificateUntrusted  the certificate shown is not from a trusted authority
 │   ├─ SpoolUnusable         no room or no right to spool a page
 │   └─ CheckpointUnusable    the KV store is off, broken, or holds what we cannot read
 ├─ TryAgain                keep the offset; the next attempt may work
 │   ├─ RateLimited           the account's budget of requests is used up
 │   ├─ ServerTrouble         Akamai answered 5xx
 │   ├─ Unreachable           no answer: network, time-out, stall
 │   │   └─ HostUnknown         the name service knows no such host
 │   ├─ UnexpectedAnswer      an answer that the API's documents do not know
 │   ├─ ClockSkewed           our clock is off; sign again with the corrected time
 │   ├─ PageIncomplete        the page ended before its end, or its count is wrong
 │   ├─ CheckpointUnavailable the KV store is starting or does not answer
 │   └─ Unforeseen            a fault of this add-on
 ├─ Replay                  go back to time mode
 │   ├─ OffsetExpired         the offset is older than what Akamai keeps
 │   └─ RangeExpired          `from` is older than what Akamai keeps
 └─ Leave                   end quietly
     ├─ StopRequested         splunkd asked us to stop
     ├─ PipeClosed            nobody reads our output any more
     ├─ LeaseHeld             another collector has this input
     └─ LeaseLost             another collector has taken this input over

Every class has a `code`, the word by which the log and `docs/troubleshooting.md` name it, and an
`advice`, the sentence that says what to do. Neither messages nor advice ever hold a secret.
"""

from __future__ import annotations

from typing import ClassVar


class CollectionError(Exception):
    """Base of all. `str()` gives what is wrong and, where there is one, what to do."""

    code: ClassVar[str] = "collection.failed"
    advice: ClassVar[str] = ""

    def __init__(self, what: str) -> None:
        """`what`: one sentence without a final stop."""
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"{self.what}. {self.advice}" if self.advice else self.what


class NeedsPerson(CollectionError):
    """Trying again cannot help before a person has changed something."""


class SettingsInvalid(NeedsPerson):
    """One or more settings are wrong; `problems` holds one sentence each."""

    code = "settings.invalid"

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class SettingsUnreadable(NeedsPerson):
    code = "settings.unreadable"
    advice = (
        "Check that the user who runs or saves the input may read this app's configuration and "
        "its stored passwords (capability list_storage_passwords), and that splunkd is healthy"
    )


class CredentialRefused(NeedsPerson):
    code = "credential.refused"
    advice = (
        "Check host, client token, client secret and access token under Configuration > Accounts; "
        "in Akamai Control Center under Identity & Access > API clients see whether the credential "
        "is active and not expired"
    )


class PermissionMissing(NeedsPerson):
    code = "permission.missing"
    advice = (
        "In Akamai Control Center give the API client's user the role 'Manage SIEM' for these "
        "security configurations, and turn SIEM integration on in each of them"
    )


class ConfigurationUnknown(NeedsPerson):
    code = "configuration.unknown"
    advice = (
        "Check config_ids of the input: the ids stand in Akamai Control Center under Security "
        "configurations, SIEM integration"
    )


class ParameterIllegal(NeedsPerson):
    code = "parameter.illegal"
    advice = "Check config_ids and limit of the input"


class ProxyRefused(NeedsPerson):
    code = "proxy.refused"
    advice = "Check the settings under Configuration > Proxy and the proxy's own log"


class CertificateUntrusted(NeedsPerson):
    code = "certificate.untrusted"
    advice = (
        "If a proxy inspects TLS, put its certificate authority into ca_bundle of the account "
        "(Configuration > Accounts); otherwise check the account's host"
    )


class SpoolUnusable(NeedsPerson):
    code = "spool.unusable"
    advice = (
        "Free disk space under SPLUNK_DB, or correct the rights of that folder; nothing is lost "
        "as long as this is done within 12 hours"
    )


class CheckpointUnusable(NeedsPerson):
    code = "checkpoint.unusable"
    advice = (
        "The KV store has to run where the input runs: see server.conf [kvstore] (disabled) and "
        "`splunk show kvstore-status`; nothing is collected without it"
    )


class TryAgain(CollectionError):
    """The offset is kept; the same request may succeed later."""


class RateLimited(TryAgain):
    """`retry_after`: seconds that Akamai asked us to wait, None where it did not say."""

    code = "request.limited"
    advice = "The budget is the Akamai account's: have fewer collectors, or longer intervals"

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class ServerTrouble(TryAgain):
    """`retry_after`: as with `RateLimited`."""

    code = "server.trouble"
    advice = "Nothing to do: the offset is kept for 12 hours"

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class Unreachable(TryAgain):
    code = "server.unreachable"
    advice = "Check name service, firewall and proxy between this host and the account's host"


class HostUnknown(Unreachable):
    code = "host.unknown"
    advice = (
        "Check the account's host against the 'host' line of the credential file; behind a proxy "
        "that resolves names, switch the proxy on"
    )


class UnexpectedAnswer(TryAgain):
    code = "answer.unexpected"
    advice = "Check the account's host, and whether a proxy answers in its place"


class ClockSkewed(TryAgain):
    """`akamai_time`: Akamai's clock in epoch seconds when it answered; None if it did not say."""

    code = "clock.skewed"
    advice = "Correct this host's clock (NTP)"

    def __init__(self, what: str, akamai_time: float | None = None) -> None:
        super().__init__(what)
        self.akamai_time = akamai_time


class PageIncomplete(TryAgain):
    """The page is not proved complete: nothing of it may be written.

    `ended`: it ended as it should, context line included; only its content disagrees with it.
    """

    code = "page.incomplete"
    advice = "Nothing was written of this page; it is asked for again from the same offset"

    def __init__(self, what: str, *, ended: bool = False) -> None:
        super().__init__(what)
        self.ended = ended


class CheckpointUnavailable(TryAgain):
    code = "checkpoint.unavailable"
    advice = "Nothing is collected until the KV store answers"


class Unforeseen(TryAgain):
    """`what`: kind and place of an error that this tree does not know, see `kind_and_place`."""

    code = "run.failed"
    advice = (
        "This is a fault of the add-on. The next run tries again from the same position; report "
        "this line to the add-on's maintainers"
    )


class Replay(CollectionError):
    """The stored position is of no use any more; time mode has to bridge to a new one.

    `akamai_time`: as with `ClockSkewed`.
    """

    def __init__(self, what: str, akamai_time: float | None = None) -> None:
        super().__init__(what)
        self.akamai_time = akamai_time


class OffsetExpired(Replay):
    code = "offset.expired"
    advice = "The input goes on from the last moment known to be complete"


class RangeExpired(Replay):
    code = "range.expired"
    advice = "The input goes on from the oldest moment that Akamai still has"


class Leave(CollectionError):
    """Not an error: there is nothing more to do for this process."""


class StopRequested(Leave):
    code = "stop.requested"


class PipeClosed(Leave):
    code = "pipe.closed"


class LeaseHeld(Leave):
    code = "lease.held"


class LeaseLost(Leave):
    code = "lease.lost"


def kind_and_place(error: BaseException) -> str:
    """An error that nobody foresaw. Its text is left out: it may repeat a secret."""
    trace = error.__traceback__
    place = "unknown"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
