"""The Akamai stand-in serves events by storage time, in both modes, as documented."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.standins.akamai.client import AkamaiStandin, ControlError
from tests.standins.akamai.multiset import MultisetDigest, find_marker, marker_index
from tests.standins.akamai.signed_session import SignedSession, expand_one_member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3600
EMPTY_CONTEXT = re.compile(r'\{ "total": 0, "offset":"[0-9a-f]{5};[\w-]+" \}\n')


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[AkamaiStandin]:
    with AkamaiStandin(tmp_path, "--config", "1", "--config", "2", "--forbidden", "3") as running:
        yield running


@pytest.fixture
def session(standin: AkamaiStandin) -> Iterator[SignedSession]:
    with SignedSession(standin) as signed:
        yield signed


def drain(session: SignedSession, ids: str, offset: str, limit: int) -> list[bytes]:
    """Request pages until one has no `limit` in its context."""
    lines: list[bytes] = []
    while True:
        page, context = session.page(ids, offset=offset, limit=limit)
        assert context["total"] == len(page)
        lines += page
        offset = context["offset"]
        if "limit" not in context:
            return lines


def digest(lines: list[bytes]) -> str:
    result = MultisetDigest()
    for line in lines:
        result.add(line)
    return result.hexdigest()


def test_offset_mode_brings_everything_once_in_storage_order(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    now = standin.now()
    for seed in (1, 2):  # two loads that interleave
        standin.load(
            700, config_id=1, seed=seed, bucket=50, stored_from=now - HOUR, stored_to=now - 60
        )
    standin.load(5, config_id=2, seed=3, stored_at=now - 60)
    lines = drain(session, "1", standin.mint_token(now - 2 * HOUR, 1), 120)
    assert digest(lines) == standin.held(config_ids=[1])["lines_digest"]
    marked = [find_marker(line) or "" for line in lines]
    for prefix in ("000001", "000002"):
        indexes = [marker_index(marker) for marker in marked if marker.startswith(prefix)]
        assert indexes == list(range(700))
    both = drain(session, "1;2", standin.mint_token(now - 2 * HOUR, 1, 2), 600_000)
    assert digest(both) == standin.held()["lines_digest"]


def test_a_page_overshoots_its_limit_by_whole_buckets(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    now = standin.now()
    standin.load(100, config_id=1, bucket=30, stored_at=now - 60)
    token = standin.mint_token(now - HOUR, 1)
    lines, context = session.page("1", offset=token, limit=40)
    assert (len(lines), context["total"], context["limit"]) == (60, 60, 40)
    assert (standin.order(offset=token), standin.order(offset=context["offset"])) == (0, 60)
    assert [standin.order(stored=now - 60 + moved) for moved in (-1, 1)] == [0, 100]
    standin.set(page_stop="under")
    lines, context = session.page("1", offset=token, limit=40)
    assert (len(lines), "limit" in context) == (30, False)
    more, _ = session.page("1", offset=context["offset"], limit=40)
    assert len(more) == 30
    standin.set(page_events=100)
    lines, context = session.page("1", offset=token, limit=1)
    assert (len(lines), context["limit"]) == (100, 1)


def test_an_empty_page_has_the_documented_form_and_a_new_offset(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    answer = session.ask("1", offset="NULL")
    assert EMPTY_CONTEXT.fullmatch(answer.text)
    offset = json.loads(answer.text)["offset"]
    standin.set(latency_s=0.0)
    standin.load(3, config_id=1)
    lines, context = session.page("1", offset=offset)
    assert len(lines) == 3
    assert context["offset"] != offset


def test_what_is_withheld_comes_later_in_offset_mode(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    offset = standin.mint_token(standin.now() - 100, 1)
    standin.load(3, config_id=1, stored_at=standin.now())
    lines, context = session.page("1", offset=offset)
    assert lines == []
    standin.set_clock(advance_s=6)
    lines, _ = session.page("1", offset=context["offset"])
    assert len(lines) == 3


def test_time_mode_selects_by_whole_seconds_and_wins_over_offset(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    start = int(standin.now()) - HOUR
    times = [start + number / 2 for number in range(20)]
    standin.load(20, config_id=1, times=times, lag_s=500)
    lines, _ = session.page("1", from_=start + 2, to=start + 4)
    assert [marker_index(find_marker(line) or "") for line in lines] == [4, 5, 6, 7]
    standin.set(to_bound="inclusive")
    lines, _ = session.page("1", from_=start + 2, to=start + 4, offset="ignored")
    assert len(lines) == 6
    lines, context = session.page("1", from_=start)
    assert len(lines) == 20
    assert session.page("1", offset=context["offset"])[0] == []


REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("9", {"offset": "NULL"}, 404),
    ("3", {"offset": "NULL"}, 403),
    ("1;3", {"offset": "NULL"}, 403),
    ("1%3B", {"offset": "NULL"}, 400),
    ("x", {"offset": "NULL"}, 400),
    ("1;1", {"offset": "NULL"}, 400),
    ("1", {}, 400),
    ("1", {"limit": 5}, 400),
    ("1", {"offset": "NULL", "limit": 0}, 400),
    ("1", {"offset": "NULL", "limit": 600_001}, 400),
    ("1", {"offset": "NULL", "limit": "ten"}, 400),
    ("1", {"offset": "NULL", "to": 1}, 400),
    ("1", {"offset": "NULL", "page": 1}, 400),
    ("1", {"offset": ""}, 400),
    ("1", {"from_": "1.5"}, 400),
]


def test_what_is_not_documented_is_refused(session: SignedSession) -> None:
    for ids, query, status in REFUSED:
        assert session.ask(ids, **query).status_code == status, (ids, query)


def test_offsets_are_bound_to_their_issuer_and_their_configurations(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    token = standin.mint_token(standin.now() - 60, 1)
    assert ";" in token
    assert session.ask("1", offset=token).status_code == 200
    swapped = token[:-3] + ("A" if token[-3] != "A" else "B") + token[-2:]
    for wrong in (token[:-1], swapped, token + "A", "0" + token, token[6:], "318d8"):
        assert session.ask("1", offset=wrong).status_code == 400
    assert session.ask("1;2", offset=token).status_code == 400
    standin.set(foreign_ids_status=416)
    assert session.ask("2", offset=token).status_code == 416
    standin.set(token_form="old")
    old = standin.mint_token(standin.now() - 60, 1, 2)
    assert re.fullmatch("[0-9a-f]{32}", old)
    assert session.ask("2;1", offset=old).status_code == 200
    assert session.ask("2;1", offset=old[:-1] + "g").status_code == 400


def test_twelve_hours_are_kept(standin: AkamaiStandin, session: SignedSession) -> None:
    now = standin.now()
    standin.load(10, config_id=1, stored_at=now - 11 * HOUR)
    standin.load(10, config_id=1, stored_at=now - 13 * HOUR)
    old = session.ask("1", offset=standin.mint_token(now - 12 * HOUR - 5, 1))
    assert old.status_code == 416
    assert old.json()["type"].endswith("/siem/v1/offset-too-old")
    assert len(session.page("1", offset=standin.mint_token(now - 12 * HOUR + 60, 1))[0]) == 10
    assert session.ask("1", from_=int(now) - 13 * HOUR).status_code == 400
    standin.set(from_too_old=200)
    assert len(session.page("1", from_=int(now) - 13 * HOUR)[0]) == 10
    for until in (int(now) - 2, int(now) - 2 * HOUR):
        assert session.ask("1", from_=int(now) - HOUR, to=until).status_code == 400


def test_nothing_is_stored_behind_an_issued_offset(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    now = standin.now()
    session.page("1", offset="NULL")
    with pytest.raises(ControlError, match="already been issued"):
        standin.load(1, config_id=1, stored_at=now - 60)


def test_a_body_is_one_gzip_member_or_plain(standin: AkamaiStandin, session: SignedSession) -> None:
    now = standin.now()
    standin.load(1200, config_id=1, bucket=100, odd=0.2, stored_from=now - 60, stored_to=now - 6)
    token = standin.mint_token(now - 40, 1)  # in the middle of a bucket
    plain = session.ask("1", offset=token, encoding="identity")
    assert "Content-Encoding" not in plain.headers
    headers = {"Accept-Encoding": "gzip"}
    answer = session.get(
        session.base + "1", params={"offset": token}, headers=headers, stream=True, timeout=10
    )
    body = answer.raw.read(decode_content=False)
    whole = expand_one_member(body)
    assert whole.count(b"\n") > 700
    assert whole.rsplit(b"\n", 2)[0] == plain.content.rsplit(b"\n", 2)[0]
    first, again = drain(session, "1", token, 100), drain(session, "1", token, 100)
    standin.set(reorder_replays=True)
    moved = session.page("1", offset=token, limit=2000)[0]
    assert first == again
    assert moved != first
    assert sorted(moved) == sorted(first)


def test_lines_are_served_as_they_were_given(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    lines = [b'{"a":1}', b"\xff\xfe not JSON", b'{"b":"\\ud800"}\r']
    now = standin.now()
    standin.load_lines(lines, config_id=1, stored_at=now - 30)
    assert session.page("1", offset=standin.mint_token(now - 60, 1))[0] == lines
    assert standin.dump().read_bytes() == b"".join(line + b"\n" for line in lines)


def test_the_list_of_configurations(standin: AkamaiStandin, session: SignedSession) -> None:
    """Of the Application Security API: for clients with that permission, signed like the rest."""
    standin.configurations(names={1: "One"})
    url = f"https://{standin.host}/appsec/v1/configs"
    found = session.get(url).json()["configurations"]
    names = [(each["id"], each["name"]) for each in found]
    assert names == [(1, "One"), (2, "Configuration 2")]
    standin.configurations(listable=False)
    refused = session.get(url)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/pep-authz/deny")
    session.auth = None
    assert session.get(url).status_code == 401
    standin.fault("status", status=503)
    standin.fault("status", status=500, mode="list")
    assert [entry["status"] for entry in standin.log()] == [200, 403, 401]
