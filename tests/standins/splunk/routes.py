"""The handler of each method and path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from . import (
    rest_conf,
    rest_control,
    rest_datamodels,
    rest_inputs,
    rest_knowledge,
    rest_kvstore,
    rest_passwords,
    rest_search,
    rest_server,
)
from .rest_fault import RestFault
from .sessions import WRITERS

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request

Handler = Callable[..., "Answer"]

# A part in braces matches any one segment; `conf-{}` matches the rest of one.
_TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "auth/login", rest_server.login),
    ("GET", "server/info", rest_server.info),
    ("GET", "server/info/server-info", rest_server.info),
    ("GET", "authentication/current-context", rest_server.context),
    ("GET", "messages", rest_server.list_messages),
    ("POST", "messages", rest_server.post_message),
    ("GET", "messages/{}", rest_server.show_message),
    ("DELETE", "messages/{}", rest_server.delete_message),
    ("GET", "apps/local", rest_server.apps),
    ("GET", "apps/local/{}", rest_server.show_app),
    ("POST", "apps/local/{}", rest_server.edit_app),
    ("GET", "properties/{}", rest_conf.properties),
    ("GET", "configs/conf-{}", rest_conf.list_stanzas),
    ("POST", "configs/conf-{}", rest_conf.create_stanza),
    ("GET", "configs/conf-{}/{}", rest_conf.show_stanza),
    ("POST", "configs/conf-{}/{}", rest_conf.edit_stanza),
    ("DELETE", "configs/conf-{}/{}", rest_conf.delete_stanza),
    ("GET", "saved/eventtypes/{}", rest_knowledge.show_event_type),
    ("POST", "saved/eventtypes/{}", rest_knowledge.edit_event_type),
    ("GET", "datamodel/model/{}", rest_datamodels.show_model),
    ("POST", "datamodel/model/{}", rest_datamodels.edit_model),
    ("POST", "search/v2/jobs", rest_search.create_job),
    ("GET", "storage/passwords", rest_passwords.list_all),
    ("POST", "storage/passwords", rest_passwords.create),
    ("GET", "storage/passwords/{}", rest_passwords.show),
    ("POST", "storage/passwords/{}", rest_passwords.update),
    ("DELETE", "storage/passwords/{}", rest_passwords.delete),
    ("GET", "data/indexes", rest_inputs.list_indexes),
    ("POST", "data/indexes", rest_inputs.create_index),
    ("GET", "data/indexes/{}", rest_inputs.show_index),
    ("GET", "data/inputs", rest_inputs.list_kinds),
    ("GET", "data/inputs/{}", rest_inputs.list_stanzas),
    ("POST", "data/inputs/{}", rest_inputs.create),
    ("GET", "data/inputs/{}/{}", rest_inputs.show),
    ("POST", "data/inputs/{}/{}", rest_inputs.edit),
    ("DELETE", "data/inputs/{}/{}", rest_inputs.delete),
    ("POST", "data/inputs/{}/{}/{}", rest_inputs.switch),
    ("GET", "kvstore/status", rest_kvstore.status),
    ("GET", "storage/collections/config", rest_kvstore.list_collections),
    ("POST", "storage/collections/config", rest_kvstore.create_collection),
    ("GET", "storage/collections/config/{}", rest_kvstore.show_collection),
    ("GET", "storage/collections/data/{}", rest_kvstore.find),
    ("POST", "storage/collections/data/{}", rest_kvstore.insert),
    ("DELETE", "storage/collections/data/{}", rest_kvstore.delete_matching),
    ("GET", "storage/collections/data/{}/{}", rest_kvstore.get),
    ("POST", "storage/collections/data/{}/{}", rest_kvstore.replace),
    ("DELETE", "storage/collections/data/{}/{}", rest_kvstore.delete),
    ("POST", "standin/run", rest_control.run),
    ("GET", "standin/wait", rest_control.wait),
    ("GET", "standin/runs", rest_control.runs),
    ("GET", "standin/stanzas", rest_control.stanzas),
    ("POST", "standin/signal", rest_control.send_signal),
    ("POST", "standin/trap", rest_control.trap),
    ("GET", "standin/index", rest_control.index),
    ("GET", "standin/records", rest_control.records),
    ("POST", "standin/pipe", rest_control.pipe),
    ("POST", "standin/kvstore", rest_control.kvstore),
    ("POST", "standin/connections", rest_control.end_connections),
    ("POST", "standin/sessions", rest_control.new_session),
    ("POST", "standin/expire", rest_control.expire),
    ("POST", "standin/restart", rest_control.restart),
    ("POST", "standin/crash", rest_control.crash),
    ("GET", "standin/calls", rest_control.calls),
    ("DELETE", "standin/calls", rest_control.calls),
    ("POST", "standin/reload", rest_control.reload),
    ("POST", "standin/shutdown", rest_control.shutdown),
)


def _match(pattern: str, parts: tuple[str, ...]) -> list[str] | None:
    wanted = pattern.split("/")
    if len(wanted) != len(parts):
        return None
    taken = []
    for expected, part in zip(wanted, parts):
        start, mark, _ = expected.partition("{}")
        if mark and part.startswith(start) and len(part) > len(start):
            taken.append(part[len(start) :])
        elif mark or expected != part:
            return None
    return taken


_ANYBODY_WRITES = (("auth", "login"), ("search", "v2", "jobs"))


def _require_rights(request: Request) -> None:
    """Check the permission for the call: secrets need a capability, an app's objects a role."""
    reads = request.method in ("GET", "HEAD")
    if request.parts[:2] == ("storage", "passwords"):
        request.require("list_storage_passwords" if reads else "edit_storage_passwords")
    elif request.parts[:1] == ("standin",):
        request.require("admin_all_objects")
    elif not reads and request.role not in WRITERS and request.parts not in _ANYBODY_WRITES:
        raise RestFault(403, "You do not have permission to perform this operation.")


def dispatch(instance: Instance, request: Request) -> Answer:
    """Serve a call from the table, otherwise by the app's own endpoints; 404 and 405 if neither
    fits.
    """
    _require_rights(request)
    known = False
    for method, pattern, handler in _TABLE:
        taken = _match(pattern, request.parts)
        if taken is not None:
            known = True
            if method == request.method:
                return handler(instance, request, *taken)
    if known:
        raise RestFault(405, "Method Not Allowed")
    return _external(instance, request)


def _external(instance: Instance, request: Request) -> Answer:
    parts = request.parts
    if not parts or len(parts) > 3 or not request.app:
        raise RestFault(404, "Not Found")
    item = parts[1] if len(parts) > 1 else None
    if len(parts) == 3:
        switched = {"enable": "0", "disable": "1"}.get(parts[2])
        if switched is None or request.method != "POST":
            raise RestFault(404, "Not Found")
        request.form["disabled"] = [switched]
    if item == "_reload":
        item = None
    actions = {"GET": "list", "POST": "edit" if item else "create", "DELETE": "remove"}
    if request.method not in actions or (request.method == "DELETE" and not item):
        raise RestFault(405, "Method Not Allowed")
    return instance.handlers.serve(request, actions[request.method], parts[0], item)
