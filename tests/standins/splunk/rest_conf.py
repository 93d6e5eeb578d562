"""REST: properties/CONF and configs/conf-CONF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import atom
from .rest_fault import RestFault, missing_arguments
from .truth import is_true

if TYPE_CHECKING:
    from .conf_layers import Stanza
    from .instance import Instance
    from .rest_request import Answer, Request


def _app(instance: Instance, request: Request) -> str:
    app = request.app or "search"
    instance.layers.require_app(app)
    return app


def properties(instance: Instance, request: Request, conf: str) -> Answer:
    """GET: the stanzas' names; 404 if no file of that name exists."""
    app = _app(instance, request)
    if not instance.layers.has_file(conf, app):
        raise RestFault(404, f"Config file '{conf}' does not exist.")
    path = request.path("properties", conf)
    acl = atom.make_acl(app, "nobody")
    names = instance.layers.stanzas(conf, app)
    return request.feed(conf, path, [atom.Entry(name, path, {}, acl) for name in names])


def _entry(conf: str, stanza: Stanza) -> atom.Entry:
    content: dict[str, object] = {
        "disabled": is_true(stanza.values.get("disabled", "0")),
        "eai:appName": stanza.app,
        "eai:userName": "nobody",
    }
    content.update({key: value for key, value in stanza.values.items() if key != "disabled"})
    acl = {**atom.make_acl(stanza.app, "nobody"), "removable": stanza.local}
    path = f"/servicesNS/nobody/{stanza.app}/configs/conf-{conf}"
    return atom.Entry(stanza.name, path, content, acl, removable=stanza.local)


def _require_conf(instance: Instance, conf: str, app: str) -> None:
    if not (instance.layers.has_file(conf, app) or instance.layers.has_spec(conf, app)):
        raise RestFault(404, f"In handler 'conf-{conf}': Config file '{conf}' does not exist.")


def list_stanzas(instance: Instance, request: Request, conf: str) -> Answer:
    """GET: all stanzas; 404 for a conf that has no file and no spec in the app."""
    app = _app(instance, request)
    _require_conf(instance, conf, app)
    found = instance.layers.stanzas(conf, app).values()
    entries = [_entry(conf, stanza) for stanza in found]
    return request.feed(f"conf-{conf}", request.path("configs", f"conf-{conf}"), entries)


def create_stanza(instance: Instance, request: Request, conf: str) -> Answer:
    """POST: a new stanza in the app's local layer."""
    app = _app(instance, request)
    values = request.arguments()
    name = values.pop("name", "")
    if not name:
        raise missing_arguments(["name"])
    if name in instance.layers.stanzas(conf, app):
        raise RestFault(409, f"An object with name={name} already exists")
    instance.layers.write(conf, app, name, values)
    return _one(instance, request, conf, name, status=201)


def _one(
    instance: Instance,
    request: Request,
    conf: str,
    name: str,
    status: int = 200,
) -> Answer:
    stanza = instance.layers.stanza(conf, _app(instance, request), name)
    path = request.path("configs", f"conf-{conf}")
    return request.feed(f"conf-{conf}", path, [_entry(conf, stanza)], status)


def show_stanza(instance: Instance, request: Request, conf: str, name: str) -> Answer:
    """GET one stanza, or reload (files are always read again)."""
    if name == "_reload":
        return list_stanzas(instance, request, conf)
    return _one(instance, request, conf, name)


def edit_stanza(instance: Instance, request: Request, conf: str, name: str) -> Answer:
    """POST: change values in the local layer."""
    app = _app(instance, request)
    instance.layers.stanza(conf, app, name)
    instance.layers.write(conf, app, name, request.arguments())
    return _one(instance, request, conf, name)


def delete_stanza(instance: Instance, request: Request, conf: str, name: str) -> Answer:
    """DELETE from the local layer."""
    instance.layers.remove(conf, _app(instance, request), name)
    return list_stanzas(instance, request, conf)
