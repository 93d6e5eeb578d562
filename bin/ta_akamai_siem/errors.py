"""Everything that can end or delay a collection, grouped by what to do about it.

CollectionError
 ├─ NeedsPerson             end the run and tell an administrator what to do
 │   ├─ SettingsInvalid       a setting of the input, the account or the proxy is wrong
 │   ├─ SettingsUnreadable    splunkd does not return the settings or the secrets
 │   ├─ CredentialRefused     Akamai rejects the EdgeGrid credential
 │   ├─ PermissionMissing     Akamai accepts the credential, which lacks a permission
 │   │   └─ NamesRefused        the permission to read names
 │   ├─ ConfigurationUnknown  no security configuration has this id
 │   │   └─ ConfigurationUnlisted  the account may not see it, or sees none
 │   ├─ ParameterIllegal      Akamai rejects a parameter of the request
 │   │   ├─ OffsetRefused       the stored offset
 │   │   └─ LimitRefused        the number of events
 │   ├─ ProxyRefused          the proxy rejects the user name or the password
 │   ├─ CertificateUntrusted  no trusted authority issued the server's certificate
 │   ├─ SpoolUnusable         no space or no permission to store a page on disk
 │   ├─ CheckpointUnusable    the KV store is disabled or failed
 │   │   └─ CheckpointDamaged   the checkpoint is unreadable
 │   └─ TakeOverRefused       the input cannot go on from the position of Akamai's connector
 ├─ TryAgain                keep the position; a later attempt may succeed
 │   ├─ RateLimited           429: the request limit of the Akamai account is used up
 │   ├─ ServerTrouble         Akamai answered with a 5xx status
 │   ├─ Unreachable           no answer: network, timeout or a stalled connection
 │   │   └─ HostUnknown         DNS knows no such host
 │   ├─ RequestDeferred       Retry-After asks for a longer wait than a run has
 │   ├─ ExportRunning         Akamai is exporting this security configuration already
 │   ├─ ExportFailed          Akamai's export of a security configuration failed
 │   ├─ OffsetStuck           a page with events whose offset was requested before
 │   ├─ UnexpectedAnswer      an answer that Akamai's API documentation does not describe
 │   ├─ ClockSkewed           this host's clock is wrong; sign again with the corrected time
 │   ├─ PageIncomplete        the page ended early, or its content disagrees with its count
 │   ├─ CheckpointUnavailable the KV store is starting or does not answer
 │   └─ Unforeseen            a fault of this add-on
 ├─ Replay                  return to time mode
 │   ├─ OffsetExpired         416: the offset is older than the events that Akamai retains
 │   └─ RangeExpired          `from` is older than the events that Akamai retains
 └─ Leave                   end the run without an error
     ├─ StopRequested         splunkd stopped the input
     ├─ PipeClosed            splunkd closed the pipe
     ├─ LeaseHeld             another host collects this input
     └─ LeaseLost             another host has taken over this input

Each class has a `code`, its name in the log and in `docs/troubleshooting.md`, and most have an
`advice`: what the error means for the data and what to do. No message and no advice holds a secret.
"""

from __future__ import annotations

from typing import ClassVar


class CollectionError(Exception):
    """Base of all. `str()` is what happened, followed by the advice."""

    code: ClassVar[str] = "collection.failed"
    advice: ClassVar[str] = ""

    def __init__(self, what: str) -> None:
        """`what`: what happened, without the last full stop, which is added here."""
        super().__init__(what)
        self.what = f"{what}."

    def __str__(self) -> str:
        return f"{self.what} {self.advice}" if self.advice else self.what


class NeedsPerson(CollectionError):
    """No attempt can succeed until an administrator has changed something."""


class SettingsInvalid(NeedsPerson):
    """One or more settings are wrong.

    `problems`: one for each of them, as sentences without the last full stop.
    """

    code = "settings.invalid"

    def __init__(self, problems: list[str]) -> None:
        super().__init__(". ".join(problems))
        self.problems = problems


class SettingsUnreadable(NeedsPerson):
    code = "settings.unreadable"
    advice = (
        "Check that splunkd is healthy, and that the user who runs or saves the input can read "
        "this app's configuration and its stored passwords (capability list_storage_passwords)."
    )


class CredentialRefused(NeedsPerson):
    code = "credential.refused"
    advice = (
        "Check Host, Client token, Client secret and Access token under Configuration > "
        "Accounts. In Akamai Control Center, under Identity & Access > API clients, check that "
        "the credential is active and has not expired."
    )


class PermissionMissing(NeedsPerson):
    code = "permission.missing"
    advice = (
        "Check Security configurations (config_ids) of the input. In Akamai Control Center, give "
        "the API client's user the role Manage SIEM for them, and turn on SIEM integration in each."
    )


class NamesRefused(PermissionMissing):
    advice = (
        "No names are collected; events are not affected. In Akamai Control Center, under Identity "
        "& Access, give the API client access to the API Application Security (READ-ONLY is "
        "enough), and its user a role that can view security configurations. The role Manage SIEM "
        "is for a user with no other role: add an account of its own for names."
    )


class ConfigurationUnknown(NeedsPerson):
    code = "configuration.unknown"
    advice = (
        "Check Security configurations (config_ids) of the input. Akamai Control Center lists "
        "the ids under Security configurations, SIEM integration."
    )


class ConfigurationUnlisted(ConfigurationUnknown):
    advice = (
        "Its names are not collected; events are not affected. Check Security configurations "
        "(config_ids) of the input, and that the API client's user can view them in Akamai Control "
        "Center."
    )


class ParameterIllegal(NeedsPerson):
    code = "parameter.illegal"
    advice = "Check the setting of the input that Akamai's text names."


class OffsetRefused(ParameterIllegal):
    advice = "Nothing is collected until you reset the position: edit the input and start again."


class LimitRefused(ParameterIllegal):
    advice = "Lower Events per page (limit) of the input. No events are lost within 12 hours."


class ProxyRefused(NeedsPerson):
    code = "proxy.refused"
    advice = "Check User name and Password under Configuration > Proxy, and the proxy's own log."


class CertificateUntrusted(NeedsPerson):
    code = "certificate.untrusted"
    advice = (
        "If a proxy inspects TLS, enter its certificate authority in Additional trusted "
        "certificates (ca_bundle) of the account, under Configuration > Accounts. Otherwise "
        "check Host of the account."
    )


class SpoolUnusable(NeedsPerson):
    code = "spool.unusable"
    advice = (
        "The input has stopped, and no events are lost if it runs again within 12 hours. Free "
        "disk space under SPLUNK_DB, or correct the permissions of that folder."
    )


class CheckpointUnusable(NeedsPerson):
    code = "checkpoint.unusable"
    advice = (
        "Nothing is collected without the KV store, which must run on the same host as the "
        "input. Check `disabled` in the [kvstore] stanza of server.conf, and run `splunk show "
        "kvstore-status`."
    )


class CheckpointDamaged(CheckpointUnusable):
    advice = "Nothing is collected until you reset the position: edit the input and start again."


class TakeOverRefused(NeedsPerson):
    code = "takeover.refused"
    advice = (
        "Nothing is collected until then. No events are lost within 12 hours, because Akamai "
        "retains them."
    )


class TryAgain(CollectionError):
    """The position is kept; the same request may succeed later.

    `retry_after`: seconds to wait, as the Retry-After header has it; None without one. How much of
    it is honored: `plan.RETRY_AFTER_MAX`. `told_after`: seconds without anything collected after
    which a message is shown.
    """

    told_after: ClassVar[float] = 3600.0

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.retry_after = retry_after


class RateLimited(TryAgain):
    code = "request.limited"
    advice = (
        "The request limit is shared by the whole Akamai account. Run fewer collectors or "
        "lengthen the interval."
    )


class ServerTrouble(TryAgain):
    code = "server.trouble"
    advice = (
        "The input keeps its position and tries again. No events are lost if Akamai recovers "
        "within 12 hours."
    )


class Unreachable(TryAgain):
    code = "server.unreachable"
    advice = "Check DNS, firewall and proxy between this host and Host of the account."


class HostUnknown(Unreachable):
    code = "host.unknown"
    advice = (
        "Compare Host of the account with the 'host' line of the credential file. If only a "
        "proxy can resolve names, turn it on under Configuration > Proxy."
    )


class RequestDeferred(TryAgain):
    code = "request.deferred"
    advice = (
        "The input keeps its position. It honors Retry-After for at most 4 minutes. No events are "
        "lost if requests succeed within 12 hours."
    )


class UnexpectedAnswer(TryAgain):
    told_after = 900.0
    code = "answer.unexpected"
    advice = (
        "The input keeps its position and tries again. Check Host of the account, and check "
        "whether a proxy answered instead of Akamai. Akamai's support asks for the reference "
        "number, if there is one."
    )


class ExportRunning(TryAgain):
    code = "export.running"
    advice = "The names that are known remain valid. The next run tries again."


class ExportFailed(TryAgain):
    code = "export.failed"
    advice = "The names that are known remain valid. The next run tries again."


class OffsetStuck(TryAgain):
    told_after = 900.0
    code = "offset.stuck"
    advice = (
        "Nothing of this page was written, and the input keeps its position. If it lasts, contact "
        "Akamai's support within the 12 hours for which Akamai retains events."
    )


class ClockSkewed(TryAgain):
    """`akamai_time`: Akamai's clock when it answered, in epoch seconds; None if unknown."""

    code = "clock.skewed"
    advice = "Synchronize this host's clock (NTP)."

    def __init__(self, what: str, akamai_time: float | None = None) -> None:
        super().__init__(what)
        self.akamai_time = akamai_time


class PageIncomplete(TryAgain):
    """The page is not proved complete, so it must not be written.

    `ended`: the page has its context line, and its content disagrees with it.
    `events`: number of events that had arrived.
    """

    code = "page.incomplete"
    advice = "The input keeps its position and requests the page again."

    def __init__(self, what: str, *, ended: bool = False, events: int = 0) -> None:
        super().__init__(what)
        self.ended = ended
        self.events = events


class CheckpointUnavailable(TryAgain):
    code = "checkpoint.unavailable"
    advice = "Nothing is collected until the KV store answers. The input tries again."


class Unforeseen(TryAgain):
    """An error that is not in this tree. `what`: from `kind_and_place`."""

    code = "run.failed"
    advice = (
        "This is a fault of the add-on. The next run continues from the same position. Report "
        "this line to the add-on's maintainers."
    )


class Replay(CollectionError):
    """The stored position has expired; time mode has to bridge to a new offset.

    `akamai_time`: as for `ClockSkewed`.
    """

    def __init__(self, what: str, akamai_time: float | None = None) -> None:
        super().__init__(what)
        self.akamai_time = akamai_time


class OffsetExpired(Replay):
    code = "offset.expired"
    advice = "The input continues from the last moment known to be complete."


class RangeExpired(Replay):
    code = "range.expired"
    advice = "The input continues from the oldest moment that Akamai still retains."


class Leave(CollectionError):
    """Not an error: this process has nothing more to do."""


class StopRequested(Leave):
    code = "stop.requested"


class PipeClosed(Leave):
    code = "pipe.closed"


class LeaseHeld(Leave):
    code = "lease.held"


class LeaseLost(Leave):
    code = "lease.lost"


def kind_and_place(error: BaseException) -> str:
    """Class and source line of an unexpected error. Its text is omitted: it may hold a secret."""
    trace = error.__traceback__
    place = "unknown"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
