"""What `leave_out` empties, for docs/volume.md: `python -m tests.product.search.volume_tables`.

For each word, the fields that no event has any more, and which models, alerts and views read them.
The events are those whose fields are worked out by hand, and some like customers'.
"""

from __future__ import annotations

import json
import re
import sys
from functools import cache
from typing import TYPE_CHECKING

from tests import ROOT
from tests.measured.bench.mixes import event_lines
from tests.oracles.golden_files import COLLECTED
from tests.oracles.search_time.knowledge import Event, Knowledge
from tests.standins.splunk import conf_file

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import NotAnEvent, record
from ta_akamai_siem.volume.left_out import WORDS, left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "volume.md"
GOLDEN = ROOT / "tests" / "oracles" / "golden" / "fields"
VIEWS = ROOT / "default" / "data" / "ui" / "views"
LIKE_CUSTOMERS = 60
_TABLE = re.compile(r"(<!-- empties -->\n).*?(<!-- end -->)", re.DOTALL)
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


def models() -> dict[str, str]:
    """The data models of each field, as docs/fields.md names them."""
    text = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    return {
        name: of.strip()
        for names, of in _FIELD_ROW.findall(text)
        for name in re.findall(r"`(\w+)`", names)
    }


def _reading(texts: dict[str, str], fields: list[str]) -> list[str]:
    """The names of the texts in which one of the fields is."""
    words = re.compile(rf"(?<![\w.])(?:{'|'.join(fields)})(?![\w.])") if fields else None
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
    for word in WORDS:
        fields = emptied(word)
        of_models = sorted(
            {each for name in fields for each in known.get(name, "").split(", ") if each}
        )
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


def main() -> None:
    text, made = PAGE.read_text(encoding="utf-8"), table()
    PAGE.write_text(_TABLE.sub(lambda found: found[1] + made + found[2], text), encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
