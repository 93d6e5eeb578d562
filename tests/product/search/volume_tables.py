"""What `leave_out` empties, for docs/volume.md: `python -m tests.product.search.volume_tables`.

For each word, the fields that no event has any more, and which models, alerts and views read them.
The events are those whose fields are worked out by hand, and some like customers'.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from tests import ROOT
from tests.by_hand import demo_events
from tests.measured import volume_sizes
from tests.measured.bench.mixes import event_lines
from tests.oracles.golden_files import COLLECTED
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.oracles.search_time.rulesets import INDEXED, Ruleset
from tests.oracles.search_time.spl import searched
from tests.standins.splunk import conf_file

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import NotAnEvent, record, source_event
from ta_akamai_siem.record.selection import Selection
from ta_akamai_siem.volume.grammar import read_lines
from ta_akamai_siem.volume.header_names import SEARCHED
from ta_akamai_siem.volume.left_out import WORDS, left_out
from ta_akamai_siem.volume.preview import preview_search
from ta_akamai_siem.writing.conversion import dropped_number

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "volume.md"
GOLDEN = ROOT / "tests" / "oracles" / "golden" / "fields"
VIEWS = ROOT / "default" / "data" / "ui" / "views"
OWN_MODEL = ROOT / "default" / "data" / "models" / "Akamai_SIEM.json"
DATASETS = "(?:Requests|Rules)"
LIKE_CUSTOMERS = 60
LIKE_DEMO = 2_000
PREVIEWED = 800
_TABLE = re.compile(r"(<!-- empties -->\n).*?(<!-- end -->)", re.DOTALL)
_RULESET = re.compile(r"(<!-- ruleset -->\n).*?(<!-- end -->)", re.DOTALL)
_PREVIEW = re.compile(r"(<!-- preview -->\n).*?(<!-- end -->)", re.DOTALL)
_BLOCK = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
_FIELD_ROW = re.compile(r"(?m)^\| ((?:`\w+`(?:, )?)+) \| \w+ \| .*? \| .*? \| ([A-Za-z, ]*) \|")
_OWN = re.compile(r"[a-z_0-9]+\Z")


def source_lines() -> Iterator[bytes]:
    for path in sorted(GOLDEN.glob("*.json")):
        event = json.loads(path.read_text(encoding="utf-8")).get("event")
        if event:
            yield json.dumps(event).encode()
    yield from event_lines("few", LIKE_CUSTOMERS)


@cache
def fields_of(word: str) -> dict[str, set[str]]:
    """The values of each field, if this word is left out; "": nothing."""
    knowledge = Knowledge(ROOT)
    found: dict[str, set[str]] = {}
    for line in source_lines():
        try:
            made = record(line, COLLECTED, None, left_out((word,) if word else ()))
        except NotAnEvent:
            continue
        for name, value in knowledge.fields(Event(made.text, made.time, "akamai:siem")).items():
            if value and _OWN.match(name):
                found.setdefault(name, set()).add(str(value))
    return found


def emptied(word: str) -> list[str]:
    """Fields that no event has any more, or that are the same in all of them."""
    whole, rest = fields_of(""), fields_of(word)
    return sorted(
        name
        for name, values in whole.items()
        if name not in rest or len(rest[name]) == 1 < len(values)
    )


def models() -> dict[str, list[str]]:
    """The data models of each field: those that docs/fields.md names, and the add-on's own."""
    text = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    found = {
        name: [each for each in of.strip().split(", ") if each]
        for names, of in _FIELD_ROW.findall(text)
        for name in re.findall(r"`(\w+)`", names)
    }
    own = json.loads(OWN_MODEL.read_text(encoding="utf-8"))
    for dataset in own["objects"]:
        calculated = [each for one in dataset["calculations"] for each in one["outputFields"]]
        for each in (*dataset["fields"], *calculated):
            found.setdefault(each["fieldName"], []).append(own["displayName"])
    return found


def _reading(texts: dict[str, str], fields: list[str]) -> list[str]:
    """The names of the texts in which one of the fields is."""
    known = rf"(?<![\w.])(?:{DATASETS}\.)?(?:{'|'.join(fields)})(?![\w.])"
    words = re.compile(known) if fields else None
    return sorted(name for name, text in texts.items() if words and words.search(text))


def alerts() -> dict[str, str]:
    stanzas = conf_file.read(ROOT / "default" / "savedsearches.conf")
    return {name: each.get("search", "") for name, each in stanzas.items()}


def views() -> dict[str, str]:
    """The searches of each view, by its label."""
    return {
        path.stem.capitalize(): "\n".join(
            re.findall(r'"query": "((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8"))
        )
        for path in sorted(VIEWS.glob("*.xml"))
    }


def table() -> str:
    lines = ["| left out | empty fields | models | alerts | views |", "|---|---|---|---|---|"]
    known = models()
    for word in (*WORDS, *(f"header:{name}" for name in SEARCHED)):
        fields = emptied(word)
        of_models = sorted({each for name in fields for each in known.get(name, ())})
        columns = (
            _words(fields, code=True),
            _words(of_models),
            _words(_reading(alerts(), fields)),
            _words(_reading(views(), fields)),
        )
        lines.append(f"| `{word}` | {' | '.join(columns)} |")
    return "\n".join(lines) + "\n"


def _words(each: list[str], *, code: bool = False) -> str:
    return ", ".join(f"`{one}`" if code else one for one in each) or "–"


def shown() -> str:
    """The table that the page has."""
    found = _TABLE.search(PAGE.read_text(encoding="utf-8"))
    return found[0] if found else ""


def ruleset() -> Ruleset:
    """The one of the page, beside what the sourcetype has already."""
    page = PAGE.read_text(encoding="utf-8").partition("\n## Where else\n")[2]
    blocks = [re.sub("(?m)^    ", "", block) for block in _BLOCK.findall(page)]
    props, transforms = (
        conf_file.parse("".join(block for block in blocks if block.startswith(begin)))
        for begin in ("[akamai:siem]", "[_rule:")
    )
    shipped = conf_file.read(ROOT / "default" / "props.conf")
    return Ruleset({**shipped["akamai:siem"], **props["akamai:siem"]}, transforms)


def left_by_ruleset() -> str:
    """The sentence that says how many events the ruleset leaves, and how many `drop` leaves."""
    rules, dropping = ruleset(), Selection(drop=read_lines("action=monitor")[0]).dropping()
    assert dropping is not None
    left = Counter[str]()
    for line in demo_events.events(LIKE_DEMO, COLLECTED.latest - 3_600, COLLECTED.latest):
        event = source_event(line)
        text = record(line, COLLECTED, None, None).text
        left["ruleset"] += rules.queue({"_raw": text, "sourcetype": "akamai:siem"}) == INDEXED
        left["drop"] += not dropped_number(dropping, event)
    return (
        f"Of {LIKE_DEMO:,} events like those of `make demo`, the ruleset leaves "
        f"{left['ruleset']:,}. `drop` with\n`action=monitor` leaves {left['drop']:,}.\n"
    )


def previewed() -> str:
    """What the preview of the page's rules shows."""
    rules, _ = read_lines(volume_sizes.RULES)
    begin, end = COLLECTED.latest - 3_600, COLLECTED.latest
    events = []
    for line in demo_events.events(PREVIEWED, begin, end):
        made = record(line, COLLECTED, None, None)
        events.append(Event(made.text, made.time, "akamai:siem"))
    rows = searched(preview_search("sourcetype=akamai:siem", rules), events, Knowledge(ROOT))
    columns = ("drop_rule", "rule", "events", "events_percent", "bytes", "bytes_percent")
    lines = [f"| {' | '.join(columns)} |", "|---:|---|---:|---:|---:|---:|"]
    lines += [f"| {' | '.join(str(row[name]) for name in columns)} |" for row in rows]
    return "\n".join(lines) + "\n"


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for pattern, made in (
        (_TABLE, table()),
        (_RULESET, left_by_ruleset()),
        (_PREVIEW, previewed()),
    ):
        text = pattern.sub(rf"\1{made}\2", text)
        print(made)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
