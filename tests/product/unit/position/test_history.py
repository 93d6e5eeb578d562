"""Which saved position is safe after a crash of splunkd."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.errors import CheckpointUnusable
from ta_akamai_siem.position.entry import Entry, from_document, from_single_document
from ta_akamai_siem.position.history import SAFE_AGE, is_unsafe, newest_safe
from ta_akamai_siem.splunk.instance import Instance

HERE = Instance("A", 1000.0)
RESTARTED = Instance("A", 5000.0)
KEY = "akamai_siem:x"


def entry(number: int, moment: float, by: Instance = HERE) -> Entry:
    return Entry(number, "r", by, {"n": number}, moment, moment, moment)


def saved_at(times: list[float]) -> list[Entry]:
    """Newest first."""
    return [entry(number, moment) for number, moment in enumerate(times, 1)][::-1]


@given(st.lists(st.floats(0.01, 200.0), max_size=120))
def test_the_newest_that_is_old_enough(pauses: list[float]) -> None:
    entries = saved_at([0.0, *accumulate(pauses)])
    last = entries[0].saved_at
    old_enough = [one for one in entries if last - one.saved_at >= SAFE_AGE]
    assert newest_safe(entries) == (old_enough or entries[-1:])[0]


def test_only_what_the_same_splunkd_took_can_have_died_with_it() -> None:
    other, taken, *mine = (
        entry(7, 100.0, Instance("B", 1.0)),
        entry(8, 104.0),
        entry(9, 105.0),
        entry(10, 106.0),
    )
    assert newest_safe([*mine[::-1], taken, other]) == taken
    before = entry(7, 100.0, Instance("A", 999.0))
    assert newest_safe([*mine[::-1], taken, before]) == taken


@pytest.mark.parametrize(
    "cut",
    [
        lambda e: e._replace(anew=True),
        lambda e: e._replace(rewound_from=3),
        lambda e: e._replace(number=e.number + 1),
    ],
)
def test_what_has_no_past(cut: object) -> None:
    entries = saved_at([0.0, 10.0, 11.0])
    entries[1] = cut(entries[1])  # type: ignore[operator]
    entries[0] = entries[0]._replace(number=entries[1].number + 1)
    assert newest_safe(entries) == entries[1]


def test_a_position_is_nothing_to_go_back_to_where_there_is_none() -> None:
    entries = saved_at([0.0, 10.0])
    entries[1] = entries[1]._replace(position=None)
    assert newest_safe(entries) == entries[0]


@pytest.mark.parametrize("step", [-90.0, 90.0])
def test_a_clock_that_is_set_meanwhile_changes_nothing(step: float) -> None:
    entries = saved_at([0.0, 20.0, 45.0, 60.0])
    set_since = [one._replace(saved_at=one.saved_at + step) for one in entries[:2]]
    assert newest_safe([*set_since, *entries[2:]]).number == 2


@pytest.mark.parametrize(
    ("now", "last", "clean", "proved", "unsafe"),
    [
        # The same splunkd: it still has what its pipe accepted, however the run ended.
        (HERE, 4990.0, True, False, False),
        (HERE, 4990.0, False, False, False),
        # Restarted: enough time and an orderly end, too little time, a proof, no end.
        (RESTARTED, 4939.0, True, False, False),
        (RESTARTED, 4941.0, True, False, True),
        (RESTARTED, 4941.0, True, True, False),
        (RESTARTED, 2000.0, False, True, True),
        # Another member of the cluster.
        (Instance("B", 5000.0), 4990.0, True, False, False),
        (Instance("B", 5000.0), 2000.0, False, True, True),
        # Nothing is known about a restart.
        (Instance("A", None), 4990.0, False, False, False),
    ],
)
def test_when_it_is_unsafe(
    now: Instance, last: float, clean: bool, proved: bool, unsafe: bool
) -> None:
    saved = entry(1, last)
    found = is_unsafe(saved, now, ended_cleanly=clean, stopped_in_order=lambda: proved)
    assert found is unsafe
    none = saved._replace(position=None)
    assert not is_unsafe(none, now, ended_cleanly=clean, stopped_in_order=lambda: proved)


@pytest.mark.parametrize(
    "changed",
    [{}, {"position": None}, {"anew": True}, {"rewound_from": 3}, {"uptime": None}],
)
def test_the_document_gives_it_back(changed: dict[str, object]) -> None:
    saved = entry(4, 7.0)._replace(**changed)  # type: ignore[arg-type]
    document = {"_user": "nobody", **saved.to_document(KEY)}
    assert document["_key"] == f"{KEY}#4"
    assert from_document(document) == saved


def test_the_one_document_of_version_0_1_0() -> None:
    document = {
        "_key": KEY,
        "offset": "c",
        "saved_at": 100.0,
        "saved_by": "A",
        "splunkd_started": 1000.0,
        "history": [{"offset": "a", "saved_at": 60.0}, {"offset": "b", "saved_at": 90.0}],
    }
    entries = from_single_document(document, 12)
    assert [(one.number, one.position) for one in entries] == [
        (12, {"offset": "c"}),
        (11, {"offset": "b"}),
        (10, {"offset": "a"}),
    ]
    assert newest_safe(entries).position == {"offset": "a"}


GOOD = entry(1, 1.0).to_document(KEY)


@pytest.mark.parametrize(
    "document",
    [
        {"offset": "x"},
        {**GOOD, "number": "first"},
        {**GOOD, "saved_at": "soon"},
        {**GOOD, "saved_at": None},
        {**GOOD, "splunkd_started": "then"},
        {**GOOD, "uptime": []},
        {**GOOD, "number": float("inf")},
    ],
)
def test_a_foreign_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(CheckpointUnusable):
        from_document(document)


@pytest.mark.parametrize(
    "document",
    [{}, {"saved_at": 1.0, "history": [{"offset": "x"}]}, {"saved_at": 1.0, "history": 7}],
)
def test_a_foreign_single_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(CheckpointUnusable):
        from_single_document(document, 0)
