"""The base of all handlers: never returns a secret, and shows errors as sentences."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from splunktaucclib.rest_handler.admin_external import (
    AdminExternalHandler,
    build_conf_info,
    get_splunkd_endpoint,
)
from splunktaucclib.rest_handler.error import RestError

from ta_akamai_siem.errors import CollectionError
from ta_akamai_siem.splunk.splunkd import Splunkd

if TYPE_CHECKING:
    from collections.abc import Iterator

BAD_REQUEST = 400
_HANDLER = re.compile(r"\AIn handler '[^']*': ")


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Turns a CollectionError into the message that the form shows."""
    try:
        yield
    except CollectionError as error:
        raise RestError(BAD_REQUEST, str(error)) from error


@contextlib.contextmanager
def saying_plainly(*, instead_of: str = "", named: str = "") -> Iterator[None]:
    """Takes the name of a handler out of splunkd's refusal, and ends it with a full stop.

    `instead_of`: how splunkd's refusal names a setting; `named`: the field that the user filled.
    """
    try:
        yield
    except RestError as error:
        text = _HANDLER.sub("", str(error.message)).strip()
        if instead_of and text.startswith(instead_of):
            text = named + text[len(instead_of) :]
        raise RestError(error.status, text if text.endswith(".") else f"{text}.") from error


class PageHandler(AdminExternalHandler):  # type: ignore[misc]  # published without type hints
    """A UCC handler that never returns a secret."""

    payload: dict[str, str]

    @property
    def splunkd(self) -> Splunkd:
        """splunkd, with the permissions of the user who calls."""
        return Splunkd(get_splunkd_endpoint(), self.getSessionKey())

    @build_conf_info  # type: ignore[untyped-decorator]
    def handleList(self, confInfo: Any) -> Any:  # noqa: N802, N803, ANN401, ARG002 - UCC's names
        """Like UCC's own, but ignores `--cred--`, which requests secrets in clear text."""
        if self.callerArgs.id:
            return self.handler.get(self.callerArgs.id)
        return self.handler.all(count=0)
