"""Which of the events that Akamai's stand-in holds are indexed, if rules drop the others.

The decision itself is proved in tests/product/search/test_dropping.py.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ta_akamai_siem.record.event import source_event
from ta_akamai_siem.record.selection import Selection
from ta_akamai_siem.record.source_members import raw_members, rules_of_event
from ta_akamai_siem.volume.grammar import read_lines
from tests.standins.akamai.multiset import find_marker

if TYPE_CHECKING:
    from .site import Site

DROP = "action=deny* sample=3\nmethod=POST;NOT tag=* status=2*"


def dropped_by(line: bytes, rules: str = DROP) -> int:
    """The number of the rule that drops an event; 0 to keep it."""
    event, dropping = source_event(line), Selection(drop=read_lines(rules)[0]).dropping()
    assert dropping is not None
    return dropping.number(
        dropping.whole, raw_members(event), lambda: rules_of_event(event, with_data=True)
    )


def numbers(site: Site) -> dict[object, int]:
    """For each event that is held, by its marker, the number of the rule that drops it."""
    with site.akamai.dump().open("rb") as held:
        return {find_marker(line): dropped_by(line.rstrip(b"\n")) for line in held}


def kept(site: Site) -> set[object]:
    """The markers of the events that are indexed."""
    every = numbers(site)
    found = {marker for marker, number in every.items() if not number}
    assert 0.1 * len(every) < len(found) < 0.9 * len(every)
    return found


def logged(site: Site) -> Counter[int]:
    """The events that each rule dropped, as the runs logged them."""
    lines = re.findall(r"events\.dropped .*\bnumber=(\d+) count=(\d+)", site.log_text())
    found: Counter[int] = Counter()
    for number, count in lines:
        found[int(number)] += int(count)
    return found
