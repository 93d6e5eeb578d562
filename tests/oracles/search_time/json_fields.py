"""`KV_MODE = json`: the fields that automatic extraction finds, up to its cutoff.

Names: `a.b` for members, `list{}` and `list{}.x` for items, which make one field of many values. It
stops after 5,000 bytes (limits.conf, `[spath] extraction_cutoff`): a value that is not complete by
then gives no field. The result of null and empty strings is not documented.
"""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined] # typeshed lacks it

from tests.oracles.search_time.refusals import Unsure

CUTOFF = 5_000
_SPACE = re.compile(r"[ \t\n\r]*")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_SCALAR = re.compile(r"-?\d[-+.eE0-9]*|true|false|null")


def json_fields(raw: str, cutoff: int = CUTOFF) -> dict[str, str | list[str] | Unsure]:
    """Fields by name. `cutoff`: number of bytes to read."""
    seen = raw.encode("utf-8", "surrogatepass")[:cutoff].decode("utf-8", "ignore")
    reader = _Reader(seen)
    try:
        reader.value("")
    except (_Cut, IndexError):
        pass
    except ValueError:
        if len(seen) == len(raw):
            return {}
    return {name: _joined(values) for name, values in reader.found.items()}


def _joined(values: list[str | None]) -> str | list[str] | Unsure:
    if any(not value for value in values):
        return Unsure("null or an empty string in JSON")
    known = [value for value in values if value]
    if any(_LONE_SURROGATE.search(value) for value in known):
        return Unsure("half of a surrogate pair in JSON")
    return known[0] if len(known) == 1 else known


class _Cut(Exception):
    """The text ends here."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.found: dict[str, list[str | None]] = {}

    def value(self, name: str) -> None:
        """Read one value and store its content under `name`."""
        self._skip()
        start = self._text[self._at]
        if start == "{":
            self._object(name)
        elif start == "[":
            self._list(name + "{}")
        elif start == '"':
            self._keep(name, self._string())
        else:
            match = _SCALAR.match(self._text, self._at)
            if match is None:
                message = f"no JSON at {self._at}"
                raise ValueError(message)
            if match.end() == len(self._text):
                raise _Cut
            self._at = match.end()
            self._keep(name, None if match[0] == "null" else match[0])

    def _object(self, name: str) -> None:
        self._at += 1
        self._skip()
        if self._text[self._at] == "}":
            self._at += 1
            return
        while True:
            self._skip()
            key = self._string()
            self._expect(":")
            self.value(f"{name}.{key}" if name else key)
            if self._expect(",}") == "}":
                return

    def _list(self, name: str) -> None:
        self._at += 1
        self._skip()
        if self._text[self._at] == "]":
            self._at += 1
            return
        while True:
            self.value(name)
            if self._expect(",]") == "]":
                return

    def _string(self) -> str:
        if self._text[self._at] != '"':
            message = f"no string at {self._at}"
            raise ValueError(message)
        try:
            text: str
            text, self._at = scanstring(self._text, self._at + 1)
        except json.JSONDecodeError as error:
            raise _Cut from error
        return text

    def _expect(self, characters: str) -> str:
        self._skip()
        found = self._text[self._at]
        if found not in characters:
            message = f"{characters!r} expected at {self._at}"
            raise ValueError(message)
        self._at += 1
        return found

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        assert match is not None
        self._at = match.end()

    def _keep(self, name: str, value: str | None) -> None:
        self.found.setdefault(name, []).append(value)
