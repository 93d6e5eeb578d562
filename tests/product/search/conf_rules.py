"""Our own rules for the conf files: errors that are independent of events."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from tests.oracles.reference.cim import is_mitigated
from tests.oracles.search_time import spl
from tests.oracles.search_time.index_time import IndexTime
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.macros import expanded
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified
from tests.product.search import hot_fields
from tests.standins.splunk import conf_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ESCAPED = re.compile(r"\[\^\"\\\\\](?:[*+](?!\+)|(?![*+{]))|\\\\\.[^()|]*\)[*+](?!\+)")
"""A piece of a JSON string in which a pattern could backtrack."""
DECODED = {
    "http_user_agent": "EVAL-http_user_agent_decoded",
    "signature_id": "EVAL-signature_id_decoded",
    "uri_path": "EVAL-uri_path_decoded",
    "user": "EVAL-user_decoded",
}
SENT = frozenset(
    {
        *DECODED,
        *("attack_tag", "ja4", "policy_id", "request_id", "rule_later", "rule_passed"),
        *("client_reputation", "slow_post_action", "user_id", "vendor_action"),
    }
)
"""Fields that stay escaped as in JSON: people search by them, or nobody reads them."""
WRITES_NAMES = {"Akamai SIEM - names", "Akamai SIEM - names retired"}
"""They alert nobody, and run by themselves: without names they find nothing."""
SAVED = {
    "disabled": "1",
    "enableSched": "1",
    "alert.suppress": "1",
    "counttype": "number of events",
}


def findings(app: Path) -> Iterator[str]:
    """One sentence for each error."""
    props = conf_file.read(app / "default" / "props.conf")
    transforms = conf_file.read(app / "default" / "transforms.conf")
    yield from _index_time(props["akamai:siem"])
    yield from _patterns(props, transforms)
    yield from _escapes(props["akamai:siem"], transforms)
    yield from _hot(app)
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


def _escapes(stanza: dict[str, str], transforms: conf_file.Stanzas) -> Iterator[str]:
    """Each field that a pattern extracts from JSON is unescaped, or has a companion that is."""
    named = {name for key in transforms for name in _texts(transforms[key].get("REGEX", ""))}
    for name in sorted(named - SENT):
        if "json_extract(" not in stanza.get(f"EVAL-{name}", ""):
            yield f"{name} stays as JSON escaped it"
    for key, value in stanza.items():
        if re.search(r"(?<!coalesce\()json_extract\(", value):
            yield f"{key} is lost where json_extract gives nothing"
    for name in sorted(SENT & {*DECODED}):
        if f"EVAL-{name}" in stanza:
            yield f"{name} is calculated, and searched by"
        if DECODED[name] not in stanza:
            yield f"{name} has no {DECODED[name]}"


def _texts(regex: str) -> list[str]:
    """Groups that match the text of a JSON string, escapes included."""
    return re.findall(r"\(\?<(\w+)>(?:\(\?!\"\))?\[\^\"\\\\\]", regex)


def _tables(app: Path, transforms: conf_file.Stanzas) -> Iterator[str]:
    for name, stanza in transforms.items():
        if "filename" not in stanza or "CIDR(" in stanza.get("match_type", ""):
            continue
        with (app / "lookups" / stanza["filename"]).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        wild = stanza.get("match_type", "").count("WILDCARD")
        if bool(wild) != any("*" in row[0] for row in rows[1:]):
            yield f"[{name}] is compared with wildcards, and has none, or the other way round"
        if any(row[0] == "*" for row in rows):
            yield f"{stanza['filename']} has a row for everything: default_match does that"
        inputs = {tuple(row[: wild or 1]) for row in rows[1:]}
        if len(inputs) != len(rows) - 1:
            yield f"{stanza['filename']} has a row twice"
        if "default_match" not in stanza or stanza.get("min_matches") != "1":
            yield f"[{name}] lacks default_match or min_matches = 1"
        if stanza.get("case_sensitive_match") != "false":
            yield f"[{name}] tells capitals apart"


def _mitigating(app: Path) -> Iterator[str]:
    """The deciding rule's pattern and the lookups of actions and severities are consistent."""
    tables = {}
    for name in ("action", "severity"):
        path = app / "lookups" / f"akamai_siem_{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            tables[name] = list(csv.DictReader(file))
    for row in tables["action"]:
        action = row["vendor_action"].replace("*", "x")
        slow_post = action in ("A", "W")
        if not slow_post and (row["action"] == "blocked") != is_mitigated(action):
            yield f"{row['vendor_action']} is {row['action']} in the table alone"
    for name in {row["vendor_action"] for table in tables.values() for row in table}:
        rows = [[row for row in table if row["vendor_action"] == name] for table in tables.values()]
        if [len(each) for each in rows] != [1, 2]:
            yield f"{name} is not once in the table of actions and twice in that of severities"
    scored = {row["severity"] for row in tables["severity"] if row["rule_score_exceeded"] == "yes"}
    if scored != {"high"}:
        yield f"over its threshold, blocked or let through, is {sorted(scored)}"


def _hot(app: Path) -> Iterator[str]:
    """Fields that people search by are extracted, so that Splunk uses the index."""
    rules = Knowledge(app).rules(Event("{}", "0", "akamai:siem"))
    for name in hot_fields.HOT:
        made = hot_fields.how(rules, name)
        if made in ("calculated", "looked up"):
            yield f"{name} is {made}: a search for it reads every event"


def _searches(app: Path) -> Iterator[str]:
    knowledge = Knowledge(app)
    for name, stanza in conf_file.read(app / "default" / "savedsearches.conf").items():
        yield from (
            f"[{name}] {key} is not {value}"
            for key, value in ({"disabled": "0"} if name in WRITES_NAMES else SAVED).items()
            if stanza.get(key) != value
        )
        try:
            spl.Searcher([], knowledge).found(stanza["search"])
        except (Refused, NotInSubset, Unspecified) as error:
            yield f"[{name}] {error}"
    for name in knowledge.macros:
        if "(" not in name and "index=*" in expanded(f"`{name}`", knowledge.macros):
            yield f"macro {name} searches every index"
    for name, stanza in conf_file.read(app / "default" / "workflow_actions.conf").items():
        if stanza["fields"] not in hot_fields.HOT:
            yield f"[{name}] searches by {stanza['fields']}, for which the index has no term"
        if stanza["type"] == "link":
            if f"form.value=${stanza['fields']}$" not in stanza["link.uri"]:
                yield f"[{name}] does not hand over {stanza['fields']}"
            continue
        search = re.sub(r"\$\w+\$", "x", stanza["search.search_string"])
        try:
            spl.searched(search, [], knowledge)
        except (Refused, NotInSubset, Unspecified) as error:
            yield f"[{name}] {error}"
