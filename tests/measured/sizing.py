"""docs/sizing.md: what a rate of events needs. `python -m tests.measured.sizing` writes its tables.

The sizes of an event are counted in the mix that is like customers' events (`few_rules.py` of the
bench); the rest is multiplied. CPU uses a planning figure, see `CPU_US`.
"""

from __future__ import annotations

import gzip
import math
import re
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tests import ROOT
from tests.measured.bench.mixes import event_lines

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.limits import EDGE_CUT, PAGE_EVENTS_MAX
from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.settings import LIMIT_DEFAULT
from ta_akamai_siem.writing.workers import AUTO_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PAGE = ROOT / "docs" / "sizing.md"
RATES = (1, 10, 100, 1_000, 5_000, 10_000, 20_000, 50_000)
TAKE = (
    (5_000, "one input"),
    (10_000, "one input with workers"),
    (20_000, "several inputs with workers"),
    (50_000, "several hosts with such inputs"),
)
"""What to take up to a rate."""
MEMORY_MB = 48
"""Most memory of a process, which `test_lifecycle.py` holds."""
CPU_US = 100
"""CPU time per event for planning: above what the bench measures for the customers' mix."""
INDEX_SHARE = 0.5
"""Share of the raw text that it takes on disk: Splunk's rule of thumb (Capacity Planning Manual).
"""
_INTERVAL_S = 60
_DAY_S = 86_400
_COUNTED = 3_000
_TABLE = re.compile(r"(<!-- (sizing|links|requests|billion) -->\n).*?(<!-- end -->)", re.DOTALL)
LINKS_MBIT = (10, 25, 50, 100, 1_000)
INTERVALS_S = (10, 60, 300)
BILLION = 1_000_000_000
BUSIEST = 2
"""Times the average rate of the day, in the busiest hour: an assumption."""
INDEXER_GB = (100, 300)
"""Raw text a day that an indexer of Splunk's reference hardware takes, with much and with little
searching: the usual range of planning, from Splunk's Capacity Planning Manual and practice.
"""


@dataclass(frozen=True)
class Sizes:
    """Mean bytes of an event: as sent, compressed, and as a record."""

    sent: float
    compressed: float
    indexed: float


@cache
def sizes() -> Sizes:
    """The means, counted."""
    lines = list(event_lines("few", _COUNTED))
    moment = Moment.of(1_700_000_000, 1_700_000_000)
    body = b"\n".join(lines)
    return Sizes(
        len(body) / len(lines),
        len(gzip.compress(body, 6)) / len(lines),
        sum(len(record(line, moment).text.encode()) for line in lines) / len(lines),
    )


def table() -> str:
    """The rows of the page."""
    names = (
        "events/s",
        "events a day",
        "CPU of the forwarder",
        "memory",
        "network in",
        "spool",
        "licence a day",
        "index a day",
        "pages a minute",
        "take",
    )
    rows = [" | ".join(_cells(rate)) for rate in RATES]
    lines = [" | ".join(names), "|".join(["---:"] * len(names)), *rows]
    return "".join(f"|{line}|\n" if "---" in line else f"| {line} |\n" for line in lines)


def links() -> str:
    """What a link lets through, and the largest page that it delivers before Akamai's cut."""
    rows = []
    for mbit in LINKS_MBIT:
        rate = mbit * 1e6 / 8 / sizes().compressed
        page = min(rate * EDGE_CUT, PAGE_EVENTS_MAX)
        rows.append((f"{mbit:,} Mbit/s", _thousands(rate), _thousands(page)))
    return _as_table(("link", "events/s at most", "largest page in two minutes, events"), rows)


def requests() -> str:
    """Requests a day of one input, by interval and rate."""
    rates = (0, 100, 1_000, 10_000)
    rows = []
    for interval in INTERVALS_S:
        # A page that is not full ends a run. Each full page before it is one more request.
        cells = [
            f"{_DAY_S // interval * (1 + rate * interval // LIMIT_DEFAULT):,}" for rate in rates
        ]
        rows.append((f"{interval} s", *cells))
    return _as_table(("interval", *(f"{rate:,} events/s" for rate in rates)), rows)


def billion() -> str:
    """What a billion events a day takes."""
    size = sizes()
    average = BILLION / _DAY_S
    raw = BILLION * size.indexed
    rows = [
        ("events/s", _thousands(average), _thousands(average * BUSIEST)),
        ("CPU of the collectors, cores", *_both(average * CPU_US / 1e6, "{:.1f}")),
        ("network in, Mbit/s", *_both(average * size.compressed * 8 / 1e6, "{:.0f}")),
        ("pages a minute", *_both(average * _INTERVAL_S / LIMIT_DEFAULT, "{:.0f}")),
        ("licence", f"{_bytes(raw)} a day", ""),
        ("index, each copy", f"{_bytes(raw * INDEX_SHARE)} a day", ""),
        (
            "indexers",
            f"{math.ceil(raw / INDEXER_GB[1] / 1e9)} to {math.ceil(raw / INDEXER_GB[0] / 1e9)}",
            "",
        ),
    ]
    return _as_table(("", "average", "busiest hour"), rows)


def _both(average: float, form: str) -> tuple[str, str]:
    return form.format(average), form.format(average * BUSIEST)


def _thousands(number: float) -> str:
    """Round to two significant digits."""
    return f"{float(f'{number:.2g}'):,.0f}"


def _as_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, rule, *rows))


def _cells(rate: int) -> list[str]:
    size = sizes()
    events = min(rate * _INTERVAL_S, LIMIT_DEFAULT)
    pages = -(-rate * _INTERVAL_S // LIMIT_DEFAULT)
    return [
        f"{rate:,}",
        _short(rate * _DAY_S, ("", " thousand", " million", " billion")),
        _cpu(rate),
        _memory(rate),
        _short(rate * size.compressed * 8, (" bit/s", " kbit/s", " Mbit/s")),
        _bytes(events * size.sent),
        _bytes(rate * _DAY_S * size.indexed),
        _bytes(rate * _DAY_S * size.indexed * INDEX_SHARE),
        f"{pages}",
        _take(rate),
    ]


def _take(rate: int) -> str:
    return next(what for most, what in TAKE if rate <= most)


def _cpu(rate: int) -> str:
    cores = rate * CPU_US / 1e6
    if cores < 1:
        return f"{cores * 100:.2g} % of a core"
    return "a whole core" if cores == 1 else f"{cores:g} cores"


def _memory(rate: int) -> str:
    """One process, or as many as an input with workers has at most."""
    alone, with_workers, *_ = (most for most, _ in TAKE)
    if rate <= alone:
        return f"{MEMORY_MB} MB"
    if rate <= with_workers:
        return f"{MEMORY_MB * (1 + AUTO_MAX)} MB"
    return f"{MEMORY_MB * (1 + AUTO_MAX)} MB an input"


def _bytes(number: float) -> str:
    return _short(number, (" B", " kB", " MB", " GB", " TB"))


def _short(number: float, units: tuple[str, ...]) -> str:
    """Round to two significant digits."""
    place = 0
    while number >= 1_000 and place + 1 < len(units):
        number /= 1_000
        place += 1
    digits = float(f"{number:.2g}")
    return f"{int(digits):,}{units[place]}" if digits >= 10 else f"{digits:g}{units[place]}"


def with_table(text: str) -> str:
    """The page with current tables."""
    made = {"sizing": table, "links": links, "requests": requests, "billion": billion}
    return _TABLE.sub(lambda found: found[1] + made[found[2]]() + found[3], text)


def main() -> None:
    """Write the page, and print the figures that it is made from."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(sizes())


if __name__ == "__main__":
    main()
