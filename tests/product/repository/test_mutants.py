"""The list of mutants fits the code. `make mutants` runs them, which takes too long for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.measured.mutants.listed import MUTANTS

if TYPE_CHECKING:
    from tests.measured.mutants.mutant import Mutant

PURE = (
    *(
        "record/masking",
        "record/decoding",
        "record/rules",
        "record/rule_items",
        "record/headers",
        "record/event_time",
    ),
    *("record/event", "akamai/page", "akamai/error_table", "akamai/spool", "akamai/line_multiset"),
    *("writing/delivery", "writing/progress", "continuous/cursor", "backfill/windows"),
    "position/history",
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.title)
def test_a_mutant_changes_one_place(mutant: Mutant) -> None:
    compile(mutant.applied(), mutant.file, "exec")
    assert [test for test in mutant.tests if not (ROOT / test).exists()] == []


def test_every_pure_module_has_mutants() -> None:
    assert {f"{module}.py" for module in PURE} <= {mutant.file for mutant in MUTANTS}
