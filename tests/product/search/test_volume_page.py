"""docs/volume.md says what the settings empty, and what another product's rule in it does."""

from __future__ import annotations

import re

from ta_akamai_siem.record.event import record_of, source_event
from tests.oracles.search_time.eval_expressions import expression
from tests.product.search import drop_table, volume_tables
from tests.product.search.test_dropping import NOW, collected, dropping_of, lines


def test_what_is_emptied() -> None:
    assert volume_tables.table() in volume_tables.shown()


def test_what_usual_rules_take_from_sight() -> None:
    assert drop_table.table() in drop_table.shown()


def test_the_ruleset_drops_what_akamai_only_monitored() -> None:
    """Splunk's ingest actions: the expression of the page, on the text of each record."""
    page = volume_tables.PAGE.read_text(encoding="utf-8")
    (text,) = re.findall(r"(?m)^    (match\(_raw.*)$", page)
    of = expression(f'if({text}, "nullQueue", queue)')
    dropping = dropping_of("action=monitor")
    dropped = 0
    for line in lines():
        made = record_of(source_event(line), line, NOW).text
        queue = of.value({"_raw": made, "queue": "indexQueue"})
        if '"appliedAction":"monitor"' in made.partition('"rules":')[0]:
            assert queue == "nullQueue"
            assert collected(dropping, line) == 1
            dropped += 1
        else:
            assert queue == "indexQueue"
    assert dropped > 10
