"""Deliberate faults in the conf files, such as slip in: each has to be found.

`python -m tests.measured.mutations` prints what finds each of them first.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT
from tests.product.search.findings import findings


@dataclass(frozen=True)
class Fault:
    """One change of one file: `pattern` by `replacement`, once."""

    title: str
    file: str
    pattern: str
    replacement: str


_PROPS, _TRANSFORMS, _TAGS = (f"default/{name}.conf" for name in ("props", "transforms", "tags"))
FAULTS = (
    Fault("wrong source of an alias", _PROPS, "request_id ASNEW", "requestId ASNEW"),
    Fault("one rule for the list", _TRANSFORMS, r"\}\nMV_ADD = true", "}\nMV_ADD = false"),
    Fault("typo in a tag", _TAGS, r"attack = enabled", "atack = enabled"),
    Fault("a tag on the wrong event type", _TAGS, r"akamai_siem_web\]", "akamai_siem]"),
    Fault("missing row of a lookup", "lookups/akamai_siem_action.csv", r"tarpit\*,blocked\n", ""),
    Fault("wrong cell of a lookup", "lookups/akamai_siem_country.csv", "DE,Germany", "DE,Greece"),
    Fault("a lookup that tells capitals apart", _TRANSFORMS, "match = false", "match = true"),
    Fault("a lookup without its default", _TRANSFORMS, r"min_matches = 1\n", ""),
    Fault("KV_MODE off", _PROPS, "KV_MODE = json", "KV_MODE = none"),
    Fault("unquoted field with a dot", _PROPS, r"EVAL-app = \"akamai\"", "EVAL-app = geo.country"),
    Fault("a pattern that goes back", _PROPS, r"\+\+\)\?\+\"", '+)?"'),
    Fault(
        "a pattern that ends at an escape", _PROPS, r"<uri_path>\(\?:[^)]*\)", r"<uri_path>[^\"]"
    ),
    Fault("a header's name in one case", _PROPS, r"\(\?i:Referer\)", "(?:Referer)"),
    Fault("a time where none is", _PROPS, 'TIME_PREFIX = "httpMessage"', 'TIME_PREFIX = "message"'),
    Fault("a time format without decimals", _PROPS, r"%s\.%3N", "%s"),
    Fault("records cut at 10,000 bytes", _PROPS, r"TRUNCATE = \d+", "TRUNCATE = 10000"),
    Fault("an event type that misses", "default/eventtypes.conf", "NOT ids_type", "ids_type"),
    Fault("an index macro for everything", "default/macros.conf", "index=main", "index=*"),
    Fault(
        "an alert that is switched on", "default/savedsearches.conf", "disabled = 1", "disabled = 0"
    ),
    Fault("a saved search with a typo", "default/savedsearches.conf", "stats count", "stat count"),
    Fault("one expression un-escapes otherwise", _PROPS, r",\"%0A\"\)", r',"%0D")'),
    Fault("bytes without those that came in", _PROPS, r"EVAL-bytes = [^+]*\+", "EVAL-bytes = "),
    Fault("the first rule instead of the deciding one", _PROPS, r"\(\?=\(\?i:deny.*?\\\]\)", ""),
)


def found_first(fault: Fault) -> str:
    """What is found of a copy with the fault in it; "" if nothing is."""
    with tempfile.TemporaryDirectory() as name:
        app = Path(name)
        for folder in ("default", "lookups"):
            shutil.copytree(ROOT / folder, app / folder)
        path = app / fault.file
        text = path.read_text(encoding="utf-8")
        changed = re.sub(fault.pattern, lambda _: fault.replacement, text, count=1)
        if changed == text:
            message = f"{fault.title}: {fault.file} has no {fault.pattern}"
            raise LookupError(message)
        path.write_text(changed, encoding="utf-8")
        return next(findings(app), "")


def main() -> int:
    """Print the table."""
    missed = 0
    for fault in FAULTS:
        found = found_first(fault)
        missed += not found
        print(f"{fault.title:45} {found[:110] or 'NOT FOUND'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
