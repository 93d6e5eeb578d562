"""docs/volume.md says what the settings empty, and what another product's rule in it does."""

from __future__ import annotations

import json
import re
from collections import Counter

from ta_akamai_siem.record.event import record_of, source_event
from tests.oracles.search_time.rulesets import DROPPED, INDEXED
from tests.product.search import drop_table, volume_tables
from tests.product.search.test_dropping import NOW, collected, dropping_of, lines


def test_what_is_emptied() -> None:
    assert volume_tables.shown() == f"<!-- empties -->\n{volume_tables.table()}<!-- end -->"


def test_what_usual_rules_take_from_sight() -> None:
    assert drop_table.shown() == f"<!-- dropped -->\n{drop_table.table()}<!-- end -->"


def test_the_ruleset_drops_what_akamai_only_monitored() -> None:
    """Splunk's ingest actions: the stanzas of the page as they are, on the text of each record."""
    ruleset, dropping = volume_tables.ruleset(), dropping_of("action=monitor")
    left = Counter[str]()
    for line in lines():
        made = record_of(source_event(line), line, NOW).text
        given = json.loads(line).get("attackData")
        attack = given if isinstance(given, dict) else {}
        is_monitored = attack.get("appliedAction") == "monitor"
        queue = ruleset.queue({"_raw": made, "sourcetype": "akamai:siem"})
        # A record keeps the order of a source that has another form of rules than Akamai documents.
        if isinstance(attack.get("rules"), str):
            assert queue == (DROPPED if is_monitored else INDEXED), made
        if queue == DROPPED:
            assert is_monitored
            assert collected(dropping, line) == 1
        left[queue] += 1
    assert left[INDEXED] + left[DROPPED] == len(lines())
    assert min(left.values()) > 10


def test_the_ruleset_is_that_of_the_expression() -> None:
    page = volume_tables.PAGE.read_text(encoding="utf-8")
    (entered,) = re.findall(r"(?m)^    (match\(_raw.*)$", page)
    assert f'    INGEST_EVAL = queue=if(({entered}), "nullQueue", queue)\n' in page


def test_what_the_preview_shows() -> None:
    page = volume_tables.PAGE.read_text(encoding="utf-8")
    assert f"<!-- preview -->\n{volume_tables.previewed()}<!-- end -->" in page


def test_how_many_events_the_ruleset_leaves() -> None:
    page = volume_tables.PAGE.read_text(encoding="utf-8")
    assert f"<!-- ruleset -->\n{volume_tables.left_by_ruleset()}<!-- end -->" in page
