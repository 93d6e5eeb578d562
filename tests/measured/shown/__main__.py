"""`python -m tests.measured.shown [NAME …]`: runs the named programs, or all. 1: a bound is
exceeded.
"""

from __future__ import annotations

import sys
import time

from tests.by_hand.demo import choose_python
from tests.measured.shown import (
    attack,
    backfill,
    clock,
    cluster,
    crash,
    cut,
    disturbance,
    hostile,
    kills,
    names,
    outage,
    takeover,
    upgrade,
)

PROGRAMS = {
    "cut": cut,
    "outage": outage,
    "clock": clock,
    "cluster": cluster,
    "attack": attack,
    "crash": crash,
    "disturbance": disturbance,
    "hostile": hostile,
    "kills": kills,
    "backfill": backfill,
    "names": names,
    "takeover": takeover,
    "upgrade": upgrade,
}


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(PROGRAMS))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(PROGRAMS)}")
        return 2
    choose_python()
    broken = []
    for name in names or PROGRAMS:
        print(f"\n=== {name}: {(PROGRAMS[name].__doc__ or '').strip()}", flush=True)
        began = time.monotonic()
        if not PROGRAMS[name].main():
            broken.append(name)
        print(f"  {time.monotonic() - began:.0f} s", flush=True)
    print(f"\n{'BROKEN: ' + ', '.join(broken) if broken else 'All as promised.'}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
