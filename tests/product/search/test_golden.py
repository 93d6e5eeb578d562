"""Each golden event has exactly the fields, event types and tags of its file."""

from __future__ import annotations

import pytest

from tests import ROOT
from tests.oracles import golden_files
from tests.oracles.reference import cim
from tests.oracles.search_time.knowledge import Knowledge
from tests.product.search.findings import golden_differences

NAMES = golden_files.names()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return Knowledge(ROOT)


def test_there_are_enough() -> None:
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", NAMES)
def test_golden(knowledge: Knowledge, name: str) -> None:
    assert list(golden_differences(knowledge, name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_its_file_is_right(name: str) -> None:
    """By plain Python too, because a program wrote the files."""
    golden = golden_files.load(name)
    wanted = cim.fields(golden_files.event(golden).raw)
    assert {field: golden["fields"].get(field) for field in wanted} == wanted
