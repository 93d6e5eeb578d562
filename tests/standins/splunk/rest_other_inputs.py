"""REST: data/inputs/SCHEME for the kinds of other apps, in the namespace of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import atom
from .rest_fault import RestFault
from .truth import is_true

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request


def serves(instance: Instance, kind: str) -> bool:
    """Whether another app in the home has that kind."""
    return instance.other_apps.settings_of(kind) is not None


def _app(instance: Instance, request: Request) -> str:
    app = request.app or "search"
    instance.layers.require_app(app)
    return app


def _feed(instance: Instance, request: Request, kind: str, stanzas: list[str]) -> Answer:
    app = _app(instance, request)
    seen = instance.other_apps.names(kind, app)
    entries = []
    for stanza in stanzas:
        settings = instance.other_apps.effective(stanza, app)
        content = {**settings, "eai:appName": seen[stanza], "eai:userName": "nobody"}
        content["disabled"] = is_true(settings["disabled"])  # type: ignore[assignment]
        path = f"/servicesNS/nobody/{seen[stanza]}/data/inputs/{kind}"
        acl = atom.make_acl(seen[stanza], "nobody")
        entries.append(atom.Entry(stanza.partition("://")[2], path, content, acl))
    status = 201 if request.method == "POST" and len(request.parts) == 3 else 200
    return request.feed(kind, request.path("data", "inputs", kind), entries, status)


def list_stanzas(instance: Instance, request: Request, kind: str) -> Answer:
    """GET the stanzas."""
    return _feed(instance, request, kind, list(instance.other_apps.names(kind, request.app)))


def create(instance: Instance, request: Request, kind: str) -> Answer:
    """POST a new stanza."""
    values = request.arguments()
    stanza = f"{kind}://{values.pop('name')}"
    if stanza in instance.other_apps.names(kind, "-"):
        raise RestFault(409, f"An object with name={stanza} already exists")
    instance.other_apps.write(stanza, _app(instance, request), values, creating=True)
    return _feed(instance, request, kind, [stanza])


def show(instance: Instance, request: Request, kind: str, name: str) -> Answer:
    """GET one stanza."""
    return _feed(instance, request, kind, [f"{kind}://{name}"])


def edit(instance: Instance, request: Request, kind: str, name: str) -> Answer:
    """POST changed settings."""
    stanza, app = f"{kind}://{name}", _app(instance, request)
    instance.other_apps.effective(stanza, app)
    instance.other_apps.write(stanza, app, request.arguments(), creating=False)
    return _feed(instance, request, kind, [stanza])


def switch(instance: Instance, request: Request, kind: str, name: str, action: str) -> Answer:
    """POST …/enable or …/disable."""
    if action not in {"enable", "disable"}:
        raise RestFault(404, "Not Found")
    stanza, app = f"{kind}://{name}", _app(instance, request)
    instance.other_apps.switch(stanza, app, disabled=action == "disable")
    return _feed(instance, request, kind, [stanza])
