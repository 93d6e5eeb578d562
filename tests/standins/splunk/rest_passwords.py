"""REST: storage/passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import atom
from .rest_fault import RestFault, missing_arguments, unknown_argument

if TYPE_CHECKING:
    from .credentials import Credential
    from .instance import Instance
    from .rest_request import Answer, Request

_ARGUMENTS = frozenset({"name", "password", "realm"})


def _app(instance: Instance, request: Request) -> str:
    if not request.app:
        raise RestFault(400, "In handler 'passwords': an app's namespace is needed.")
    instance.layers.require_app(request.app)
    return request.app


def _feed(
    instance: Instance,
    request: Request,
    found: list[Credential],
    status: int = 200,
) -> Answer:
    entries = []
    for one in found:
        content = {
            "clear_password": instance.credentials.clear(one),
            "encr_password": one.encrypted,
            "password": "********",
            "realm": one.realm or None,
            "username": one.username,
        }
        path = f"/servicesNS/nobody/{one.app}/storage/passwords"
        entries.append(atom.Entry(one.name, path, content, atom.make_acl(one.app, "nobody")))
    return request.feed("passwords", request.path("storage", "passwords"), entries, status)


def list_all(instance: Instance, request: Request) -> Answer:
    """GET: all, or those that `search=realm=…` names."""
    return _feed(instance, request, instance.credentials.all(_app(instance, request)))


def create(instance: Instance, request: Request) -> Answer:
    """POST name, password and optionally realm: 201, or 409 if it exists."""
    arguments = request.arguments()
    for name in arguments:
        if name not in _ARGUMENTS:
            raise unknown_argument(name)
    missing = [name for name in ("name", "password") if name not in arguments]
    if missing:
        raise missing_arguments(missing)
    realm = arguments.get("realm", "")
    app = _app(instance, request)
    made = instance.credentials.create(app, realm, arguments["name"], arguments["password"])
    return _feed(instance, request, [made], 201)


def show(instance: Instance, request: Request, name: str) -> Answer:
    """GET one by `realm:user:`."""
    return _feed(instance, request, [instance.credentials.find(_app(instance, request), name)])


def update(instance: Instance, request: Request, name: str) -> Answer:
    """POST a new password; name and realm cannot change."""
    arguments = request.arguments()
    for argument in arguments:
        if argument != "password":
            raise unknown_argument(argument)
    if "password" not in arguments:
        raise missing_arguments(["password"])
    app = _app(instance, request)
    changed = instance.credentials.update(app, name, arguments["password"])
    return _feed(instance, request, [changed])


def delete(instance: Instance, request: Request, name: str) -> Answer:
    """DELETE one."""
    instance.credentials.delete(_app(instance, request), name)
    return list_all(instance, request)
