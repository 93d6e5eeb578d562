"""Which saved position is safe once splunkd has died, and how many have to be kept for it."""

from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.errors import CheckpointUnusable
from ta_akamai_siem.position import history as histories
from ta_akamai_siem.position.history import SAFE_AGE, SPACING, History
from ta_akamai_siem.splunk.instance import Instance

HERE = Instance("A", 1000.0)
RESTARTED = Instance("A", 5000.0)


def saved_at(times: list[float]) -> History:
    history = histories.begun({"n": 0}, times[0], HERE)
    for number, moment in enumerate(times[1:], 1):
        history = history.moved({"n": number}, moment, HERE)
    return history


@given(st.lists(st.floats(0.01, 200.0), max_size=120))
def test_the_rewound_position_is_the_newest_that_is_old_enough(pauses: list[float]) -> None:
    times = [0.0, *accumulate(pauses)]
    history = saved_at(times)
    last = times[-1]
    safe = [moment for moment in times if moment <= last - SAFE_AGE]
    back, rewind = history.rewound()
    assert rewind.last == last
    assert back.position == {"n": times.index(rewind.to)}
    if safe:
        assert safe[-1] - SPACING <= rewind.to <= safe[-1]
    else:
        assert rewind.to == times[0]
    assert len(history.saved) <= SAFE_AGE / SPACING * 2 + 3


@given(st.lists(st.floats(0.01, 200.0), max_size=40))
def test_the_document_gives_it_back(pauses: list[float]) -> None:
    history = saved_at([0.0, *accumulate(pauses)])
    document = {"_key": "akamai_siem:x", "_user": "nobody", **history.to_document()}
    assert histories.from_document(document) == history


def test_a_rewound_history_goes_on() -> None:
    history, _ = saved_at([0.0, 10.0, 50.0, 60.0]).rewound()
    assert history.position == {"n": 1}
    history = history.moved({"n": 1}, 6000.0, RESTARTED)
    assert not history.is_unsafe(RESTARTED, ended_cleanly=False)
    assert history.rewound()[0].position == {"n": 1}


@pytest.mark.parametrize(
    ("now", "last", "clean", "unsafe"),
    [
        # The same splunkd: what its pipe has taken is with it, however the run ended.
        (HERE, 4990.0, True, False),
        (HERE, 4990.0, False, False),
        # Restarted: enough time and an orderly end, too little time, no end.
        (RESTARTED, 4939.0, True, False),
        (RESTARTED, 4941.0, True, True),
        (RESTARTED, 2000.0, False, True),
        # Another member of the cluster.
        (Instance("B", 5000.0), 4990.0, True, False),
        (Instance("B", 5000.0), 2000.0, False, True),
        # Nothing is known of a restart.
        (Instance("A", None), 4990.0, False, False),
    ],
)
def test_when_it_is_unsafe(now: Instance, last: float, clean: bool, unsafe: bool) -> None:
    assert saved_at([0.0, last]).is_unsafe(now, ended_cleanly=clean) is unsafe


@pytest.mark.parametrize(
    "document",
    [
        {"offset": "x"},
        {"saved_at": "soon"},
        {"saved_at": 1.0, "history": [{"offset": "x"}]},
        {"saved_at": 1.0, "history": 7},
        {"saved_at": 1.0, "splunkd_started": "then"},
    ],
)
def test_a_foreign_document_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(CheckpointUnusable):
        histories.from_document(document)
