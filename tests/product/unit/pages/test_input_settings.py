"""An input's settings as its row shows them, and the searches that it leads to."""

from __future__ import annotations

from ta_akamai_siem.pages.configuration_names import named
from ta_akamai_siem.pages.input_searches import events_search, log_search
from ta_akamai_siem.pages.input_settings import shown_settings
from ta_akamai_siem.splunk.log import log_file_name
from ta_akamai_siem.splunk.names import BACKFILL_KIND, KIND

NAMES = {"main": {"14227": "Main site"}}
STANZA = {"account": "main", "config_ids": "14227;20718", "interval": "60", "index": "default"}


def test_a_continuous_input() -> None:
    shown = shown_settings(KIND, "first", STANZA, NAMES)
    assert (shown["kind"], shown["every"], shown["range"]) == ("Continuous", "60 s", "")
    assert shown["configurations"] == "Main site (14227), 20718"
    assert (shown["events_earliest"], shown["events_latest"]) == ("-24h", "now")


def test_a_backfill_shows_its_range_in_utc() -> None:
    stanza = {**STANZA, "from": "2026-01-31T09:00:00+01:00", "to": "1769850000", "interval": "300"}
    shown = shown_settings(BACKFILL_KIND, "range", stanza, NAMES)
    assert shown["kind"] == "Backfill"
    assert shown["range"] == "2026-01-31 08:00:00 UTC to 2026-01-31 09:00:00 UTC"
    assert (shown["events_earliest"], shown["events_latest"]) == ("1769842800", "1769853600")


def test_what_cannot_be_read_is_left_out() -> None:
    stanza = {"from": "yesterday", "to": "", "interval": "*/5 * * * *", "account": None}
    shown = shown_settings(BACKFILL_KIND, "range", stanza, {})
    assert (shown["range"], shown["every"]) == ("", "*/5 * * * *")
    assert (shown["configurations"], shown["events_earliest"]) == ("", "-24h")


def test_names_of_another_account_are_not_used() -> None:
    assert shown_settings(KIND, "first", {**STANZA, "account": "other"}, NAMES)[
        "configurations"
    ] == named("14227;20718", {})


def test_the_searches_find_this_input_alone() -> None:
    assert events_search(KIND, "first", "web") == 'index="web" source="akamai_siem://first"'
    assert events_search(KIND, "first", "default").startswith('index="*" ')
    assert events_search(KIND, 'a"b\\', "x").endswith('source="akamai_siem://a\\"b\\\\"')
    assert log_search(BACKFILL_KIND, "first").endswith(f'*{log_file_name(BACKFILL_KIND, "first")}"')


def test_the_search_for_what_the_rules_would_drop() -> None:
    drop = "action=monitor\nstatus=4*"
    shown = shown_settings(KIND, "first", {**STANZA, "index": "web", "drop": drop}, NAMES)
    assert shown["drop_search"].startswith('index="web" source="akamai_siem://first" | eval ')
    for wrong in ("", "nonsense=1"):
        assert shown_settings(KIND, "first", {**STANZA, "drop": wrong}, NAMES)["drop_search"] == ""
