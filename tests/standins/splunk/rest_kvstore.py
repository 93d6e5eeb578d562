"""REST: the KV store's collections, documents and status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import atom
from .kv_proxy import LAG
from .kv_store import MAX_BATCH_BYTES, MAX_DOCUMENTS_PER_BATCH
from .rest_fault import RestFault, missing_arguments, not_found
from .rest_request import Answer, as_json

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Request


class LostAnswerError(Exception):
    """The write was done; close the connection without a response."""


class NoAnswerError(Exception):
    """Nothing was done; keep the connection open without a response."""


def _place(instance: Instance, request: Request, collection: str) -> tuple[str, str, str]:
    instance.kv_state.require_ready()
    app = request.app or "search"
    instance.layers.require_app(app)
    if collection not in instance.layers.stanzas("collections", app):
        raise RestFault(404, f"Collection not found: {collection}")
    return app, request.owner, collection


def _lag(instance: Instance, request: Request) -> float:
    """Return the age of the copy that is read: the forwarding member's, or ours."""
    return float(request.headers.get(LAG) or instance.kv_state.lag)


def spoil(instance: Instance) -> bool:
    """Apply the fault of the next write; true if only its response is lost."""
    fault = instance.kv_state.next_fault()
    if fault == "timeout":
        raise NoAnswerError
    if fault in {"503", "500"}:
        texts = {
            "503": "Service Unavailable: KV Store is not ready",
            "500": "KV Store write failed",
        }
        raise RestFault(int(fault), texts[fault])
    return fault == "lost-answer"


def _written(value: object, *, lost: bool, status: int = 200) -> Answer:
    if lost:
        raise LostAnswerError
    return as_json(value, status)


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RestFault(400, "The document must be a JSON object.")
    return value


def find(instance: Instance, request: Request, collection: str) -> Answer:
    """GET documents by query, sort, skip, limit, fields."""
    place = _place(instance, request, collection)
    options = {key: values[-1] for key, values in request.query.items()}
    return as_json(instance.kv_store.find(place, options, _lag(instance, request)))


def insert(instance: Instance, request: Request, collection: str) -> Answer:
    """POST a document: 201 and its key; 409 if the key is there."""
    place = _place(instance, request, collection)
    document = _object(request.json_body())
    lost = spoil(instance)
    return _written({"_key": instance.kv_store.insert(place, document)}, lost=lost, status=201)


def delete_matching(instance: Instance, request: Request, collection: str) -> Answer:
    """DELETE the documents that match a query (all without one)."""
    place = _place(instance, request, collection)
    lost = spoil(instance)
    instance.kv_store.delete_matching(place, request.option("query", "{}"))
    return _written({}, lost=lost)


def get(instance: Instance, request: Request, collection: str, key: str) -> Answer:
    """GET one document."""
    place = _place(instance, request, collection)
    return as_json(instance.kv_store.get(place, key, _lag(instance, request)))


def replace(instance: Instance, request: Request, collection: str, key: str) -> Answer:
    """POST a whole document over an existing one; or batch_save and batch_find."""
    place = _place(instance, request, collection)
    if key == "batch_save":
        return _save_batch(instance, request, place)
    if key == "batch_find":
        queries = request.json_body()
        lag = _lag(instance, request)
        return as_json([instance.kv_store.find(place, _texts(query), lag) for query in queries])
    document = _object(request.json_body())
    lost = spoil(instance)
    return _written({"_key": instance.kv_store.replace(place, key, document)}, lost=lost)


def _texts(query: dict[str, Any]) -> dict[str, str]:
    return {
        key: json.dumps(value) if key == "query" else str(value) for key, value in query.items()
    }


def _save_batch(instance: Instance, request: Request, place: tuple[str, str, str]) -> Answer:
    documents = request.json_body()
    if not isinstance(documents, list):
        raise RestFault(400, "batch_save takes a JSON array of documents.")
    over = "Request exceeds API limits - see limits.conf for details. "
    if len(documents) > MAX_DOCUMENTS_PER_BATCH:
        limit = f"max_documents_per_batch_save={MAX_DOCUMENTS_PER_BATCH}"
        raise RestFault(400, f"{over}(Too many documents for a single batch save, {limit})")
    if len(request.body) > MAX_BATCH_BYTES:
        raise RestFault(400, f"{over}(Batch save size too large, max_size_per_batch_save_mb=50)")
    checked = [_object(document) for document in documents]
    lost = spoil(instance)
    return _written(instance.kv_store.save_batch(place, checked), lost=lost)


def delete(instance: Instance, request: Request, collection: str, key: str) -> Answer:
    """DELETE one document."""
    place = _place(instance, request, collection)
    lost = spoil(instance)
    instance.kv_store.delete(place, key)
    return _written({}, lost=lost)


def _collections(instance: Instance, request: Request) -> dict[str, atom.Entry]:
    instance.kv_state.require_ready()
    app = request.app or "search"
    instance.layers.require_app(app)
    entries = {}
    for name, stanza in instance.layers.stanzas("collections", app).items():
        path = f"/servicesNS/nobody/{stanza.app}/storage/collections/config"
        content: dict[str, Any] = {"disabled": False, **stanza.values}
        entries[name] = atom.Entry(name, path, content, atom.make_acl(stanza.app, "nobody"))
    return entries


def list_collections(instance: Instance, request: Request) -> Answer:
    """GET the collections of an app."""
    entries = list(_collections(instance, request).values())
    return request.feed("kvstore-conf", request.path("storage", "collections", "config"), entries)


def create_collection(instance: Instance, request: Request) -> Answer:
    """POST a collection: written to the app's collections.conf."""
    values = request.arguments()
    name = values.pop("name", "")
    if not name:
        raise missing_arguments(["name"])
    if name in _collections(instance, request):
        raise RestFault(409, f"An object with name={name} already exists")
    instance.layers.write("collections", request.app, name, values)
    entry = _collections(instance, request)[name]
    path = request.path("storage", "collections", "config")
    return request.feed("kvstore-conf", path, [entry], 201)


def show_collection(instance: Instance, request: Request, name: str) -> Answer:
    """GET one collection."""
    entries = _collections(instance, request)
    if name not in entries:
        raise not_found("kvstore-conf", name)
    path = request.path("storage", "collections", "config")
    return request.feed("kvstore-conf", path, [entries[name]])


def status(instance: Instance, request: Request) -> Answer:
    """GET kvstore/status; works in every state."""
    state = instance.kv_state.current()
    content = {
        "current": {
            "status": state,
            "port": 8191,
            "standalone": 1,
            "disabled": state == "disabled",
        },
        "members": {},
    }
    path = request.path("kvstore")
    entry = atom.Entry("status", path, content, atom.make_acl("system", "nobody"))
    return request.feed("kvstore-status", path, [entry])
