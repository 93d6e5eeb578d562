"""Which of the events that Akamai's stand-in holds are indexed, if rules drop the others.

The decision itself is proved in tests/product/search/test_dropping.py.
"""

from __future__ import annotations

import re
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


def sizes(site: Site) -> dict[int, tuple[int, int]]:
    """For each rule, the events that are held and that it drops, and their bytes."""
    found: dict[int, tuple[int, int]] = {}
    with site.akamai.dump().open("rb") as held:
        for line in held:
            text = line.rstrip(b"\n")
            events, size = found.get(number := dropped_by(text), (0, 0))
            found[number] = (events + 1, size + len(text))
    return {number: each for number, each in found.items() if number}


def logged(text: str) -> dict[int, tuple[int, int]]:
    """The same, as a run logged it. `text`: the log of one run, with one line for each rule."""
    lines = re.findall(
        r"events\.dropped .*\bnumber=(\d+) count=(\d+) bytes=(\d+) rule=\"(.+)\"", text
    )
    rules = [rule for _, _, _, rule in lines]
    assert rules == sorted(set(rules), key=re.split(r"[\n;]", DROP).index)
    assert len(lines) == text.count(" events.dropped ")
    return {int(number): (int(count), int(size)) for number, count, size, _ in lines}
