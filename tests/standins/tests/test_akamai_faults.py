"""Each fault of the Akamai stand-in occurs as requested, once, and is in the log."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests import ROOT
from tests.standins.akamai.client import AkamaiStandin, ControlError
from tests.standins.akamai.faults import KINDS
from tests.standins.akamai.signed_session import CONFIG_ID, SignedSession, expand_one_member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

README = ROOT / "tests" / "standins" / "akamai" / "README.md"
EVENTS = 300
DOCUMENTED = {
    400: "/siem/v1/missing-parameters",
    401: "/-/pep-authn/deny",
    403: "/siem/v1/unauthorized",
    404: "/siem/v1/not-found",
    416: "/siem/v1/offset-too-old",
    429: "/siem/v1/too-many-requests",
    500: "/siem/v1/error",
    503: "/siem/v1/service-unavailable",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AkamaiStandin]:
    folder: Path = tmp_path_factory.mktemp("akamai")
    with AkamaiStandin(folder) as standin:
        now = standin.now()
        standin.load(EVENTS, bucket=40, odd=0.0, stored_from=now - 600, stored_to=now - 60)
        yield standin


@pytest.fixture
def standin(running: AkamaiStandin) -> Iterator[AkamaiStandin]:
    running.reset_log()
    yield running
    assert running.waiting_faults() == []


@pytest.fixture
def session(standin: AkamaiStandin) -> Iterator[SignedSession]:
    with SignedSession(standin) as signed:
        yield signed


@pytest.fixture
def token(standin: AkamaiStandin) -> str:
    return standin.mint_token(standin.now() - 3600)


def raw_body(session: SignedSession, token: str) -> tuple[bytes, Exception | None]:
    """Return the received part of the compressed body, and the error if it ended early."""
    answer = session.get(
        f"{session.base}{CONFIG_ID}", params={"offset": token}, stream=True, timeout=10
    )
    body = b""
    try:
        while True:
            data = answer.raw.read(256, decode_content=False)
            if not data:
                return body, None
            body += data
    except Exception as error:  # noqa: BLE001 - which one depends on the versions of three libraries
        return body, error


def whole_page(session: SignedSession, token: str) -> None:
    lines, context = session.page(offset=token)
    assert context["total"] == len(lines) == EVENTS


@pytest.mark.parametrize("how", ["rst", "fin", "tls_close"])
@pytest.mark.parametrize("after_bytes", [0, 5000, -3])
def test_cut(
    standin: AkamaiStandin, session: SignedSession, token: str, how: str, after_bytes: int
) -> None:
    standin.fault("cut", after_bytes=after_bytes, how=how)
    body, error = raw_body(session, token)
    assert error is not None
    cut = standin.wait_for_log(lambda log: log[0]["finished"])[0]
    assert (cut["faults"], cut["completed"], cut["status"]) == (["cut"], False, 200)
    whole, _ = raw_body(session, token)
    # The context line, and so the length, differs slightly between responses.
    expected = after_bytes if after_bytes >= 0 else len(whole) + after_bytes
    assert cut["sent_bytes"] == pytest.approx(expected, abs=0 if after_bytes >= 0 else 30)
    assert whole.startswith(body[:5000])
    if how != "rst":
        # The library does not return what was in the last read when the connection ended.
        assert len(body) >= cut["sent_bytes"] - 256


def test_cut_gzip_ends_cleanly(standin: AkamaiStandin, session: SignedSession, token: str) -> None:
    standin.fault("cut_gzip", after_bytes=7000)
    body, error = raw_body(session, token)
    assert (len(body), error) == (7000, None)
    with pytest.raises(AssertionError):
        expand_one_member(body)
    whole_page(session, token)


def test_early_end_and_missing_context_are_proper_answers(
    standin: AkamaiStandin, session: SignedSession, token: str
) -> None:
    standin.fault("early_end", events=90)
    standin.fault("early_end")
    standin.fault("no_context")
    for events in (90, EVENTS // 2, EVENTS):
        body, error = raw_body(session, token)
        assert error is None
        lines = expand_one_member(body).split(b"\n")
        assert (len(lines) - 1, lines[-1]) == (events, b"")
        assert b'"total"' not in lines[-2]
    whole_page(session, token)


@pytest.mark.parametrize("delta", [-1, 7])
def test_wrong_total(
    standin: AkamaiStandin, session: SignedSession, token: str, delta: int
) -> None:
    standin.fault("wrong_total", delta=delta)
    lines, context = session.page(offset=token)
    assert (len(lines), context["total"]) == (EVENTS, EVENTS + delta)
    whole_page(session, token)


def test_garbage(standin: AkamaiStandin, session: SignedSession, token: str) -> None:
    standin.fault("garbage_context", text="no context")
    standin.fault("garbage_line", text="no event")
    standin.fault("garbage_line", how="damage")
    standin.fault("blank_lines")
    assert session.ask(offset=token).content.endswith(b"\nno context\n")
    lines, context = session.page(offset=token)
    assert (lines.count(b"no event"), context["total"]) == (1, len(lines))
    assert len(lines) == EVENTS + 1
    lines, context = session.page(offset=token)
    assert len(lines) == context["total"] == EVENTS
    assert len([line for line in lines if not line.endswith(b"}")]) == 1
    lines, context = session.page(offset=token)
    assert len([line for line in lines if line.strip()]) == context["total"] == EVENTS


def test_stall_until_released(standin: AkamaiStandin, session: SignedSession, token: str) -> None:
    standin.fault("stall", after_bytes=3000)
    answer = session.get(
        f"{session.base}{CONFIG_ID}", params={"offset": token}, stream=True, timeout=10
    )
    start = answer.raw.read(3000, decode_content=False)
    assert len(start) == 3000
    assert not standin.log()[0]["finished"]
    standin.release()
    expand_one_member(start + answer.raw.read(decode_content=False))
    standin.fault("stall", where="headers", seconds=None)
    with pytest.raises(requests.exceptions.ReadTimeout):
        session.get(f"{session.base}{CONFIG_ID}", params={"offset": token}, timeout=0.3)
    standin.release()


def test_throttle(standin: AkamaiStandin, session: SignedSession, token: str) -> None:
    whole, _ = raw_body(session, token)
    standin.fault("throttle", bytes_per_s=len(whole) * 4)
    started = time.monotonic()
    whole_page(session, token)
    assert time.monotonic() - started > 0.2


@pytest.mark.parametrize("how", ["fin", "rst", "clean_end"])
def test_two_minute_cut_on_a_short_clock(
    standin: AkamaiStandin, session: SignedSession, token: str, how: str
) -> None:
    standin.fault("time_limit", seconds=0.3, bytes_per_s=20_000, how=how)
    started = time.monotonic()
    body, error = raw_body(session, token)
    assert 0.25 < time.monotonic() - started < 2
    assert (error is None) == (how == "clean_end")
    assert 2000 < len(body) < 10_000
    whole_page(session, token)


@pytest.mark.parametrize("status", sorted(DOCUMENTED))
def test_documented_status(
    standin: AkamaiStandin, session: SignedSession, token: str, status: int
) -> None:
    standin.fault("status", status=status)
    answer = session.ask(offset=token)
    problem = answer.json()
    assert answer.status_code == status
    assert problem["type"].endswith(DOCUMENTED[status])
    assert problem["serverIp"].startswith("192.0.2.")
    assert problem["instance"].endswith(answer.request.path_url)
    assert problem.keys() >= {"detail", "title", "clientIp", "requestId", "requestTime", "method"}


def test_retry_after_in_both_forms(
    standin: AkamaiStandin, session: SignedSession, token: str
) -> None:
    standin.fault("status", status=429)
    standin.fault("status", status=429, retry_after=7)
    standin.fault("status", status=503, retry_after_date=90)
    assert "Retry-After" not in session.ask(offset=token).headers
    assert session.ask(offset=token).headers["Retry-After"] == "7"
    headers = session.ask(offset=token).headers
    ahead = parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])
    assert ahead.total_seconds() == pytest.approx(90, abs=1)


def test_undocumented_status(standin: AkamaiStandin, session: SignedSession, token: str) -> None:
    standin.fault("status", status=502)
    standin.fault("status", status=302, location="https://other.example.com/")
    standin.fault("status", status=204)
    bad = session.ask(offset=token)
    assert (bad.status_code, bad.headers["Content-Type"]) == (502, "text/html")
    assert bad.text.startswith("<html>")
    assert session.ask(offset=token).headers["Location"] == "https://other.example.com/"
    empty = session.ask(offset=token)
    assert (empty.status_code, empty.content) == (204, b"")


def test_clock_skew(standin: AkamaiStandin, session: SignedSession, token: str) -> None:
    standin.fault("clock_skew", seconds=-600)
    answer = session.ask(offset=token)
    told = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert answer.json()["detail"] == "Invalid timestamp"
    assert told - time.time() == pytest.approx(-600, abs=3)
    whole_page(session, token)


@pytest.mark.parametrize("how", ["rst", "fin", "alert"])
def test_connection_refused_at_the_handshake(
    standin: AkamaiStandin, session: SignedSession, token: str, how: str
) -> None:
    standin.fault("connection", how=how)
    with pytest.raises(requests.exceptions.ConnectionError):
        session.ask(offset=token)
    whole_page(session, token)


def test_faults_wait_for_the_requests_they_are_meant_for(
    standin: AkamaiStandin, session: SignedSession, token: str
) -> None:
    standin.fault("status", status=500, mode="time", times=2)
    standin.fault("status", status=503, mode="offset", skip=1)
    moment = int(standin.now()) - 700
    asked: list[dict[str, Any]] = [
        {"offset": token},
        {"from_": moment},
        {"offset": token},
        {"from_": moment},
        {"offset": token},
        {"from_": moment},
    ]
    statuses = [session.ask(**query).status_code for query in asked]
    assert statuses == [200, 500, 503, 500, 200, 200]
    assert [entry["status"] for entry in standin.log()] == statuses
    # A request that is refused anyway does not use up a fault.
    standin.fault("status", status=500)
    assert session.ask(offset="wrong", page=1).status_code == 400
    assert session.ask(offset=token).status_code == 500


def test_until_cleared_and_alongside(
    standin: AkamaiStandin, session: SignedSession, token: str
) -> None:
    standin.fault("throttle", bytes_per_s=10_000_000, times=0)
    standin.fault("wrong_total", times=0)
    for _ in range(3):
        assert session.page(offset=token)[1]["total"] == EVENTS - 1
    standin.clear_faults()
    assert {tuple(entry["faults"]) for entry in standin.log()} == {("throttle", "wrong_total")}
    whole_page(session, token)


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "unheard"},
        {"kind": "cut", "how": "gently"},
        {"kind": "cut", "bytes": 3},
        {"kind": "status", "status": 418},
        {"kind": "cut", "times": -1},
        {"kind": "connection", "mode": "time"},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(
    standin: AkamaiStandin, wanted: dict[str, Any]
) -> None:
    with pytest.raises(ControlError):
        standin.call("POST", "/faults", wanted)


def test_every_kind_is_documented() -> None:
    readme = README.read_text(encoding="utf-8")
    for kind, options in KINDS.items():
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{kind}` |"))
        for option in options:
            assert f"`{option}" in row, (kind, option)
