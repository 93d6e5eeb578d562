"""The part of Splunk's own `splunk` package that an add-on's scripts import."""

from __future__ import annotations

from typing import Optional

_session = {"key": None}  # type: dict[str, Optional[str]]


class SplunkdException(Exception):
    """Base class of errors of calls to splunkd."""


class RESTException(SplunkdException):
    """A REST call was refused; `statusCode` is HTTP's."""

    def __init__(self, statusCode: int, messages: object = None, *extended: object) -> None:  # noqa: N803
        """Keep status and text."""
        super().__init__(f"[HTTP {statusCode}] {messages}")
        self.statusCode = statusCode
        self.msg = messages
        self.extendedMessages = extended

    def get_message_text(self) -> str:
        """Return the text."""
        return str(self.msg or "")

    def get_extended_message_text(self) -> str:
        """Return further text."""
        return " ".join(str(part) for part in self.extendedMessages)


class ResourceNotFound(RESTException):
    """404."""

    def __init__(self, messages: object = None, *extended: object) -> None:
        """Keep the text."""
        super().__init__(404, messages, *extended)


class AuthenticationFailed(RESTException):
    """401."""

    def __init__(self, messages: object = None, *extended: object) -> None:
        """Keep the text."""
        super().__init__(401, messages, *extended)


class SplunkdConnectionException(SplunkdException):
    """splunkd did not answer."""


def setDefault(key: str, value: Optional[str]) -> None:  # noqa: N802 - Splunk's own name
    """Set a default; only sessionKey is supported."""
    if key == "sessionKey":
        _session["key"] = value


def getDefault(key: str) -> Optional[str]:  # noqa: N802 - Splunk's own name
    """Return a default; only sessionKey is supported."""
    return _session["key"] if key == "sessionKey" else None


def getSessionKey() -> Optional[str]:  # noqa: N802 - Splunk's own name
    """Return the session key of a REST handler's caller; None in any other script."""
    return _session["key"]
