"""What a search costs per event: `python -m tests.measured.search_cost`, or `make search-cost`.

Compares this version with 0.1.0, each on its own records of the same source events (`EVENTS`,
2,000): the patterns one by one, then what a search for every field, each data model and each hot
field needs. Figures are µs per event, with and without JIT, because no document says which of them
Splunk uses. Exits with 1 if the patterns cost more than their bound.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests import ROOT

BOUND, GOAL = (0.7, 0.45), (0.5, 0.35)
"""Bound: the patterns' cost relative to 0.1.0, with JIT and without."""
WAYS = ("jit", "interpreted")


def main() -> int:
    """Measure both versions, print all."""
    now, before = _measured("now"), _measured("before")
    versions = {"now": now} if before is None else {"0.1.0": before, "now": now}
    for title, version in versions.items():
        print(f"\nPatterns of {title}, µs an event: with JIT / without")
        sizes = list(version["patterns"])
        print(f"  {'':44}" + "".join(f"{size:>18}" for size in sizes))
        for label in version["patterns"][sizes[0]]:
            costs = [version["patterns"][size][label] for size in sizes]
            print(f"  {label:44}" + "".join(_pair(each) for each in costs))
        totals = [_total(version["patterns"][size]) for size in sizes]
        print(f"  {'all patterns':44}" + "".join(_pair(each) for each in totals))
    for title, version in versions.items():
        print(f"\nSearches of {title}, µs an event of the smallest size: with JIT / without")
        parts = list(next(iter(version["searches"].values())))
        print(f"  {'':24}" + "".join(f"{part:>18}" for part in (*parts, "all")))
        for search, costs in version["searches"].items():
            shown = [*(costs[part] for part in parts), _total(costs)]
            print(f"  {search:24}" + "".join(_pair(each) for each in shown))
    for title, version in versions.items():
        print(f"\nHot fields of {title}: what a search for one value can ask the index")
        for field, how, term in version["hot"]:
            print(f"  {field:18} {term:9} {how}")
    return 0 if before is None else _compared(before, now)


def _compared(before: dict[str, Any], now: dict[str, Any]) -> int:
    print("\nPatterns now, as a share of 0.1.0: with JIT / without")
    held = True
    for old, new in zip(before["patterns"], now["patterns"]):
        was, are = _total(before["patterns"][old]), _total(now["patterns"][new])
        shares = [are[way] / was[way] for way in WAYS]
        held = held and all(share <= most for share, most in zip(shares, BOUND))
        print(f"  {new:10} {shares[0]:.2f} / {shares[1]:.2f}")
    print(f"  at most    {BOUND[0]:.2f} / {BOUND[1]:.2f}, goal {GOAL[0]:.2f} / {GOAL[1]:.2f}")
    return 0 if held else 1


def _measured(version: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.measured.search_cost.measured", version]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _total(costs: dict[str, dict[str, float]]) -> dict[str, float]:
    return {way: sum(each[way] for each in costs.values()) for way in WAYS}


def _pair(costs: dict[str, float]) -> str:
    return f"{costs['jit']:10.2f} / {costs['interpreted']:5.1f}"


if __name__ == "__main__":
    sys.exit(main())
