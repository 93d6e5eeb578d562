"""Splunk's ingest actions: what a ruleset does with an event, and what is refused."""

from __future__ import annotations

import pytest

from tests.oracles.search_time.refusals import NotInSubset, Refused
from tests.oracles.search_time.rulesets import DROPPED, INDEXED, Ruleset

STOPS = {"STOP_PROCESSING_IF": 'queue == "nullQueue"'}
TRANSFORMS = {
    "a": {"INGEST_EVAL": 'queue=if((match(_raw, "x")), "nullQueue", queue)', **STOPS},
    "keep": {"INGEST_EVAL": 'queue = "indexQueue"'},
    "stop": {"STOP_PROCESSING_IF": "len(_raw)-3"},
    "field": {"INGEST_EVAL": 'queue=if(src="192.0.2.1", "nullQueue", queue)'},
    "other": {"INGEST_EVAL": '_raw=replace(_raw, "x", "y")'},
    "old": {"REGEX": "x", "DEST_KEY": "queue", "FORMAT": "nullQueue"},
    "lost": {"INGEST_EVAL": 'queue="nowhere"'},
}


def queue(rules: str, raw: str) -> str:
    return Ruleset({"RULESET-some": rules}, TRANSFORMS).queue({"_raw": raw})


def test_rules_in_their_order() -> None:
    assert (queue("a", "axb"), queue("a", "ab")) == (DROPPED, INDEXED)
    # The rules behind one that stops are skipped.
    assert queue("a, keep", "axb") == DROPPED
    assert queue("keep, a", "axb") == DROPPED


def test_zero_does_not_stop() -> None:
    assert queue("stop, a", "axb") == DROPPED
    assert queue("stop, a", "axbc") == INDEXED


@pytest.mark.parametrize("rules", ["none", "field", "a, none"])
def test_what_splunk_does_not_take(rules: str) -> None:
    with pytest.raises(Refused):
        queue(rules, "x")


def test_a_queue_that_does_not_exist() -> None:
    with pytest.raises(Refused):
        queue("lost", "x")


@pytest.mark.parametrize("rules", ["other", "old"])
def test_what_is_not_emulated(rules: str) -> None:
    with pytest.raises(NotInSubset):
        queue(rules, "x")


def test_one_ruleset_for_a_sourcetype() -> None:
    for stanza in ({}, {"RULESET-a": "a", "RULESET-b": "a"}):
        with pytest.raises(Refused):
            Ruleset(stanza, TRANSFORMS)
    with pytest.raises(NotInSubset):
        Ruleset({"RULESET-a": "a", "TRANSFORMS-b": "a"}, TRANSFORMS)
