"""Lists the security configurations that an API client can see.

`GET /appsec/v1/configs` of Akamai's Application Security API answers with `configurations`, a list
of objects with `id` and `name`. The request also checks a credential: if only the permission is
missing, the credential is valid.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ta_akamai_siem.akamai.deadline import Deadline
from ta_akamai_siem.akamai.session import (
    CONNECT_TIMEOUT,
    NETWORK_TROUBLE,
    network_error,
    open_session,
    refusal_of,
)
from ta_akamai_siem.errors import UnexpectedAnswer

if TYPE_CHECKING:
    import ssl

    from ta_akamai_siem.akamai.signing import CorrectedClock
    from ta_akamai_siem.settings import Account, Proxy

_OK = 200
_LONGEST = 8 << 20
"""Bytes of an answer that are read."""


class SecurityConfiguration(NamedTuple):
    """As Akamai lists it."""

    id: int
    name: str


def security_configurations(
    account: Account,
    proxy: Proxy | None,
    trusted: ssl.SSLContext,
    clock: CorrectedClock,
    timeout: float,
) -> list[SecurityConfiguration]:
    """Sorted by name. `timeout`: seconds for all of it.

    Raises the errors of `error_table` and `session.network_error`, and UnexpectedAnswer.
    """
    # https://techdocs.akamai.com/application-security/reference/get-configs
    url = f"https://{account.host}/appsec/v1/configs"
    deadline = Deadline()
    try:
        session = open_session(account, proxy, trusted, clock, deadline)
        with deadline.within(timeout), session:
            response = session.get(
                url,
                stream=True,
                allow_redirects=False,
                timeout=(min(CONNECT_TIMEOUT, timeout), timeout),
            )
            if response.status_code != _OK:
                raise refusal_of(response)
            with response:
                body = bytes(response.raw.read(_LONGEST, decode_content=True) or b"")
    except NETWORK_TROUBLE as error:
        raise network_error(error) from error
    return sorted(_read(body), key=lambda each: (each.name.lower(), each.id))


def _read(body: bytes) -> list[SecurityConfiguration]:
    try:
        listed = json.loads(body)["configurations"]
        return [SecurityConfiguration(int(each["id"]), str(each["name"])) for each in listed]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        what = "Akamai's answer is not a list of security configurations"
        raise UnexpectedAnswer(what) from error
