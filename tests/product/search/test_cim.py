"""Common Information Model: every field that Akamai's data can fill is filled, in every event."""

from __future__ import annotations

import os

import pytest

from tests import ROOT
from tests.measured.cim_table import Line, table
from tests.oracles import golden_files
from tests.oracles.cim_models import MODELS, SWITCHED_ON
from tests.oracles.search_time.knowledge import Knowledge, tags_of
from tests.product.search.corpus import events

COUNT = int(os.environ.get("CORPUS", "2000"))
_FORBIDDEN = ("_bunit", "_priority", "cim_entity_zone")


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return list(table(COUNT, Knowledge(ROOT, SWITCHED_ON)))


def test_all_that_can_be_given_is_filled(lines: list[Line]) -> None:
    assert [line for line in lines if not line.complete] == []


def test_every_field_was_met(lines: list[Line]) -> None:
    assert [line for line in lines if line.given < COUNT // 300] == []


def test_required_fields_are_in_every_event(lines: list[Line]) -> None:
    """Except for fields that the data lacks: the models fill these themselves."""
    partly = {line.field for line in lines if line.required and line.given < line.events}
    of_request = {"http_method", "status", "url", "url_domain", "dest", "src"}
    of_agent = {"http_user_agent", "http_user_agent_length"}
    assert partly <= {"action", "severity", "signature", "signature_id", *of_request, *of_agent}


def test_every_event_is_in_a_model() -> None:
    """As shipped, without a switch."""
    knowledge = Knowledge(ROOT)
    for event in events(COUNT // 4):
        tags = tags_of(knowledge.fields(event))
        assert any(model.tags <= tags for model in MODELS), event.raw


@pytest.mark.parametrize("switched", [False, True])
def test_models_of_an_event(switched: bool) -> None:
    """In at least one, and in both if a rule let it through; in Alerts only if that is switched
    on.
    """
    knowledge = Knowledge(ROOT, SWITCHED_ON if switched else None)
    met = set()
    for name in golden_files.names():
        fields = knowledge.fields(golden_files.event(golden_files.load(name)))
        tags = tags_of(fields)
        found = {model.name for model in MODELS if model.tags <= tags}
        if found:
            met.add(frozenset(found))
        assert found or fields.get("record_kind") == "unparsed"
        if fields.get("action") == "blocked" and "rule" in fields and not switched:
            assert found == {"Intrusion_Detection"}
        assert not [field for field in fields if field.endswith(_FORBIDDEN)]
    ids, web = frozenset({"Intrusion_Detection"}), frozenset({"Web"})
    assert met == ({ids | web, web, ids | web | {"Alerts"}} if switched else {ids, web, ids | web})
