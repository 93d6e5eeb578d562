"""REST: search/v2/jobs, for the one kind of search that asks which index has which events.

`| tstats count [max(_time) AS name] where … [by index[, sourcetype]]`, in the mode oneshot, over
what this instance and its search peers have indexed. Every other search is refused, so that nothing
passes here by being ignored. A condition knows `index` and `sourcetype`, AND, OR, NOT and brackets.
https://help.splunk.com/en/splunk-enterprise/rest-api-reference/10.2/search-endpoints
"""

from __future__ import annotations

import fnmatch
import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

from .rest_fault import RestFault, missing_arguments
from .rest_request import Answer, as_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .instance import Instance
    from .rest_request import Request

_ARGUMENTS = {"search", "exec_mode", "earliest_time", "latest_time", "max_time", "segmentation"}
_TSTATS = re.compile(
    r"\|\s*tstats\s+count(?:\s+max\(_time\)\s+AS\s+(?P<newest>\w+))?\s+where\s+(?P<where>.+?)"
    r"(?:\s+by\s+(?P<by>index(?:[\s,]+sourcetype)?))?\s*",
    re.DOTALL,
)
_TOKEN = re.compile(r"\s*(?:([()])|(AND|OR|NOT)\b|(index|sourcetype)\s*=\s*([\w:*.-]+))")
_BACK = re.compile(r"-(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

Held = Callable[["Found"], bool]


@dataclass(frozen=True)
class Found:
    """One indexed event, as far as these searches look at it."""

    index: str
    sourcetype: str
    time: float


def create_job(instance: Instance, request: Request) -> Answer:
    """POST: the results at once."""
    request.require("search")
    # Elsewhere, `search` filters the answer.
    values = {**request.arguments(), "search": request.option("search")}
    unknown = set(values) - _ARGUMENTS
    if unknown:
        raise RestFault(400, f"Argument not served here: {sorted(unknown)}")
    missing = [name for name in ("search", "exec_mode", "earliest_time") if not values.get(name)]
    if missing:
        raise missing_arguments(missing)
    if values["exec_mode"] != "oneshot" or not request.wants_json:
        raise RestFault(400, "Only exec_mode=oneshot with output_mode=json is served here.")
    rows = _rows(instance, request, values)
    return as_json({"preview": False, "messages": [], "fields": [], "results": rows})


def _rows(instance: Instance, request: Request, values: dict[str, str]) -> list[dict[str, str]]:
    text = _expanded(instance, request, values["search"])
    match = _TSTATS.fullmatch(text)
    if match is None:
        raise RestFault(400, f"Error in 'SearchParser': not served here: {text}", "FATAL")
    holds = _Condition(match["where"]).held
    earliest = _moment(values["earliest_time"])
    latest = _moment(values.get("latest_time", "now"))
    allowed = instance.sessions.indexes_of(request.role)
    by = re.split(r"[\s,]+", match["by"]) if match["by"] else []
    counted: dict[tuple[str, ...], list[float]] = {}
    for found in _events(instance):
        if not any(fnmatch.fnmatchcase(found.index, each) for each in allowed):
            continue
        if earliest <= found.time < latest and holds(found):
            counted.setdefault(tuple(getattr(found, name) for name in by), []).append(found.time)
    if not by and not counted:
        return [{"count": "0"}]
    return [
        {
            **dict(zip(by, key)),
            "count": str(len(times)),
            **({match["newest"]: f"{max(times):.3f}"} if match["newest"] else {}),
        }
        for key, times in sorted(counted.items())
    ]


def _expanded(instance: Instance, request: Request, search: str) -> str:
    """Without macros of the caller's app; a macro may hold another."""

    def definition(call: re.Match[str]) -> str:
        stanza = instance.layers.stanzas("macros", request.app).get(call[1])
        if stanza is None:
            text = f"The search specifies a macro '{call[1]}' that cannot be found."
            raise RestFault(400, f"Error in 'SearchParser': {text}", "FATAL")
        return stanza.values["definition"]

    for _ in range(10):
        if "`" not in search:
            return search
        search = re.sub(r"`([^`]*)`", definition, search)
    raise RestFault(400, "Error in 'SearchParser': macros nested too deep", "FATAL")


def _moment(text: str) -> float:
    if text == "now":
        return time.time() + 1
    back = _BACK.fullmatch(text)
    if back is None:
        raise RestFault(400, f"Invalid earliest_time or latest_time: {text}", "FATAL")
    return time.time() - int(back[1]) * _SECONDS[back[2]]


def _events(instance: Instance) -> Iterator[Found]:
    """Of this instance, unless it indexes nothing, and of its search peers."""
    homes = [instance.home.root, *instance.options.search_peers]
    for path in (found for home in homes for found in _files(home)):
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.endswith("\n"):
                    record = json.loads(line)
                    moment = float(record["time"] or 0)
                    yield Found(record["index"], record["sourcetype"], moment)


def _files(home: Path) -> Iterator[Path]:
    yield from sorted((home / "var" / "lib" / "splunk").glob("*/records.ndjson"))


class _Condition:
    """Terms beside each other are all wanted, and OR binds tighter than that."""

    def __init__(self, text: str) -> None:
        self._tokens = self._split(text)
        self._at = 0
        self.held = self._all()
        if self._at < len(self._tokens):
            raise self._refusal(text)

    def _split(self, text: str) -> list[tuple[str, str, str, str]]:
        tokens, at = [], 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise self._refusal(text[at:])
            tokens.append(tuple(part or "" for part in match.groups()))
            at = match.end()
        return tokens  # type: ignore[return-value]

    @staticmethod
    def _refusal(text: str) -> RestFault:
        return RestFault(
            400, f"Error in 'TsidxStats': WHERE clause: not served here: {text}", "FATAL"
        )

    def _next(self) -> tuple[str, str, str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "", "", "")

    def _all(self) -> Held:
        terms = [self._either()]
        while self._next()[0] == "(" or self._next()[2] or self._next()[1] in ("AND", "NOT"):
            self._at += self._next()[1] == "AND"
            terms.append(self._either())
        return lambda found: all(term(found) for term in terms)

    def _either(self) -> Held:
        terms = [self._term()]
        while self._next()[1] == "OR":
            self._at += 1
            terms.append(self._term())
        return lambda found: any(term(found) for term in terms)

    def _term(self) -> Held:
        bracket, word, name, value = self._next()
        self._at += 1
        if word == "NOT":
            negated = self._term()
            return lambda found: not negated(found)
        if bracket == "(":
            inner = self._all()
            if self._next()[0] != ")":
                raise self._refusal("a bracket is missing")
            self._at += 1
            return inner
        if not name:
            raise self._refusal(bracket or word or "nothing")
        return lambda found: fnmatch.fnmatchcase(getattr(found, name), value)
