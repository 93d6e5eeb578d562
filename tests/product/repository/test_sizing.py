"""docs/sizing.md has the figures that its sources give."""

from __future__ import annotations

import re

from tests import ROOT
from tests.measured.sizing import MEMORY_MB, PAGE, RATES, TAKE, sizes, table, with_table

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_table_is_computed() -> None:
    assert with_table(TEXT) == TEXT
    assert with_table(TEXT.replace("| 1,000 |", "| 1,001 |", 1)) == TEXT


def test_the_sentences_say_the_same() -> None:
    found = [int(one.replace(",", "")) for one in re.findall(r"([\d,]+) bytes", TEXT)]
    size = sizes()
    assert found == [round(one, -1) for one in (size.sent, size.compressed, size.indexed)]
    (row,) = [line for line in table().splitlines() if line.startswith("| 1,000 |")]
    assert re.findall(r"plan for (\d+ GB)", TEXT) == re.findall(r"\| (\d+ GB) \|", row)[:1]


def test_memory_and_what_to_take() -> None:
    bound = (ROOT / "tests/product/end_to_end/test_lifecycle.py").read_text(encoding="utf-8")
    assert f"MEMORY_MAX_KB = {MEMORY_MB} << 10" in bound
    assert f"at most {MEMORY_MB} MB for each process" in TEXT
    assert RATES[-1] == TAKE[-1][0]
