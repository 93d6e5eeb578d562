"""The files of one index: records as NDJSON, or only a 128-bit hash of each."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from .record_digest import HASH_BYTES, add_hashes, digest_text, record_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .event_stream import Event


@dataclass(frozen=True)
class Origin:
    """The metadata that splunkd gives to each event of a stanza."""

    host: str
    index: str
    source: str
    sourcetype: str


@dataclass
class Tally:
    """What one origin has delivered: number, bytes of raw text and the multiset's digest."""

    count: int = 0
    raw_bytes: int = 0
    digest: int = 0

    def add(self, hashes: list[bytes], raw_bytes: int) -> None:
        """Add records."""
        self.count += len(hashes)
        self.raw_bytes += raw_bytes
        self.digest = add_hashes(self.digest, hashes)

    def shown(self) -> dict[str, Any]:
        """Return the tally for JSON."""
        return {
            "count": self.count,
            "raw_bytes": self.raw_bytes,
            "digest": digest_text(self.digest),
        }


class IndexFiles:
    """Appends events to an index's folder. `full` keeps the records, otherwise only hashes.

    Each call of `append` ends in one write, so that its result survives a SIGKILL. A line or hash
    that such a kill truncated is removed when the folder is opened again.
    """

    def __init__(self, folder: Path, *, full: bool) -> None:
        """Open or create the folder and count its content."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.full = full
        self.records_path = folder / "records.ndjson"
        self.tallies: dict[Origin, Tally] = {}
        self._handles: dict[Path, int] = {}
        self._origins: list[Origin] = []
        self._origins_path = folder / "origins.json"
        if self._origins_path.exists():
            known = json.loads(self._origins_path.read_text())
            self._origins = [Origin(**origin) for origin in known]
        self._recover()

    def append(self, origin: Origin, events: list[Event]) -> None:
        """Write the events of one origin."""
        hashes = [record_hash(event.data) for event in events]
        if self.full:
            self._write(self.records_path, _lines(origin, events))
        else:
            self._write(self._hash_path(origin), b"".join(hashes))
        tally = self.tallies.setdefault(origin, Tally())
        tally.add(hashes, sum(len(event.data) for event in events))

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the records in the order of indexing."""
        if not self.records_path.exists():
            return
        with self.records_path.open("rb") as stream:
            for line in stream:
                yield json.loads(line)

    def hash_paths(self) -> list[tuple[Origin, Path]]:
        """Return the files of 16-byte hashes by origin."""
        return [(origin, self._hash_path(origin)) for origin in self._origins]

    def close(self) -> None:
        """Close the files."""
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()

    def _hash_path(self, origin: Origin) -> Path:
        if origin not in self._origins:
            self._origins.append(origin)
            text = json.dumps([asdict(known) for known in self._origins], indent=1)
            self._origins_path.write_text(text)
        return self.folder / f"hashes-{self._origins.index(origin)}.bin"

    def _write(self, path: Path, block: bytes) -> None:
        handle = self._handles.get(path)
        if handle is None:
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            self._handles[path] = handle
        view = memoryview(block)
        while view:
            view = view[os.write(handle, view) :]

    def _recover(self) -> None:
        for origin, path in self.hash_paths():
            if path.exists():
                size = path.stat().st_size // HASH_BYTES * HASH_BYTES
                os.truncate(path, size)
                blob = path.read_bytes()
                hashes = [blob[at : at + HASH_BYTES] for at in range(0, size, HASH_BYTES)]
                self.tallies.setdefault(origin, Tally()).add(hashes, 0)
        if self.records_path.exists():
            self._recover_records()

    def _recover_records(self) -> None:
        whole = 0
        with self.records_path.open("rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                record = json.loads(line)
                raw = record["raw"].encode()
                origin = Origin(*(record[key] for key in ("host", "index", "source", "sourcetype")))
                self.tallies.setdefault(origin, Tally()).add([record_hash(raw)], len(raw))
        os.truncate(self.records_path, whole)


def _lines(origin: Origin, events: list[Event]) -> bytes:
    middle = "".join(f',"{key}":{json.dumps(value)}' for key, value in asdict(origin).items())
    before_raw = middle.encode() + b',"raw":'
    parts: list[bytes] = []
    for event in events:
        time = b"null" if event.time is None else b'"' + event.time + b'"'
        parts += (b'{"time":', time, before_raw, _json_string(event.data), b"}\n")
    return b"".join(parts)


def _json_string(text: bytes) -> bytes:
    """Return checked UTF-8 as a JSON string. Its only control characters are TAB, LF and CR."""
    if b"\n" in text or b"\t" in text or b"\r" in text:
        return encode_basestring(text.decode()).encode()
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
