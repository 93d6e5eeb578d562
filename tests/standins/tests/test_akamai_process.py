"""The Akamai stand-in as a program: options, control calls about stored events, its end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.standins.akamai.client import AkamaiStandin, ControlError
from tests.standins.akamai.multiset import MultisetDigest, event_marker
from tests.standins.akamai.signed_session import SignedSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPTIONS = (
    *("--client-token", "akab-a", "--client-secret", "c2VjcmV0", "--access-token", "akab-b"),
    *("--config", "7", "--set", "latency_s=0", "--set", "page_stop=under"),
    *("--load", json.dumps({"count": 250, "seed": 3, "from": 1000, "to": 2000, "bucket": 100})),
)


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AkamaiStandin]:
    with AkamaiStandin(tmp_path_factory.mktemp("akamai"), *OPTIONS) as running:
        yield running


def test_options_take_effect(standin: AkamaiStandin) -> None:
    assert standin.ready == json.loads((standin.folder / "ready.json").read_text())
    assert standin.client_secret == "c2VjcmV0"
    assert standin.set()["page_stop"] == "under"
    assert standin.configurations() == {"known": [7], "forbidden": []}
    assert standin.held()["newest"] == pytest.approx(1996)


def test_what_is_held_can_be_compared(standin: AkamaiStandin) -> None:
    markers = MultisetDigest()
    for index in range(25, 150):
        markers.add(event_marker(3, index).encode())
    # From the middle of one bucket to the middle of another.
    part = standin.held(stored_from=1100, stored_to=1600)
    assert (part["count"], part["markers_digest"]) == (125, markers.hexdigest())
    lines = MultisetDigest()
    for line in standin.dump(stored_from=1100, stored_to=1600).read_bytes().splitlines():
        lines.add(line)
    assert part["lines_digest"] == lines.hexdigest()
    assert standin.held(config_ids=[8])["count"] == 0


def test_events_are_made_when_they_are_asked_for(standin: AkamaiStandin) -> None:
    early = standin.load(40, seed=8, stored_at=3000, late_share=0.5, late_by_s=900, prepare=False)
    more = standin.load(2, seed=8, stored_at=3000)
    assert (early["first"], more["first"]) == (0, 40)
    held = standin.dump(stored_from=3000).read_bytes().splitlines()
    assert len(held) == 42
    starts = [json.loads(line).get("httpMessage", {}).get("start") for line in held]
    assert sum(str(start).startswith("209") for start in starts) > 5
    assert sum(str(start).startswith("299") for start in starts) > 5


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/events", {"count": 0}),
        ("/events", {"count": 1, "config_id": 99}),
        ("/events", {"count": "many"}),
        ("/events", {"count": 1, "color": "blue"}),
        ("/events", {"lines": ["{}", "{}"], "times": [2000, 1000]}),
        ("/events", {"count": 1, "odd_kinds": ["unheard"]}),
        ("/settings", {"latency_s": -1}),
        ("/settings", {"unheard": 1}),
        ("/settings", {"to_bound": "open"}),
        ("/clock", {"speed": 2}),
        ("/held", {"color": "blue"}),
        ("/tokens", {}),
        ("/unheard", {}),
    ],
)
def test_control_refuses_what_it_does_not_know(
    standin: AkamaiStandin, path: str, content: object
) -> None:
    with pytest.raises(ControlError):
        standin.call("POST", path, content)


def test_sigterm_ends_it_while_an_answer_stalls(tmp_path: Path) -> None:
    standin = AkamaiStandin(tmp_path)
    standin.load(10, stored_at=standin.now() - 60)
    assert list(tmp_path.glob("store-*"))
    standin.fault("stall", after_bytes=10)
    with SignedSession(standin) as session:
        token = standin.mint_token(standin.now() - 120)
        session.get(session.base + "76213", params={"offset": token}, stream=True, timeout=10)
        assert standin.stop() == 0
    assert not list(tmp_path.glob("store-*"))
    assert (tmp_path / "stderr.txt").read_bytes() == b""


def test_it_can_be_made_as_new(tmp_path: Path) -> None:
    with AkamaiStandin(tmp_path, *OPTIONS) as standin:
        standin.load(5, stored_at=3000)
        standin.mint_token(4000, 7)
        standin.set(page_events=3)
        standin.set_clock(advance_s=60, skew_s=5)
        standin.configurations(known=[8])
        standin.fault("status", status=503)
        standin.clear()
        assert standin.held()["count"] == 0
        # The token no longer hinders older events.
        standin.load(5, stored_at=3000)
        assert standin.held()["count"] == 5
        assert standin.set()["page_events"] == 0
        assert standin.call("GET", "/clock")["advance_s"] == 0
        assert standin.configurations()["known"] == [7]
        assert standin.waiting_faults() == standin.log() == []
