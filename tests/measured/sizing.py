"""docs/sizing.md: what a rate of events needs. `python -m tests.measured.sizing` writes its table.

The sizes of an event are counted in the mix that is like customers' events (`few_rules.py` of the
bench); the rest is multiplied. CPU uses a planning figure, see `CPU_US`.
"""

from __future__ import annotations

import gzip
import re
import sys
from dataclasses import dataclass
from functools import cache

from tests import ROOT
from tests.measured.bench.mixes import event_lines

sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.record.event import record
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.settings import LIMIT_DEFAULT

PAGE = ROOT / "docs" / "sizing.md"
RATES = (1, 10, 100, 1_000, 5_000, 10_000)
CPU_US = 100
"""CPU time per event for planning: above what the bench measures for the customers' mix."""
INDEX_SHARE = 0.5
"""Share of the raw text that it takes on disk: Splunk's rule of thumb (Capacity Planning Manual).
"""
_INTERVAL_S = 60
_DAY_S = 86_400
_COUNTED = 3_000
_TABLE = re.compile(r"(<!-- sizing -->\n).*?(<!-- end -->)", re.DOTALL)


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
        "network in",
        "spool",
        "licence a day",
        "index a day",
        "pages a minute",
    )
    rows = [" | ".join(_cells(rate)) for rate in RATES]
    lines = [" | ".join(names), "|".join(["---:"] * len(names)), *rows]
    return "".join(f"|{line}|\n" if "---" in line else f"| {line} |\n" for line in lines)


def _cells(rate: int) -> list[str]:
    size = sizes()
    events = min(rate * _INTERVAL_S, LIMIT_DEFAULT)
    pages = -(-rate * _INTERVAL_S // LIMIT_DEFAULT)
    return [
        f"{rate:,}",
        _short(rate * _DAY_S, ("", " thousand", " million")),
        f"{rate * CPU_US / 1e4:.2g} % of a core" if rate < 1e4 else "a whole core",
        _short(rate * size.compressed * 8, (" bit/s", " kbit/s", " Mbit/s")),
        _bytes(events * size.sent),
        _bytes(rate * _DAY_S * size.indexed),
        _bytes(rate * _DAY_S * size.indexed * INDEX_SHARE),
        f"{pages}",
    ]


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
    """The page with a current table."""
    return _TABLE.sub(lambda found: found[1] + table() + found[2], text)


def main() -> None:
    """Write the page, and print the figures that it is made from."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(sizes())


if __name__ == "__main__":
    main()
