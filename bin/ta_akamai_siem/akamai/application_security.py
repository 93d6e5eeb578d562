"""Sends requests to Akamai's Application Security API, which gives names and SIEM settings.

Waits for the rate limit and tries again after errors that may pass. Every other error is raised:
the callers decide what a refusal means.
https://techdocs.akamai.com/application-security/reference/api
"""

from __future__ import annotations

import gzip
import json
import random
from typing import IO, TYPE_CHECKING, Any, Callable, NamedTuple, Optional, TypeVar

from urllib3.exceptions import HTTPError

from ta_akamai_siem.errors import (
    ClockSkewed,
    RateLimited,
    ServerTrouble,
    UnexpectedAnswer,
    Unreachable,
)

from .deadline import Deadline
from .session import CONNECT_TIMEOUT, NETWORK_TROUBLE, network_error, open_session, refusal_of
from .session import root_cause as cause_of

if TYPE_CHECKING:
    import ssl

    import requests

    from ta_akamai_siem.settings import Account, Proxy
    from ta_akamai_siem.splunk.log import Log

    from .rate_budget import RateBudget
    from .signing import CorrectedClock
    from .spool import SpoolFile

READ_TIMEOUT = 60.0
"""Seconds without a byte."""
ANSWER_TIMEOUT = 90.0
"""Seconds for an answer that is read as a whole."""
EXPORT_TIMEOUT = 600.0
"""Seconds for an export, which is spooled."""
_ANSWER_MAX = 16 << 20
"""Bytes of an answer that is read as a whole."""
_PIECE = 64 << 10
_ATTEMPTS = 4
_FIRST_WAIT = 2.0
_LIMITED_WAIT = 60.0
"""Seconds to wait after HTTP 429 without a time."""
_CORRECTIONS = 2
_Result = TypeVar("_Result")


class Access(NamedTuple):
    """What a session needs."""

    account: Account
    proxy: Optional[Proxy]
    trusted: ssl.SSLContext
    clock: CorrectedClock


class ApplicationSecurity:
    """Sends the requests of one account. Use it from one thread.

    `wait`: sleeps, or raises if the input is stopped. All calls raise the errors of `error_table`
    and `session.network_error`, and UnexpectedAnswer.
    """

    def __init__(
        self, access: Access, budget: RateBudget, wait: Callable[[float], None], log: Log
    ) -> None:
        self._base = f"https://{access.account.host}/appsec/v1/"
        self._clock = access.clock
        self._budget = budget
        self._wait = wait
        self._log = log
        self._deadline = Deadline()
        self._session = open_session(
            access.account, access.proxy, access.trusted, access.clock, self._deadline
        )

    def ask(self, path: str) -> dict[str, Any]:
        """The JSON object that `GET path` answers."""
        return self._insisting(lambda: self._asked("GET", path))

    def begin(self, path: str) -> dict[str, Any]:
        """The JSON object that `POST path` answers. Costs one token, as for an active version."""
        return self._insisting(lambda: self._asked("POST", path))

    def download(self, path: str, new_file: Callable[[], SpoolFile]) -> IO[bytes]:
        """The answer of `GET path` in a spool file, decompressed as it is read. Close it.

        Raises SpoolUnusable too.
        """
        return self._insisting(lambda: self._downloaded(path, new_file))

    def _asked(self, method: str, path: str) -> dict[str, Any]:
        with self._deadline.within(ANSWER_TIMEOUT), self._sent(method, path) as response:
            try:
                body = bytes(response.raw.read(_ANSWER_MAX + 1, decode_content=True) or b"")
            except (HTTPError, OSError) as error:
                raise _broken(path, error) from error
        if len(body) > _ANSWER_MAX:
            what = f"The answer of {path} is larger than {_ANSWER_MAX >> 20} MB"
            raise UnexpectedAnswer(what)
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            what = f"The answer of {path} is not a JSON object"
            raise UnexpectedAnswer(what)
        return content

    def _downloaded(self, path: str, new_file: Callable[[], SpoolFile]) -> IO[bytes]:
        file = new_file()
        try:
            with self._deadline.within(EXPORT_TIMEOUT), self._sent("GET", path) as response:
                encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
                try:
                    while piece := response.raw.read1(_PIECE, decode_content=False):
                        file.write(piece)
                except (HTTPError, OSError) as error:
                    raise _broken(path, error) from error
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return _Unpacked(file) if encoding.endswith("gzip") else file  # type: ignore[return-value]

    def _sent(self, method: str, path: str) -> requests.Response:
        self._budget.before(1)
        try:
            response = self._session.request(
                method,
                self._base + path,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT, READ_TIMEOUT),
            )
        except NETWORK_TROUBLE as error:
            raise network_error(error) from error
        self._budget.learn(response.headers)
        if response.status_code in (200, 202):
            return response
        raise refusal_of(response)

    def _insisting(self, call: Callable[[], _Result]) -> _Result:
        """The result of `call`, after further attempts if it fails for a while."""
        failed = corrected = 0
        while True:
            try:
                return call()
            except ClockSkewed as error:  # noqa: PERF203 - one turn is a whole answer
                corrected += 1
                if error.akamai_time is None or corrected > _CORRECTIONS:
                    raise
                self._clock.learn(error.akamai_time)
            except RateLimited as error:
                seconds = error.retry_after or _LIMITED_WAIT
                self._log.warning(error.code, reason=error.what, wait_seconds=seconds)
                self._budget.pause(seconds)
            except (ServerTrouble, Unreachable) as error:
                failed += 1
                if failed >= _ATTEMPTS:
                    raise
                pause = _FIRST_WAIT * 2.0**failed * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
                self._log.warning(error.code, reason=error, attempt=failed, wait_seconds=pause)
                self._wait(pause)


class _Unpacked(gzip.GzipFile):
    """Reads a compressed spool file, and closes it as well."""

    def __init__(self, file: SpoolFile) -> None:
        super().__init__(fileobj=file)
        self._packed = file

    def close(self) -> None:
        super().close()
        self._packed.close()


def _broken(path: str, error: BaseException) -> Unreachable:
    return Unreachable(f"The connection broke during the answer of {path} ({cause_of(error)})")
