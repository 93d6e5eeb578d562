"""The shipped files have no error; every deliberate fault is found."""

from __future__ import annotations

import pytest

from tests import ROOT
from tests.measured.mutations import FAULTS, Fault, found_first
from tests.product.search.findings import findings


def test_nothing_to_find() -> None:
    assert list(findings(ROOT)) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_found(fault: Fault) -> None:
    assert found_first(fault)
