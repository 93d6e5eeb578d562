"""What the pages say above their tables."""

from __future__ import annotations

from typing import Any

import pytest

from ta_akamai_siem.pages.notices import READS, WRITES, of_the_host, of_the_index, of_the_rights


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ({"server_roles": ["indexer", "license_manager", "kv_store"]}, ""),
        ({"server_roles": ["indexer", "search_head", "kv_store"]}, ""),
        ({"server_roles": ["heavyweight_forwarder", "kv_store"]}, ""),
        ({"server_roles": ["heavyweight_forwarder", "search_head"]}, ""),
        ({}, ""),
        ({"server_roles": None}, ""),
        ({"server_roles": ["search_head", "kv_store"]}, "is a search head."),
        ({"server_roles": ["cluster_search_head"]}, "is a search head."),
        ({"server_roles": ["search_head", "shc_member"]}, "member of a search head cluster"),
        ({"server_roles": ["indexer", "shc_captain"]}, "member of a search head cluster"),
        ({"server_roles": ["indexer", "cluster_peer"]}, "peer of an indexer cluster"),
        ({"server_roles": ["indexer", "cluster_slave"]}, "peer of an indexer cluster"),
        # Splunk runs inputs on the search heads of Splunk Cloud.
        ({"server_roles": ["search_head"], "instance_type": "cloud"}, ""),
    ],
)
def test_where_inputs_belong(info: dict[str, Any], told: str) -> None:
    notice = of_the_host(info)
    assert bool(notice) == bool(told)
    if notice:
        assert told in notice.text
        assert notice.text.endswith("Create inputs on one heavy forwarder instead.")


@pytest.mark.parametrize(
    ("capabilities", "told"),
    [
        (None, ""),
        ({READS, WRITES}, ""),
        ({WRITES}, ""),
        ({READS}, "cannot change them"),
        (set(), "but not the configuration"),
    ],
)
def test_who_may_change_something(capabilities: set[str] | None, told: str) -> None:
    notice = of_the_rights(capabilities)
    assert bool(notice) == bool(told)
    if notice:
        assert told in notice.text
        assert WRITES in notice.text


def test_where_events_are() -> None:
    assert of_the_index([]) is None
    one, several = of_the_index(["akamai"]), of_the_index(["akamai", "waf"])
    assert one is not None
    assert several is not None
    assert "in the index akamai, where they do not look" in one.text
    assert "in the indexes akamai, waf, where" in several.text
    assert one.link == "configuration?tab=search"
