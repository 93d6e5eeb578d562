"""`python -m tests.measured.mutants [part of a file's name]`: exits with 1 if a mutant survives."""

from __future__ import annotations

import sys
import time

from tests.measured.mutants.listed import MUTANTS
from tests.measured.mutants.mutant import killed_by, unharmed


def main(part: str = "") -> int:
    """Print the table."""
    chosen = [mutant for mutant in MUTANTS if part in mutant.title]
    limits = {}
    for tests in dict.fromkeys(mutant.tests for mutant in chosen):
        found = unharmed(tests)
        if found.failed:
            raise SystemExit(f"{found.failed} fails without any fault")
        limits[tests] = found.limit
    survivors = 0
    for mutant in chosen:
        began = time.monotonic()
        by = killed_by(mutant, limits[mutant.tests])
        survivors += not by
        print(f"{time.monotonic() - began:4.0f} s  {mutant.title}\n        {by or 'SURVIVED'}")
        sys.stdout.flush()
    print(f"{len(chosen)} mutants, {len(chosen) - survivors} killed, {survivors} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
