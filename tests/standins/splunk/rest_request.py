"""A REST call and its response, independent of sockets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from . import atom
from .rest_fault import RestFault

_STANDARD = frozenset({"output_mode", "count", "offset", "search", "sort_key", "sort_dir", "f"})
_OUTPUT_MODES = frozenset({"atom", "csv", "json", "json_cols", "json_rows", "raw", "xml"})
_FILTER = re.compile(r'([\w.:]+)=(?:"([^"]*)"|((?:\\.|\S)+))')


@dataclass
class CallRecord:
    """One line of the request log."""

    at: float
    method: str
    path: str
    status: int
    user: str
    seconds: float


@dataclass
class Answer:
    """Status, body and content type. Feeds are rendered in the format that the caller requested."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"


@dataclass
class Request:
    """A parsed call. `parts` are the decoded path segments after the namespace."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    origin: str
    owner: str = "nobody"
    app: str = ""
    parts: tuple[str, ...] = ()
    query: dict[str, list[str]] = field(default_factory=dict)
    form: dict[str, list[str]] = field(default_factory=dict)
    session_key: str = ""
    user: str = ""
    role: str = ""
    capabilities: frozenset[str] = frozenset()

    def require(self, capability: str) -> None:
        """Raise 403 for a caller without that capability."""
        if capability not in self.capabilities:
            raise RestFault(
                403,
                "You do not have permission to perform this operation "
                f"(requires capability: {capability}).",
            )

    def __post_init__(self) -> None:
        """Split the target and read a form body."""
        split = urlsplit(self.target)
        self.query = parse_qs(split.query, keep_blank_values=True)
        segments = [
            unquote_plus(part).replace("%2F", "/") for part in split.path.split("/") if part
        ]
        if segments[:1] == ["servicesNS"] and len(segments) > 2:
            self.owner, self.app = segments[1], segments[2]
            segments = segments[3:]
        elif segments[:1] == ["services"]:
            segments = segments[1:]
        elif segments[:1] != ["standin"]:
            raise RestFault(404, "Not Found")
        self.parts = tuple(segments)
        # Independent of the content type: splunkd reads a form everywhere except in the KV store.
        if self.method == "POST" and self.parts[:3] != ("storage", "collections", "data"):
            try:
                self.form = parse_qs(self.body.decode(), keep_blank_values=True)
            except UnicodeDecodeError as error:
                raise RestFault(400, "The request body is not UTF-8.") from error
        # A second `?`, or a part behind the query, would otherwise change what is asked for.
        if self.option("output_mode", "xml") not in _OUTPUT_MODES:
            raise RestFault(400, f"Invalid output_mode: {self.option('output_mode')}")

    def option(self, name: str, default: str = "") -> str:
        """Return an argument of the query or the form."""
        values = self.form.get(name) or self.query.get(name)
        return values[-1] if values else default

    def arguments(self) -> dict[str, str]:
        """Return the arguments of the form and the query without those that every endpoint has."""
        merged = {**self.query, **self.form}
        return {key: values[-1] for key, values in merged.items() if key not in _STANDARD}

    @property
    def wants_json(self) -> bool:
        """Whether output_mode=json was requested, in the query or the body."""
        return self.option("output_mode") == "json"

    def json_body(self) -> Any:
        """Return the body as JSON; 400 if it is not JSON or has another content type."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip()
        if kind != "application/json":
            raise RestFault(400, "Must supply content-type application/json.")
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise RestFault(400, f"JSON in the request is invalid. ( {error} )") from error

    def path(self, *parts: str) -> str:
        """Return a link below the caller's namespace."""
        head = f"/servicesNS/{self.owner}/{self.app}" if self.app else "/services"
        return "/".join([head, *parts])

    def feed(
        self,
        title: str,
        collection: str,
        entries: list[atom.Entry],
        status: int = 200,
    ) -> Answer:
        """Respond with entries, selected by search, offset and count."""
        chosen = self._filtered(entries)
        total = len(chosen)
        try:
            offset, count = int(self.option("offset", "0")), int(self.option("count", "30"))
        except ValueError as error:
            raise RestFault(400, "count and offset must be integers.") from error
        chosen = chosen[offset:][: count if count > 0 else None]
        feed = atom.Feed(title, collection, chosen, self.origin, total, offset, count)
        if self.wants_json:
            return Answer(status, atom.feed_json(feed))
        return Answer(status, atom.feed_xml(feed), "text/xml; charset=UTF-8")

    def _filtered(self, entries: list[atom.Entry]) -> list[atom.Entry]:
        search = self.option("search")
        if not search:
            return entries
        wanted = [
            (key, quoted or plain.replace("\\", ""))
            for key, quoted, plain in _FILTER.findall(search)
        ]
        words = _FILTER.sub("", search).split()

        def matches(entry: atom.Entry) -> bool:
            shown = {**entry.content, "name": entry.name, "eai:acl.app": entry.acl.get("app")}
            fits = all(_same(shown.get(key), value) for key, value in wanted)
            text = " ".join([entry.name, *map(str, entry.content.values())])
            return fits and all(word.strip("*") in text for word in words)

        return [entry for entry in entries if matches(entry)]


def _same(value: object, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted in ({"1", "true"} if value else {"0", "false"})
    text = "" if value is None else str(value)
    if "*" in wanted:
        pattern = ".*".join(re.escape(part) for part in wanted.split("*"))
        return re.fullmatch(pattern, text) is not None
    return text == wanted


def refusal(fault: RestFault, *, as_json: bool) -> Answer:
    """Respond to a refused call as splunkd does."""
    if as_json:
        return Answer(fault.status, atom.message_json(fault.kind, fault.text))
    return Answer(fault.status, atom.message_xml(fault.kind, fault.text), "text/xml; charset=UTF-8")


def as_json(value: Any, status: int = 200) -> Answer:
    """Respond with a JSON value."""
    return Answer(status, json.dumps(value).encode())
