"""Our own rules for the conf files: what would be wrong whatever the events are."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from tests.oracles.reference.cim import is_mitigated
from tests.oracles.search_time import spl
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Knowledge
from tests.oracles.search_time.macros import expanded
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.standins.splunk import conf_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ESCAPED = re.compile(r"\[\^\"\\\\\](?!\+\+)|\(\?:\[\^\"\\\\\]\+\+\|\\\\\.\)[*+](?!\+)")
"""A piece of a JSON string that a pattern could go back into."""
_UNESCAPED = re.compile(
    r'if\(match\((\w+),"\\x5c"\),urldecode\((.*?)\),(\w+)\)(?=[,)]|$)', re.DOTALL
)
SAVED = {
    "disabled": "1",
    "enableSched": "1",
    "alert.suppress": "1",
    "counttype": "number of events",
}


def findings(app: Path) -> Iterator[str]:
    """One sentence for each thing that is wrong."""
    props = conf_file.read(app / "default" / "props.conf")
    transforms = conf_file.read(app / "default" / "transforms.conf")
    yield from _index_time(props["akamai:siem"])
    yield from _patterns(props, transforms)
    yield from _escapes(props["akamai:siem"])
    yield from _tables(app, transforms)
    yield from _mitigating(app)
    yield from _searches(app)


def _index_time(stanza: dict[str, str]) -> Iterator[str]:
    try:
        IndexTime(stanza)
    except (Refused, NotInSubset, KeyError) as error:
        yield f"index time: {error}"
    truncate = int(stanza.get("TRUNCATE", "10000"))
    if truncate and truncate < 1_000_000:
        yield f"TRUNCATE = {truncate} cuts long records"
    if stanza.get("KV_MODE") != "json":
        yield "KV_MODE is not json"


def _patterns(props: conf_file.Stanzas, transforms: conf_file.Stanzas) -> Iterator[str]:
    for stanza in (*props.values(), *transforms.values()):
        for key, value in stanza.items():
            if (key.startswith("EXTRACT-") or key == "REGEX") and _ESCAPED.search(value):
                yield f"{key} can go back into a JSON string, and will give up on long ones"


def _escapes(stanza: dict[str, str]) -> Iterator[str]:
    """A field taken out of JSON by a pattern that lets backslashes in is un-escaped, by one way."""
    ways = {
        re.sub(rf"\b{match[1]}\b", "X", match[2])
        for key, value in stanza.items()
        if key.startswith("EVAL-")
        for match in _UNESCAPED.finditer(value)
    }
    if len(ways) != 1:
        yield f"JSON is un-escaped in {len(ways)} ways"
    for key, value in stanza.items():
        if key.startswith("EXTRACT-"):
            for name in re.findall(r"\(\?<(\w+)>\(\?:\[\^\"\\\\\]\+\+\|", value):
                calculated = stanza.get(f"EVAL-{name}", "")
                raw = name.startswith(("vendor_", "signature_version", "signature_id"))
                raw = raw or name in ("rule_action", "http_protocol", "tls_version", "request_id")
                if not raw and "urldecode(" not in calculated:
                    yield f"{name} stays as JSON escaped it"


def _tables(app: Path, transforms: conf_file.Stanzas) -> Iterator[str]:
    for name, stanza in transforms.items():
        if "filename" not in stanza or "CIDR(" in stanza.get("match_type", ""):
            continue
        with (app / "lookups" / stanza["filename"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        if rows[-1][0] != "*":
            yield f"{stanza['filename']} has no last row for unknown values"
        inputs = {tuple(row[: len(stanza["match_type"].split(","))]) for row in rows[1:]}
        if len(inputs) != len(rows) - 1:
            yield f"{stanza['filename']} has a row twice"
        if ("default_match" in stanza) != (stanza.get("min_matches") == "1"):
            yield f"[{name}] has default_match or min_matches = 1, and not both"
        if stanza.get("case_sensitive_match") != "false":
            yield f"[{name}] tells capitals apart"


def _mitigating(app: Path) -> Iterator[str]:
    """The deciding rule's pattern, the table of actions and that of severity are of one mind."""
    tables = {}
    for name in ("action", "severity"):
        path = app / "lookups" / f"akamai_siem_{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    blocked = {row["vendor_action"] for row in tables["action"] if row["action"] == "blocked"}
    for row in tables["action"]:
        action = row["vendor_action"].replace("*_", "js_").replace("*", "")
        if action and (row["action"] == "blocked") != is_mitigated(action):
            yield f"{row['vendor_action']} is {row['action']} in the table alone"
    scored = {r["vendor_action"] for r in tables["severity"] if r["severity"] == "high"}
    if scored != blocked:
        yield f"severity and action disagree on {sorted(scored ^ blocked)}"


def _searches(app: Path) -> Iterator[str]:
    knowledge = Knowledge(app)
    for name, stanza in conf_file.read(app / "default" / "savedsearches.conf").items():
        yield from (
            f"[{name}] {key} is not {value}"
            for key, value in SAVED.items()
            if stanza.get(key) != value
        )
        try:
            spl.searched(stanza["search"], [], knowledge)
        except (Refused, NotInSubset, Unspecified) as error:
            yield f"[{name}] {error}"
    for name in knowledge.macros:
        if "(" not in name and "index=*" in expanded(f"`{name}`", knowledge.macros):
            yield f"macro {name} searches every index"
    for name, stanza in conf_file.read(app / "default" / "workflow_actions.conf").items():
        search = re.sub(r"\$\w+\$", "x", stanza["search.search_string"])
        try:
            spl.searched(search, [], knowledge)
        except (Refused, NotInSubset, Unspecified) as error:
            yield f"[{name}] {error}"
