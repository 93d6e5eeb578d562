"""The refusal that every REST handler raises."""

from __future__ import annotations


class RestFault(Exception):
    """An HTTP status with splunkd's message text; rendered as XML or JSON by the server."""

    def __init__(self, status: int, text: str, kind: str = "ERROR") -> None:
        """Keep the status (HTTP), the text shown to the caller and the message type."""
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text
        self.kind = kind


def missing_arguments(names: list[str]) -> RestFault:
    """Refuse a create or edit that lacks required arguments, in splunkd's words."""
    return RestFault(400, f"The following required arguments are missing: {', '.join(names)}.")


def unknown_argument(name: str) -> RestFault:
    """Refuse an unknown argument, in splunkd's words."""
    return RestFault(400, f'Argument "{name}" is not supported by this handler.')


def not_found(handler: str, name: str) -> RestFault:
    """Refuse a name that does not exist."""
    return RestFault(404, f"In handler '{handler}': Could not find object id={name}")
