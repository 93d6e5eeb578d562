"""The parts of this app's search-time knowledge that the setup page changes.

They belong to the app, so who may change them is decided by the permissions of the app. A macro has
no endpoint of its own: https://docs.splunk.com/Documentation/Splunk/9.4.0/RESTTUT/RESTbasicexamples
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from splunklib.binding import AuthenticationError, Context, HTTPError, UrlEncoded

from .names import APP
from .stored_settings import reason, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_FOUND, _FORBIDDEN = 404, 403
_TROUBLE = (HTTPError, AuthenticationError, OSError, ValueError, LookupError, TypeError)


class NotChanged(Exception):
    """splunkd did not save a change. The text is for the user: a sentence with its full stop."""


class EventType(NamedTuple):
    """`is_on`: it is not disabled."""

    search: str
    is_on: bool


class Knowledge:
    """`context`: splunkd, in this app's namespace, with the permissions of the user who calls.

    What reads raises SettingsUnreadable; what writes raises NotChanged.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def macro(self, name: str) -> str:
        """The definition."""
        return str(self._content(_conf("macros", name), f"macro '{name}'")["definition"])

    def set_macro(self, name: str, definition: str) -> None:
        self._post(_conf("macros", name), f"macro '{name}'", {"definition": definition})

    def event_type(self, name: str) -> EventType:
        content = self._content(_event_type(name), f"event type '{name}'")
        return EventType(str(content["search"]), not _is_true(content.get("disabled")))

    def set_event_type(self, name: str, changed: EventType) -> None:
        values = {"search": changed.search, "disabled": str(int(not changed.is_on))}
        self._post(_event_type(name), f"event type '{name}'", values)

    def is_accelerated(self, model: str) -> bool:
        """Whether Splunk keeps summaries of the data model. False if its answer is not known."""
        stated = self._content(_model(model), f"data model '{model}'").get("acceleration")
        with contextlib.suppress(ValueError):
            stated = json.loads(str(stated))
        return _is_true(stated.get("enabled") if isinstance(stated, dict) else stated)

    def accelerate(self, model: str, earliest: str, *, is_on: bool) -> None:
        """`earliest`: how far back the summaries reach, such as `-7d`."""
        stated = {"enabled": is_on, **({"earliest_time": earliest} if is_on else {})}
        values = {"acceleration": json.dumps(stated)}
        self._post(_model(model), f"acceleration of data model '{model}'", values)

    def has_props(self, name: str) -> bool:
        """Whether this app has such a stanza. Another app's, if it is shared, shows here too."""
        try:
            entry = self._entry(_conf("props", name))
        except HTTPError as error:
            if error.status == _NOT_FOUND:
                return False
            raise unreadable("props.conf", error) from error
        except _TROUBLE as error:
            raise unreadable("props.conf", error) from error
        return bool(entry.get("acl", {}).get("app") == APP)

    def add_props(self, name: str, values: Mapping[str, str]) -> None:
        """Add a stanza to this app's props.conf, or replace its values."""
        what = f"stanza [{name}] of props.conf"
        if self.has_props(name):
            self._post(_conf("props", name), what, values)
        else:
            self._post(_path("configs/conf-props"), what, {"name": name, **values})

    def remove_props(self, name: str) -> None:
        """Remove this app's stanza of props.conf if there is one."""
        if not self.has_props(name):
            return
        try:
            self._context.delete(_conf("props", name))
        except _TROUBLE as error:
            raise _not_changed(f"stanza [{name}] of props.conf", error) from error

    def _content(self, path: UrlEncoded, what: str) -> Mapping[str, Any]:
        try:
            content: Mapping[str, Any] = self._entry(path)["content"]
        except _TROUBLE as error:
            raise unreadable(what, error) from error
        return content

    def _entry(self, path: UrlEncoded) -> Mapping[str, Any]:
        response = self._context.get(path, output_mode="json")
        entry: Mapping[str, Any] = json.loads(response.body.read())["entry"][0]
        return entry

    def _post(self, path: UrlEncoded, what: str, values: Mapping[str, str]) -> None:
        try:
            self._context.post(path, body=dict(values))
        except _TROUBLE as error:
            raise _not_changed(what, error) from error


def _not_changed(what: str, error: Exception) -> NotChanged:
    if getattr(error, "status", None) == _FORBIDDEN:
        return NotChanged(
            f"You do not have permission to change {what}. Ask an administrator for write access "
            f"to the app {APP} (Apps > Manage Apps > Permissions)."
        )
    return NotChanged(f"splunkd did not change {what} ({reason(error)}). Try again.")


def _is_true(value: object) -> bool:
    return str(value).lower() in ("1", "true")


def _conf(conf: str, name: str) -> UrlEncoded:
    return _path(f"configs/conf-{conf}/{quote(name, safe='')}")


def _model(name: str) -> UrlEncoded:
    """https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTknowledge describes it."""
    return _path(f"datamodel/model/{quote(name, safe='')}")


def _event_type(name: str) -> UrlEncoded:
    return _path(f"saved/eventtypes/{quote(name, safe='')}")


def _path(text: str) -> UrlEncoded:
    return UrlEncoded(text, skip_encode=True)
