"""The tests of each module: the file of its name in `tests/product/unit`, or the one named here."""

from __future__ import annotations

from tests import ROOT

PACKAGE = ROOT / "bin" / "ta_akamai_siem"
TESTS = ROOT / "tests" / "product"
TESTED_BY = {
    "akamai/application_security": "unit/names/test_export_task",
    "akamai/client": "end_to_end/test_faults",
    "akamai/lines": "unit/akamai/test_page",
    "akamai/plan": "unit/continuous/test_cursor_states",
    "akamai/request": "unit/continuous/test_cursor",
    "akamai/security_configurations": "end_to_end/test_pages",
    "akamai/signing": "end_to_end/test_faults",
    "akamai/trusted_certificates": "end_to_end/test_validation",
    "backfill/already_collected": "end_to_end/test_backfill",
    "backfill/backfiller": "end_to_end/test_backfill",
    "backfill/job": "end_to_end/test_backfill",
    "backfill/window_pages": "property/test_windows",
    "continuous/collector": "property/test_promise",
    "continuous/takeover": "end_to_end/test_takeover",
    "continuous/job": "end_to_end/test_collecting",
    "errors": "repository/test_docs",
    "limits": "unit/continuous/test_cursor",
    "names/export_source": "end_to_end/test_names",
    "names/job": "end_to_end/test_names",
    "names/kept": "end_to_end/test_names",
    "names/memory": "end_to_end/test_names",
    "names/objects": "end_to_end/test_names",
    "names/operations": "end_to_end/test_names",
    "names/questions": "end_to_end/test_names",
    "names/refresher": "end_to_end/test_names",
    "names/snapshot": "end_to_end/test_names",
    "names/snapshot_writer": "end_to_end/test_names",
    "names/values": "unit/names/test_answers",
    "pages/account_handler": "end_to_end/test_pages",
    "pages/account_probe": "end_to_end/test_pages",
    "pages/configuration_names": "unit/pages/test_input_settings",
    "pages/configurations_handler": "end_to_end/test_pages",
    "pages/connectors_handler": "end_to_end/test_takeover",
    "pages/taken_account": "end_to_end/test_takeover",
    "pages/found_events": "browser/test_search_head",
    "pages/indexes_handler": "browser/test_search_head",
    "pages/input_handler": "end_to_end/test_pages",
    "pages/input_searches": "unit/pages/test_input_settings",
    "pages/notices_handler": "browser/test_search_head",
    "pages/range_handler": "browser/test_pages_in_a_browser",
    "pages/page_handler": "end_to_end/test_pages",
    "pages/settings_handler": "end_to_end/test_pages",
    "position/last_run": "unit/pages/test_input_state",
    "position/claim": "end_to_end/test_lease",
    "position/entry": "unit/position/test_history",
    "position/host": "end_to_end/test_lease",
    "position/lease": "end_to_end/test_lease",
    "position/ledger": "end_to_end/test_lease",
    "position/so_far": "unit/pages/test_input_state",
    "record/decoding": "property/test_event_reference",
    "record/event": "unit/record/test_event_golden",
    "record/event_time": "unit/record/test_event_golden",
    "record/headers": "property/test_event_reference",
    "record/outline": "unit/record/test_known_shapes",
    "record/rule_items": "property/test_rules",
    "record/rules": "property/test_rules",
    "record/shape": "property/test_shapes",
    "record/shaped_records": "property/test_shapes",
    "record/xml_text": "property/test_shapes",
    "run/load_settings": "end_to_end/test_validation",
    "run/prefetch": "end_to_end/test_collecting",
    "run/run": "end_to_end/test_lifecycle",
    "run/run_time": "unit/continuous/test_run_length",
    "run/surroundings": "property/test_promise",
    "splunk/connector": "end_to_end/test_takeover",
    "splunk/connection": "end_to_end/test_lifecycle",
    "splunk/input_definition": "end_to_end/test_lifecycle",
    "splunk/input_settings": "repository/test_input_settings",
    "splunk/instance": "end_to_end/test_cluster",
    "splunk/notes": "end_to_end/test_pages",
    "splunk/knowledge": "browser/test_search_head",
    "splunk/kv_retry": "unit/position/test_checkpoint",
    "splunk/kv_store": "end_to_end/test_restart",
    "splunk/names": "end_to_end/test_lifecycle",
    "splunk/no_proxy": "end_to_end/test_secrets",
    "splunk/scheme": "repository/test_input_settings",
    "splunk/search": "browser/test_search_head",
    "splunk/splunkd": "end_to_end/test_restart",
    "splunk/stored_settings": "end_to_end/test_validation",
    "record/selection": "unit/writing/test_workers",
    "record/source_members": "search/test_dropping",
    "timestamps": "unit/pages/test_input_state",
    "validation": "end_to_end/test_validation",
    "volume/fields": "unit/volume/test_grammar",
    "volume/header_names": "unit/volume/test_left_out",
    "volume/masks": "search/test_dropping",
    "volume/matching": "search/test_dropping",
    "volume/steps": "search/test_dropping",
    "volume/members": "search/test_dropping",
    "volume/patterns": "search/test_dropping",
    "volume/preview": "search/test_dropping",
    "volume/record_rules": "search/test_dropping",
    "volume/rule_masks": "search/test_dropping",
    "writing/conversion": "unit/writing/test_workers",
    "writing/resources": "end_to_end/test_collecting",
    "writing/worker_protocol": "unit/writing/test_workers",
}


def test_each_module_has_its_tests() -> None:
    without = set()
    for path in PACKAGE.rglob("*.py"):
        module = path.relative_to(PACKAGE).with_suffix("")
        own = TESTS / "unit" / module.parent / f"test_{module.name}.py"
        if path.name != "__init__.py" and not own.is_file():
            without.add(module.as_posix())
    assert without == set(TESTED_BY)


def test_the_tests_that_are_named_are_there() -> None:
    assert [named for named in TESTED_BY.values() if not (TESTS / f"{named}.py").is_file()] == []
