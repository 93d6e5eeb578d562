"""REST: data/inputs/SCHEME and data/indexes. Kinds of other apps: `rest_other_inputs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import atom, rest_other_inputs
from .rest_fault import RestFault, missing_arguments, not_found
from .truth import is_true

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request


def _require_app(instance: Instance, request: Request) -> None:
    if request.app not in {"", "-", instance.home.app}:
        instance.layers.require_app(request.app)
        raise RestFault(404, f"Not Found: the app '{request.app}' has no such input")


def _feed(
    instance: Instance,
    request: Request,
    kind: str,
    stanzas: list[str],
    status: int = 200,
) -> Answer:
    app = instance.home.app
    path = f"/servicesNS/nobody/{app}/data/inputs/{kind}"
    scheme = instance.inputs.scheme(kind)
    optional = [one.name for one in scheme.arguments.values() if not one.required_on_create]
    required = [one.name for one in scheme.arguments.values() if one.required_on_create]
    attributes = {"optionalFields": optional, "requiredFields": required, "wildcardFields": []}
    entries = []
    for stanza in stanzas:
        settings = instance.inputs.settings(stanza)
        content = {**settings, "eai:appName": app, "eai:userName": "nobody"}
        content["disabled"] = is_true(settings["disabled"])  # type: ignore[assignment]
        name = stanza.partition("://")[2]
        acl = atom.make_acl(app, "nobody")
        entries.append(atom.Entry(name, path, content, acl, attributes))
    return request.feed(kind, request.path("data", "inputs", kind), entries, status)


def list_kinds(instance: Instance, request: Request) -> Answer:
    """GET the modular inputs' kinds."""
    path = request.path("data", "inputs")
    acl = atom.make_acl(instance.home.app, "nobody")
    return request.feed(
        "inputs", path, [atom.Entry(k, path, {}, acl) for k in instance.inputs.kinds()]
    )


def list_stanzas(instance: Instance, request: Request, kind: str) -> Answer:
    """GET all stanzas of a kind."""
    if rest_other_inputs.serves(instance, kind):
        return rest_other_inputs.list_stanzas(instance, request, kind)
    _require_app(instance, request)
    instance.inputs.scheme(kind)
    return _feed(instance, request, kind, instance.inputs.names(kind))


def create(instance: Instance, request: Request, kind: str) -> Answer:
    """POST a new stanza: checked, validated by the script, written, started."""
    if rest_other_inputs.serves(instance, kind):
        return rest_other_inputs.create(instance, request, kind)
    _require_app(instance, request)
    stanza = instance.inputs.create(kind, request.arguments(), request.session_key)
    return _feed(instance, request, kind, [stanza], 201)


def show(instance: Instance, request: Request, kind: str, name: str) -> Answer:
    """GET one stanza, or reload the conf files."""
    if rest_other_inputs.serves(instance, kind):
        return rest_other_inputs.show(instance, request, kind, name)
    _require_app(instance, request)
    instance.inputs.scheme(kind)
    if name == "_reload":
        instance.inputs.reload()
        return _feed(instance, request, kind, instance.inputs.names(kind))
    return _feed(instance, request, kind, [f"{kind}://{name}"])


def edit(instance: Instance, request: Request, kind: str, name: str) -> Answer:
    """POST changed arguments: checked, validated by the script, written, restarted."""
    if rest_other_inputs.serves(instance, kind):
        return rest_other_inputs.edit(instance, request, kind, name)
    _require_app(instance, request)
    stanza = instance.inputs.edit(kind, name, request.arguments(), request.session_key)
    return _feed(instance, request, kind, [stanza])


def switch(instance: Instance, request: Request, kind: str, name: str, action: str) -> Answer:
    """POST …/enable or …/disable."""
    if rest_other_inputs.serves(instance, kind):
        return rest_other_inputs.switch(instance, request, kind, name, action)
    _require_app(instance, request)
    if action not in {"enable", "disable"}:
        raise RestFault(404, "Not Found")
    stanza = instance.inputs.switch(kind, name, disabled=action == "disable")
    return _feed(instance, request, kind, [stanza])


def delete(instance: Instance, request: Request, kind: str, name: str) -> Answer:
    """DELETE a stanza: stopped first."""
    _require_app(instance, request)
    instance.inputs.delete(kind, name)
    return list_stanzas(instance, request, kind)


def _index_entry(request: Request, name: str) -> atom.Entry:
    content = {"disabled": False, "isInternal": name.startswith("_"), "datatype": "event"}
    path = request.path("data", "indexes")
    return atom.Entry(name, path, content, atom.make_acl("system", "nobody"))


def list_indexes(instance: Instance, request: Request) -> Answer:
    """GET the indexes."""
    entries = [_index_entry(request, name) for name in instance.indexes.names()]
    return request.feed("indexes", request.path("data", "indexes"), entries)


def show_index(instance: Instance, request: Request, name: str) -> Answer:
    """GET one index."""
    if name not in instance.indexes.names():
        raise not_found("indexes", name)
    path = request.path("data", "indexes")
    return request.feed("indexes", path, [_index_entry(request, name)])


def create_index(instance: Instance, request: Request) -> Answer:
    """POST a new index."""
    name = request.option("name")
    if not name:
        raise missing_arguments(["name"])
    if instance.indexes.exists(name):
        raise RestFault(409, f"An object with name={name} already exists")
    instance.indexes.create(name)
    path = request.path("data", "indexes")
    return request.feed("indexes", path, [_index_entry(request, name)], 201)
