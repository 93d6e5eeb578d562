"""The Akamai stand-in's Application Security API: strict about paths, queries and tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.standins.akamai.client import AkamaiStandin
from tests.standins.akamai.signed_session import SignedSession

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

VERSION = "configs/1/versions/6"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AkamaiStandin]:
    folder = tmp_path_factory.mktemp("akamai")
    with AkamaiStandin(folder, "--config", "1", "--config", "2") as started:
        yield started


@pytest.fixture
def standin(running: AkamaiStandin) -> AkamaiStandin:
    running.clear()
    return running


@pytest.fixture
def session(standin: AkamaiStandin) -> Iterator[SignedSession]:
    with SignedSession(standin) as signed:
        yield signed


def ask(session: SignedSession, path: str, method: str = "GET") -> requests.Response:
    base = session.base.replace("/siem/v1/configs/", "/appsec/v1/")
    return session.request(method, base + path)


def read(session: SignedSession, path: str) -> dict[str, Any]:
    response = ask(session, path)
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json()
    return content


def test_a_version_that_is_not_active_is_absent_from_the_list(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    given = {"name": "shop", "latest": 3, "production": None, "staging": None}
    standin.application_security(configurations={5: given})
    listed = {each["id"]: each for each in read(session, "configs")["configurations"]}
    assert listed[1]["productionVersion"] == 6
    assert listed[5] == {"id": 5, "name": "shop", "latestVersion": 3, "targetProduct": "KSD"}


def test_policies_without_a_match_target(session: SignedSession) -> None:
    everything = read(session, f"{VERSION}/security-policies")["policies"]
    assert [each["policyId"] for each in everything] == ["pol1_1", "pol2_1"]
    unmatched = read(session, f"{VERSION}/security-policies?notMatched=true")["policies"]
    assert [each["policyName"] for each in unmatched] == ["Policy 2"]


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "configs?page=1", 400, "INVALID-INPUT-ERROR"),
        ("GET", f"{VERSION}/security-policies?notMatched=yes", 400, "INVALID-INPUT-ERROR"),
        ("GET", "configs/9/custom-rules", 404, "NOT-FOUND"),
        ("GET", "configs/1/versions/99/siem", 404, "NOT-FOUND"),
        ("GET", f"{VERSION}/export", 404, "NOT-FOUND"),
        ("GET", "hostname-coverage", 403, "ACCESS-DENIED"),
    ],
)
def test_what_is_not_documented_is_refused(
    session: SignedSession, method: str, path: str, status: int, kind: str
) -> None:
    refused = ask(session, path, method)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (status, kind)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert sorted(refused.json()) == ["detail", "instance", "status", "title", "type"]


def test_tokens_are_weighted_and_come_back(standin: AkamaiStandin, session: SignedSession) -> None:
    standin.application_security(rate_limit={"limit": 12, "window_s": 600})
    assert ask(session, "export/configs/1/versions/6").headers["X-RateLimit-Remaining"] == "11"
    assert ask(session, "export/configs/1/versions/3").headers["X-RateLimit-Remaining"] == "1"
    refused = ask(session, "export/configs/1/versions/3")
    assert refused.status_code == 429
    assert refused.json()["type"].endswith("RATE-LIMITED")
    assert refused.headers["X-RateLimit-Remaining"] == "1"
    assert refused.headers["X-RateLimit-Next"] > "20"
    assert standin.application_security() == {"spent": 11, "limited": 1}
    standin.set_clock(advance_s=600, skew_s=-600)
    assert ask(session, "export/configs/1/versions/3").status_code == 200


def test_one_export_task_for_a_configuration(session: SignedSession) -> None:
    begun = ask(session, f"{VERSION}/export", "POST")
    assert (begun.status_code, begun.headers["Retry-After"]) == (202, "1")
    number = begun.json()["exportId"]
    refused = ask(session, f"{VERSION}/export", "POST")
    assert refused.status_code == 409
    assert number in refused.json()["detail"]
    task = f"{VERSION}/export/{number}"
    assert ask(session, f"{task}/result").status_code == 404
    states = [read(session, f"{task}/status")["exportStatus"] for _ in range(2)]
    assert states == ["PENDING", "COMPLETED"]
    assert read(session, f"{task}/result")["configId"] == 1
    assert ask(session, f"configs/1/versions/7/export/{number}/status").status_code == 404


def test_a_task_that_fails_and_a_result_that_expires(
    standin: AkamaiStandin, session: SignedSession
) -> None:
    standin.application_security(exports={"polls": 0, "fails": 1, "expires": 1})
    for state in ("FAILED", "COMPLETED"):
        number = ask(session, f"{VERSION}/export", "POST").json()["exportId"]
        task = f"{VERSION}/export/{number}"
        assert read(session, f"{task}/status")["exportStatus"] == state
    assert ask(session, f"{task}/result").status_code == 404


def test_a_large_export_comes_in_chunks(standin: AkamaiStandin, session: SignedSession) -> None:
    standin.application_security(padding=300_000, refused=["siem"])
    response = ask(session, "export/configs/1/versions/6")
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert response.headers["Content-Encoding"] == "gzip"
    assert 200_000 < len(response.content) < 500_000
    assert len(response.json()["securityPolicies"]) > 2
    assert ask(session, f"{VERSION}/siem").status_code == 403
