"""The KV store's documents, kept in SQLite so that they survive a kill of the stand-in."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

from .kv_query import matches, project, sort_documents
from .rest_fault import RestFault

if TYPE_CHECKING:
    from pathlib import Path

MAX_DOCUMENTS_PER_BATCH = 1000
MAX_BATCH_BYTES = 50 * 1024 * 1024
MAX_ROWS = 50000
_EPOCH = 2440587.5
"""1970 as a Julian day number, which SQLite uses."""
_LARGEST_INTEGER = (1 << 63) - 1


def _check(value: object, path: str = "") -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key.startswith("$") or "." in key or "\0" in key:
                raise RestFault(400, f"Invalid field name '{path}{key}'.")
            _check(item, f"{path}{key}.")
    elif isinstance(value, list):
        for item in value:
            _check(item, path)
    elif isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise RestFault(400, f"Number out of range in field '{path}'.")


class KvStore:
    """Documents by (app, owner, collection, key). Thread-safe; each write is committed."""

    def __init__(self, path: Path) -> None:
        """Open or create the database."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._base = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=OFF")
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS documents (app TEXT, owner TEXT, collection TEXT, "
            "key TEXT, body TEXT, PRIMARY KEY (app, owner, collection, key))",
        )
        # What members' copies still show: each change with its time, NULL for a deletion.
        self._base.execute(
            "CREATE TABLE IF NOT EXISTS changes AS SELECT 0.0 AS at, * FROM documents"
        )
        for change, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            body = "NULL" if row == "OLD" else "NEW.body"
            self._base.execute(
                f"CREATE TRIGGER IF NOT EXISTS note_{change} AFTER {change} ON documents BEGIN "
                f"INSERT INTO changes VALUES ((julianday('now') - {_EPOCH}) * 86400.0, {row}.app, "
                f"{row}.owner, {row}.collection, {row}.key, {body}); END",
            )

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._base.close()

    def get(self, place: tuple[str, str, str], key: str, lag: float = 0.0) -> dict[str, Any]:
        """Return a document; 404 if there is none. `lag`: its state that many seconds ago."""
        for document in self._documents(place, lag):
            if document["_key"] == key:
                return document
        raise RestFault(404, "Could not find object.")

    def _documents(self, place: tuple[str, str, str], lag: float) -> list[dict[str, Any]]:
        where = "WHERE app=? AND owner=? AND collection=?"
        with self._lock:
            if not lag:
                query = f"SELECT body FROM documents {where} ORDER BY rowid"
                rows = self._base.execute(query, place).fetchall()
            else:
                # SQLite returns the other columns of the row with the greatest rowid.
                query = f"SELECT body, MAX(rowid) FROM changes {where} AND at <= ? GROUP BY key"
                rows = self._base.execute(query, (*place, time.time() - lag)).fetchall()
        return [json.loads(row[0]) for row in rows if row[0] is not None]

    def find(
        self, place: tuple[str, str, str], options: dict[str, str], lag: float = 0.0
    ) -> list[dict[str, Any]]:
        """Return documents by the REST options query, sort, skip, limit and fields.

        `lag`: their state that many seconds ago.
        """
        query = _query(options.get("query", "{}"))
        found = [body for body in self._documents(place, lag) if matches(body, query)]
        found = sort_documents(found, options.get("sort", ""))
        try:
            skip, limit = int(options.get("skip", "0")), int(options.get("limit", "0"))
        except ValueError as error:
            raise RestFault(400, "skip and limit must be integers.") from error
        found = found[skip:][: min(limit, MAX_ROWS) if limit > 0 else MAX_ROWS]
        fields = options.get("fields")
        return [project(document, fields) for document in found] if fields else found

    def insert(self, place: tuple[str, str, str], document: dict[str, Any]) -> str:
        """Insert a document and return its key; 409 if the key exists."""
        key = self._key(document)
        body = self._body(place, key, document)
        try:
            with self._lock:
                self._base.execute("INSERT INTO documents VALUES (?,?,?,?,?)", (*place, key, body))
        except sqlite3.IntegrityError as error:
            text = "A document with the same key and user already exists."
            raise RestFault(409, text) from error
        return key

    def replace(self, place: tuple[str, str, str], key: str, document: dict[str, Any]) -> str:
        """Replace a whole document; 404 if there is none."""
        body = self._body(place, key, document)
        with self._lock:
            changed = self._base.execute(
                "UPDATE documents SET body=? WHERE app=? AND owner=? AND collection=? AND key=?",
                (body, *place, key),
            ).rowcount
        if not changed:
            raise RestFault(404, "Could not find object.")
        return key

    def save_batch(self, place: tuple[str, str, str], documents: list[dict[str, Any]]) -> list[str]:
        """Insert or replace documents and return their keys."""
        rows = []
        for document in documents:
            key = self._key(document)
            rows.append((*place, key, self._body(place, key, document)))
        with self._lock:
            self._base.execute("BEGIN")
            self._base.executemany(
                "INSERT INTO documents VALUES (?,?,?,?,?) "
                "ON CONFLICT (app, owner, collection, key) DO UPDATE SET body=excluded.body",
                rows,
            )
            self._base.execute("COMMIT")
        return [row[3] for row in rows]

    def delete(self, place: tuple[str, str, str], key: str) -> None:
        """Delete a document; 404 if there is none."""
        with self._lock:
            changed = self._base.execute(
                "DELETE FROM documents WHERE app=? AND owner=? AND collection=? AND key=?",
                (*place, key),
            ).rowcount
        if not changed:
            raise RestFault(404, "Could not find object.")

    def delete_matching(self, place: tuple[str, str, str], query_text: str) -> None:
        """Delete the documents that match a query."""
        with self._lock:
            for document in self.find(place, {"query": query_text}):
                self.delete(place, document["_key"])

    @staticmethod
    def _key(document: dict[str, Any]) -> str:
        key = document.get("_key") or secrets.token_hex(12)
        if not isinstance(key, str):
            raise RestFault(400, "_key must be a string.")
        return key

    @staticmethod
    def _body(place: tuple[str, str, str], key: str, document: dict[str, Any]) -> str:
        _check(document)
        return json.dumps({**document, "_user": place[1], "_key": key})


def _query(text: str) -> dict[str, Any]:
    try:
        query = json.loads(text or "{}")
    except ValueError as error:
        raise RestFault(400, "Invalid query: JSON in the request is invalid.") from error
    if not isinstance(query, dict):
        raise RestFault(400, "Invalid query: it must be a JSON object.")
    return query
