"""Reads and writes documents in this app's KV store. Each call is one request with a timeout.

Escapes keys itself: splunk-sdk would escape a path a second time.
https://help.splunk.com/en/splunk-enterprise/rest-api-reference/9.4/kv-store-endpoints/kv-store-endpoint-descriptions
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from splunklib.binding import AuthenticationError, Context, HTTPError, UrlEncoded

from ta_akamai_siem.errors import CheckpointUnavailable, CheckpointUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_FOUND = 404
_CONFLICT = 409
_UNAVAILABLE = 503
_OFF_STATES = ("disabled", "failed")


class KvStore:
    """`context`: splunkd, in this app's namespace.

    In a search head cluster the captain writes. Reads use this member's own copy, which may be
    seconds old. Every call raises CheckpointUnavailable if waiting may help, otherwise
    CheckpointUnusable.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def load_document(self, collection: str, key: str) -> dict[str, Any] | None:
        """The document with that key. None if it does not exist."""
        try:
            document = self._read(_path(collection, key))
        except HTTPError as error:
            if error.status == _NOT_FOUND:
                return None
            raise self._error(error) from error
        except (AuthenticationError, OSError, ValueError) as error:
            raise self._error(error) from error
        return document if isinstance(document, dict) else None

    def find_documents(
        self, collection: str, query: Mapping[str, Any], *, sort: str = "", limit: int = 0
    ) -> list[dict[str, Any]]:
        """The documents that match a query. `query` and `sort` have the KV store's own format.

        https://dev.splunk.com/enterprise/docs/developapps/manageknowledge/kvstore/usetherestapitomanagekv/
        """
        options = {"sort": sort} if sort else {}
        if limit:
            options["limit"] = str(limit)
        try:
            found = self._read(_path(collection), query=json.dumps(query), **options)
        except (HTTPError, AuthenticationError, OSError, ValueError) as error:
            raise self._error(error) from error
        return [document for document in found if isinstance(document, dict)]

    def save_document(self, collection: str, document: Mapping[str, Any]) -> None:
        """Insert or replace by `_key`."""
        self._write(_path(collection, "batch_save"), [document])

    def insert_document(self, collection: str, document: Mapping[str, Any]) -> bool:
        """Insert. False if a document with that `_key` already exists."""
        return self._write(_path(collection), document, refused=_CONFLICT)

    def replace_document(self, collection: str, document: Mapping[str, Any]) -> bool:
        """Replace by `_key`. False if there is no such document."""
        return self._write(_path(collection, document["_key"]), document, refused=_NOT_FOUND)

    def delete_documents(self, collection: str, query: Mapping[str, Any]) -> None:
        """Delete the documents that match a query."""
        try:
            self._context.delete(_path(collection), query=json.dumps(query))
        except (HTTPError, AuthenticationError, OSError) as error:
            raise self._error(error) from error

    def _read(self, path: UrlEncoded, **options: str) -> Any:  # noqa: ANN401 - it is JSON
        return json.loads(self._context.get(path, **options).body.read())

    def _write(self, path: UrlEncoded, content: object, refused: int | None = None) -> bool:
        try:
            self._context.post(
                path,
                headers=[("Content-Type", "application/json")],
                body=json.dumps(content),
            )
        except HTTPError as error:
            if refused and error.status == refused:
                return False
            raise self._error(error) from error
        except (AuthenticationError, OSError) as error:
            raise self._error(error) from error
        return True

    def _error(self, error: Exception) -> CheckpointUnavailable | CheckpointUnusable:
        """The error for a failure: temporary, or one that needs an administrator."""
        status = getattr(error, "status", None)
        if status == _NOT_FOUND:
            return CheckpointUnusable("The app's KV store collection does not exist")
        if status == _UNAVAILABLE and (state := self._state()) in _OFF_STATES:
            return CheckpointUnusable(f"The KV store is {state}")
        reason = f"HTTP {status}" if status else str(error) or type(error).__name__
        return CheckpointUnavailable(f"The KV store does not answer ({reason})")

    def _state(self) -> str:
        try:
            content = self._context.get(
                "/services/kvstore/status", owner=None, app=None, output_mode="json"
            )
            entry = json.loads(content.body.read())["entry"][0]
            return str(entry["content"]["current"]["status"])
        except (HTTPError, AuthenticationError, OSError, ValueError, LookupError, TypeError):
            return "unknown"


def _path(*parts: str) -> UrlEncoded:
    """Escape here, including slashes in an input's name. The library must not escape it again."""
    escaped = "/".join(quote(part, safe="") for part in parts)
    return UrlEncoded(f"storage/collections/data/{escaped}", skip_encode=True)
