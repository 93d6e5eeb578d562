"""The Akamai stand-in accepts what the official library signs, and nothing else."""

from __future__ import annotations

import uuid
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.standins.akamai.client import AkamaiStandin
from tests.standins.akamai.signed_session import CONFIG_ID, SignedSession, sign_by_hand

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROBLEM_MEMBERS = {
    "type",
    "title",
    "detail",
    "instance",
    "method",
    "requestId",
    "requestTime",
    "serverIp",
    "clientIp",
}


@pytest.fixture(scope="module")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AkamaiStandin]:
    folder: Path = tmp_path_factory.mktemp("akamai")
    with AkamaiStandin(folder) as running:
        yield running


def send(standin: AkamaiStandin, url: str, authorization: str | None) -> requests.Response:
    """Send exactly this header; the session must not sign again."""
    headers = {} if authorization is None else {"Authorization": authorization}
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, headers=headers, verify=standin.ca, timeout=10)


def page_url(standin: AkamaiStandin, query: str = "offset=NULL") -> str:
    return f"https://{standin.host}/siem/v1/configs/{CONFIG_ID}?{query}"


def new_nonce() -> str:
    return str(uuid.uuid4())


@pytest.mark.parametrize("ids", ["76213", "76213%3B76214", "76214;76213"])
def test_what_the_official_library_signs_is_accepted(standin: AkamaiStandin, ids: str) -> None:
    standin.configurations(known=[76213, 76214])
    with SignedSession(standin) as session:
        assert session.ask(ids, offset="NULL", limit=5).status_code == 200


def test_a_trailing_semicolon_breaks_the_signature(standin: AkamaiStandin) -> None:
    # The library removes it before signing, so it signs a path other than the one it sends.
    with SignedSession(standin) as session:
        url = f"{session.base}{CONFIG_ID};"
        answer = session.get(url, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The signature does not match"


@pytest.mark.parametrize(
    ("changes", "status", "detail"),
    [
        ({"client_token": "akab-other"}, 401, "Inactive client token"),
        ({"access_token": "akab-other"}, 401, "Invalid access token"),
        ({"client_secret": "b3RoZXI="}, 401, "The signature does not match"),
        ({"age_s": 40}, 400, "Invalid timestamp"),
        ({"age_s": -40}, 400, "Invalid timestamp"),
        ({"nonce": "not-a-uuid"}, 400, "Malformed Authorization header"),
    ],
)
def test_a_wrong_signature_is_refused_with_a_whole_problem(
    standin: AkamaiStandin, changes: dict[str, Any], status: int, detail: str
) -> None:
    url = page_url(standin)
    wanted = {"nonce": new_nonce(), **changes}
    answer = send(standin, url, sign_by_hand(standin, url, **wanted))
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem.keys() >= PROBLEM_MEMBERS
    assert problem["detail"] == detail
    kind = "request-error" if status == 400 else "deny"
    assert problem["type"].endswith(f"pep-authn/{kind}")


def test_what_was_not_signed_is_refused(standin: AkamaiStandin) -> None:
    url = page_url(standin)
    assert send(standin, url, None).status_code == 401
    assert send(standin, url, "Bearer x").status_code == 400
    signed = sign_by_hand(standin, url, nonce=new_nonce())
    assert send(standin, page_url(standin, "offset=NULL&limit=1"), signed).status_code == 401
    assert send(standin, url, signed[:-5] + "AAAA=").status_code == 401


def test_a_nonce_counts_once(standin: AkamaiStandin) -> None:
    url = page_url(standin)
    signed = sign_by_hand(standin, url, nonce=new_nonce())
    assert send(standin, url, signed).status_code == 200
    again = send(standin, url, signed)
    assert again.status_code == 400
    assert again.json()["type"].endswith("pep-authn/request-error")


def test_a_wrong_clock_shows_in_date_and_is_consistent(standin: AkamaiStandin) -> None:
    url = page_url(standin)
    standin.set_clock(skew_s=600)
    try:
        refused = send(standin, url, sign_by_hand(standin, url, nonce=new_nonce()))
        told = parsedate_to_datetime(refused.headers["Date"]).timestamp()
        assert refused.json()["detail"] == "Invalid timestamp"
        assert told - standin.now() == pytest.approx(600, abs=3)
        corrected = sign_by_hand(standin, url, nonce=new_nonce(), age_s=-600)
        assert send(standin, url, corrected).status_code == 200
    finally:
        standin.set_clock(skew_s=0)


def test_only_get_of_the_one_operation(standin: AkamaiStandin) -> None:
    with SignedSession(standin) as session:
        assert session.post(f"{session.base}{CONFIG_ID}?offset=NULL", timeout=10).status_code == 405
        other = session.base.replace("/siem/v1/", "/appsec/v1/")
        assert session.get(other, timeout=10).status_code == 404


def test_credentials_and_certificates_are_kept_private(standin: AkamaiStandin) -> None:
    for name in ("ready.json", "server.pem"):
        assert (standin.folder / name).stat().st_mode & 0o077 == 0
    assert standin.client_secret not in str(standin.log())
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            session.get(page_url(standin), timeout=10)
