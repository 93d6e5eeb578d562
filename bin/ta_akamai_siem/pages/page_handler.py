"""What all handlers of the pages have in common: secrets stay, refusals are sentences."""

from __future__ import annotations

import contextlib
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


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """What is wrong becomes the text that the page shows."""
    try:
        yield
    except CollectionError as error:
        raise RestError(BAD_REQUEST, str(error)) from error


class PageHandler(AdminExternalHandler):  # type: ignore[misc]  # published without type hints
    """A handler of UCC's that never gives a secret away."""

    payload: dict[str, str]

    @property
    def splunkd(self) -> Splunkd:
        """With the rights of who calls."""
        return Splunkd(get_splunkd_endpoint(), self.getSessionKey())

    @build_conf_info  # type: ignore[untyped-decorator]
    def handleList(self, confInfo: Any) -> Any:  # noqa: N802, N803, ANN401, ARG002 - UCC's names
        """As UCC's own, but deaf to `--cred--`, which asks for secrets in clear."""
        if self.callerArgs.id:
            return self.handler.get(self.callerArgs.id)
        return self.handler.all(count=0)
