"""`splunk.admin`: the base class of REST handlers and the loop that serves requests."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from typing import Any, Optional

import splunk

ACTION_CREATE = 1
ACTION_LIST = 2
ACTION_EDIT = 4
ACTION_REMOVE = 8
ACTION_MEMBERS = 16
ACTION_RELOAD = 32

CONTEXT_NONE = 1
CONTEXT_APP_ONLY = 2
CONTEXT_APP_AND_USER = 3

EAI_ENTRY_ACL = "eai:acl"
EAI_META_PREFIX = "eai:"

_ACTIONS = {
    "create": (ACTION_CREATE, "handleCreate"),
    "list": (ACTION_LIST, "handleList"),
    "edit": (ACTION_EDIT, "handleEdit"),
    "remove": (ACTION_REMOVE, "handleRemove"),
}


class AdminManagerException(Exception):
    """Base class of refusals that a handler raises."""

    status = 500


class ArgValidationException(AdminManagerException):
    """An argument is not valid: 400."""

    status = 400


class BadProgrammerException(AdminManagerException):
    """The handler has a programming error."""


class BadActionException(AdminManagerException):
    """The action is not supported: 405."""

    status = 405


class InternalException(AdminManagerException):
    """An internal error."""


class NotFoundException(AdminManagerException):
    """404."""

    status = 404


class AlreadyExistsException(AdminManagerException):
    """409."""

    status = 409


class HandlerSetupException(AdminManagerException):
    """setup() failed."""


class PermissionsException(AdminManagerException):
    """403."""

    status = 403


class ServiceUnavailableException(AdminManagerException):
    """503."""

    status = 503


class ConfigItem(dict):  # type: ignore[type-arg]
    """One entry of the response: its settings, and EAI metadata."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.metadata: dict[str, Any] = {}
        self.actions = 0

    def append(self, key: str, value: object) -> None:
        """Add to a list of values."""
        self.setdefault(key, []).append(value)

    def setMetadata(self, key: str, value: object) -> None:  # noqa: N802 - Splunk's own name
        """Set an eai: value; another name is a programming error."""
        if not key.startswith(EAI_META_PREFIX):
            raise BadProgrammerException(f"metadata {key}")
        self.metadata[key] = value

    def getMetadata(self, key: str) -> object:  # noqa: N802 - Splunk's own name
        """Return an eai: value."""
        return self.metadata[key]


class ConfigInfo(dict):  # type: ignore[type-arg]
    """The response: entries by name, created at first access."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.messages: list[tuple[str, str]] = []

    def __missing__(self, name: str) -> ConfigItem:
        """Create an entry."""
        self[name] = ConfigItem()
        item: ConfigItem = self[name]
        return item

    def addWarnMsg(self, text: str) -> None:  # noqa: N802 - Splunk's own name
        """Add a warning to the response."""
        self.messages.append(("WARN", text))


class CallerArgs:
    """The caller's arguments: `id` and `data`, name to list of values."""

    def __init__(self, item: Optional[str], data: dict[str, list[str]]) -> None:
        """Keep both."""
        self.id = item
        self.data = data

    def __getitem__(self, key: str) -> list[str]:
        """Return an argument's values."""
        return self.data[key]

    def get(self, key: str, default: Optional[list[str]] = None) -> Optional[list[str]]:
        """Return an argument's values, or the default."""
        return self.data.get(key, default)


class SupportedArgs:
    """What setup() declares."""

    def __init__(self) -> None:
        """Start empty."""
        self.required: list[str] = []
        self.optional: list[str] = []

    def addReqArg(self, name: str) -> None:  # noqa: N802 - Splunk's own name
        """Declare a required argument."""
        self.required.append(name)

    def addOptArg(self, name: str) -> None:  # noqa: N802 - Splunk's own name
        """Declare an optional argument. A `*` at its end matches every continuation."""
        self.optional.append(name)


class MConfigHandler:
    """Base class of REST handlers."""

    def __init__(self, scriptMode: int, ctxInfo: int, request: dict[str, Any]) -> None:  # noqa: N803
        """Handle one request."""
        self.scriptMode = scriptMode
        self.context = ctxInfo
        self.requestedAction = _ACTIONS[request["action"]][0]
        self.callerArgs = CallerArgs(request["id"], request["arguments"])
        self.supportedArgs = SupportedArgs()
        self.userName = request["user"]
        self.appName = request["app"]
        self.sessionKey = request["session_key"]
        standard = request["standard"]
        self.maxCount = int(standard.get("count", 30))
        self.posOffset = int(standard.get("offset", 0))
        self.sortAscending = standard.get("sort_dir", "asc") == "asc"
        self.sortByKey = standard.get("sort_key", "")
        self.customAction = ""
        self.shouldReload = False
        self.shouldFilter = True

    def getSessionKey(self) -> str:  # noqa: N802 - Splunk's own name
        """Return the caller's session key."""
        key: str = self.sessionKey
        return key

    def setup(self) -> None:
        """Declare the arguments; subclasses override it."""

    def _unserved(self, *_: object) -> None:
        raise BadActionException(f"This handler does not serve action {self.requestedAction}")

    handleCreate = _unserved  # noqa: N815 - Splunk's own name
    handleList = _unserved  # noqa: N815 - Splunk's own name
    handleEdit = _unserved  # noqa: N815 - Splunk's own name
    handleRemove = _unserved  # noqa: N815 - Splunk's own name


def _check(handler: MConfigHandler) -> None:
    declared = handler.supportedArgs
    missing = [name for name in declared.required if name not in handler.callerArgs.data]
    if missing:
        listed = ", ".join(missing)
        raise ArgValidationException(f"The following required arguments are missing: {listed}.")
    names = {*declared.required, *declared.optional}
    starts = tuple(name[:-1] for name in names if name.endswith("*"))
    for name in handler.callerArgs.data:
        if name not in names and not (starts and name.startswith(starts)):
            raise ArgValidationException(f'Argument "{name}" is not supported by this handler.')


def _entries(info: ConfigInfo) -> list[dict[str, Any]]:
    return [
        {"name": name, "content": dict(item), "metadata": item.metadata}
        for name, item in info.items()
    ]


def _answer(handler_class: type[MConfigHandler], context: int, request: dict[str, Any]) -> Any:
    try:
        splunk.setDefault("sessionKey", request["session_key"])
        handler = handler_class(2, context, request)
        handler.setup()
        _check(handler)
        info = ConfigInfo()
        getattr(handler, _ACTIONS[request["action"]][1])(info)
        return {"entries": _entries(info), "messages": info.messages}
    except AdminManagerException as refused:
        return {"refused": {"status": refused.status, "text": str(refused)}}
    except Exception as error:  # noqa: BLE001 - splunkd reports whatever a handler raises
        sys.stderr.write(traceback.format_exc())
        return {"error": {"class": str(type(error)), "text": str(error)}}


_VENDORS_OWN = ("SPLUNKD_URI",)
"""A variable that splunktaucclib sets at the first call."""


def _surroundings() -> dict[str, object]:
    """State that a call could leave behind for the next one."""
    environment = {k: v for k, v in os.environ.items() if k not in _VENDORS_OWN}
    return {"environment": environment, "cwd": os.getcwd(), "path": list(sys.path)}


def init(handler: type[MConfigHandler], ctxInfo: int = CONTEXT_NONE) -> None:  # noqa: N803
    """Serve requests (a line of JSON each) from stdin, responses to stdout, until stdin ends.

    splunkd keeps a persistent handler the same way: many calls of many users, one process. What the
    handler itself prints goes to stderr, so that the responses stay readable. A call that leaves
    state behind gets an error response, because the next call would see that state.
    """
    logging.getLogger("splunk")
    answers, sys.stdout = sys.stdout, sys.stderr
    before = _surroundings()
    for line in sys.stdin:
        answer = _answer(handler, ctxInfo, json.loads(line))
        splunk.setDefault("sessionKey", None)
        after = _surroundings()
        if after != before:
            changed = [name for name in before if after[name] != before[name]]
            answer = {"error": {"class": "left behind", "text": f"the call changed {changed}"}}
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()
