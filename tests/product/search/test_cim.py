"""Common Information Model: every field that Akamai's data can give is filled, in every event."""

from __future__ import annotations

import os

import pytest

from tests import ROOT
from tests.measured.cim_table import Line, table
from tests.oracles import golden_files
from tests.oracles.cim_models import MODELS, SWITCHED_ON
from tests.oracles.search_time.knowledge import Knowledge, tags_of

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
    """But for methods and statuses that the model does not list."""
    partly = {line.field for line in lines if line.required and line.given < line.events}
    assert partly <= {"http_method", "status", "url", "signature_id"}


@pytest.mark.parametrize("switched", [False, True])
def test_models_of_an_event(switched: bool) -> None:
    """One, unless the switches say otherwise; Web with a rule and Alerts are switched off."""
    knowledge = Knowledge(ROOT, SWITCHED_ON if switched else None)
    met = set()
    for name in golden_files.names():
        fields = knowledge.fields(golden_files.event(golden_files.load(name)))
        tags = tags_of(fields)
        found = {model.name for model in MODELS if model.tags <= tags}
        met.add(frozenset(found))
        assert switched or len(found) == 1
        assert not [field for field in fields if field.endswith(_FORBIDDEN)]
    one, other = frozenset({"Intrusion_Detection"}), frozenset({"Web"})
    assert met == ({one | other, other, one | other | {"Alerts"}} if switched else {one, other})
