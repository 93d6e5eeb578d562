"""REST: login, server/info, messages, apps/local and the caller's own context."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from . import atom
from .rest_fault import RestFault, not_found
from .rest_request import Answer, as_json
from .truth import is_true

if TYPE_CHECKING:
    from .bulletin import Message
    from .instance import Instance
    from .rest_request import Request

_STANDALONE = ["indexer", "license_manager", "kv_store"]
"""What one instance that does everything says of itself."""


def login(instance: Instance, request: Request) -> Answer:
    """POST username and password: a session key."""
    session = instance.sessions.login(request.option("username"), request.option("password"))
    if request.wants_json:
        return as_json({"sessionKey": session.key, "message": "", "code": ""})
    text = f"<response>\n  <sessionKey>{escape(session.key)}</sessionKey>\n</response>\n"
    return Answer(200, text.encode(), "text/xml; charset=UTF-8")


def info(instance: Instance, request: Request) -> Answer:
    """GET server/info."""
    content = {
        "build": atom.GENERATOR["build"],
        "cpu_arch": "x86_64",
        "guid": instance.guid,
        "host": instance.options.server_name,
        "isFree": False,
        "isTrial": False,
        "kvStoreStatus": instance.kv_state.current(),
        "mode": "normal",
        "os_name": "Linux",
        "product_type": "enterprise",
        "serverName": instance.options.server_name,
        "server_roles": instance.options.server_roles or _STANDALONE,
        "startup_time": int(instance.startup_time),
        "version": atom.GENERATOR["version"],
    }
    if instance.options.instance_type:
        content["instance_type"] = instance.options.instance_type
    path = request.path("server", "info")
    acl = atom.make_acl("system", "system", "system")
    entry = atom.Entry("server-info", path, content, acl, removable=False)
    return request.feed("server-info", path, [entry])


def context(instance: Instance, request: Request) -> Answer:
    """GET authentication/current-context."""
    content = {
        "username": request.user,
        "realname": "Administrator",
        "roles": [request.role],
        "capabilities": sorted(request.capabilities),
        "defaultApp": "launcher",
    }
    path = request.path("authentication", "current-context")
    acl = atom.make_acl("system", instance.sessions.user, "system")
    return request.feed("current-context", path, [atom.Entry("context", path, content, acl)])


def _message_entry(request: Request, message: Message) -> atom.Entry:
    content = {
        message.name: message.value,
        "message": message.value,
        "severity": message.severity,
        "timeCreated_epochSecs": int(message.created),
    }
    acl = atom.make_acl("system", "system", "system")
    return atom.Entry(message.name, request.path("messages"), content, acl)


def list_messages(instance: Instance, request: Request) -> Answer:
    """GET the bulletin messages that the caller may see."""
    entries = [
        _message_entry(request, message)
        for message in instance.bulletin.all()
        if message.is_seen_by(request.role, request.capabilities)
    ]
    return request.feed("messages", request.path("messages"), entries)


def post_message(instance: Instance, request: Request) -> Answer:
    """POST name, value, severity, and who sees it."""
    arguments = request.arguments()
    given = {name: request.form.get(name) or request.query[name] for name in arguments}
    message = instance.bulletin.post(given)
    entries = [_message_entry(request, message)]
    return request.feed("messages", request.path("messages"), entries, 201)


def show_message(instance: Instance, request: Request, name: str) -> Answer:
    """GET one, if the caller may see it."""
    message = instance.bulletin.find(name)
    if not message.is_seen_by(request.role, request.capabilities):
        raise not_found("messages", name)
    entries = [_message_entry(request, message)]
    return request.feed("messages", request.path("messages"), entries)


def delete_message(instance: Instance, request: Request, name: str) -> Answer:
    """DELETE one."""
    instance.bulletin.delete(name)
    return list_messages(instance, request)


def apps(instance: Instance, request: Request) -> Answer:
    """GET the apps."""
    entries = [_app_entry(instance, request, name) for name in instance.layers.apps()]
    return request.feed("localapps", request.path("apps", "local"), entries)


def show_app(instance: Instance, request: Request, name: str) -> Answer:
    """GET one app, with version and build of its app.conf."""
    if name not in instance.layers.apps():
        raise not_found("localapps", name)
    entries = [_app_entry(instance, request, name)]
    return request.feed("localapps", request.path("apps", "local"), entries)


def _app_entry(instance: Instance, request: Request, name: str) -> atom.Entry:
    conf = {key: stanza.values for key, stanza in instance.layers.stanzas("app", name).items()}
    content = {
        "build": conf.get("install", {}).get("build", ""),
        "configured": is_true(conf.get("install", {}).get("is_configured", "0")),
        "disabled": conf.get("install", {}).get("state", "enabled") != "enabled",
        "label": conf.get("ui", {}).get("label", name),
        "version": conf.get("launcher", {}).get("version", ""),
        "visible": is_true(conf.get("ui", {}).get("is_visible", "1")),
    }
    path = request.path("apps", "local")
    return atom.Entry(name, path, content, atom.make_acl(name, "nobody"))


def edit_app(instance: Instance, request: Request, name: str) -> Answer:
    """POST `configured` or `disabled` into the app's local app.conf."""
    if name not in instance.layers.apps():
        raise not_found("localapps", name)
    values = request.arguments()
    if set(values) - {"configured"}:
        raise RestFault(400, f"Arguments not served here: {sorted(values)}")
    if "configured" in values:
        configured = {"is_configured": values["configured"]}
        instance.layers.write("app", name, "install", configured)
    return show_app(instance, request, name)
