"""The strings of a stanza: what is accepted, and that every problem is reported at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ta_akamai_siem.errors import SettingsInvalid
from ta_akamai_siem.record.selection import EVERYTHING
from ta_akamai_siem.settings import InputSettings, read_input
from ta_akamai_siem.splunk.input_definition import InputDefinition
from tests.product.messages import subject

ACCOUNT = {
    "host": "akab-example.luna.akamaiapis.net",
    "client_token": "akab-client-token",
    "client_secret": "client-secret",
    "access_token": "akab-access-token",
}
STANZA = {"account": "main", "config_ids": "14227", "interval": "60"}


def read(proxy: dict[str, str] | None = None, /, **changed: str) -> InputSettings:
    return read_input("first", {**STANZA, **changed}, ACCOUNT, proxy or {})


def problems(**changed: str) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        read(**changed)
    return caught.value.problems


def test_defaults() -> None:
    settings = read()
    assert settings.config_ids == (14227,)
    assert settings.start_back == 0
    assert settings.limit == 50_000
    assert settings.proxy is None
    assert settings.selection == EVERYTHING


@pytest.mark.parametrize(
    ("entered", "ids"),
    [
        ("7", (7,)),
        ("9;7", (7, 9)),
        (" 9 ; 7,7;", (7, 9)),
        ("7\t8", (7, 8)),
    ],
)
def test_config_ids_are_a_set(entered: str, ids: tuple[int, ...]) -> None:
    assert read(config_ids=entered).config_ids == ids


@pytest.mark.parametrize("entered", ["", " ; ", "abc", "1;x", "-5", "1.5", "0", "١"])
def test_config_ids_refused(entered: str) -> None:
    (problem,) = problems(config_ids=entered)
    assert subject(problem) == "config_ids"


@pytest.mark.parametrize(
    ("entered", "seconds"),
    [("now", 0), ("", 0), ("-90s", 90), ("-30m", 1800), ("-12h", 43200), ("-720m", 43200)],
)
def test_start(entered: str, seconds: int) -> None:
    assert read(start=entered).start_back == seconds


@pytest.mark.parametrize("entered", ["-13h", "-43201s", "-0h", "12h", "-1d", "yesterday", "-1.5h"])
def test_start_refused(entered: str) -> None:
    (problem,) = problems(start=entered)
    assert subject(problem) == "start"
    assert entered in problem


@pytest.mark.parametrize(
    ("entered", "mask"),
    [
        ("", ()),
        (" ; ", ()),
        ("cookies", ("cookies",)),
        ("api_keys;usernames", ("usernames", "api_keys")),
        ("Cookies, API_KEYS cookies", ("cookies", "api_keys")),
    ],
)
def test_mask(entered: str, mask: tuple[str, ...]) -> None:
    assert read(mask=entered).selection.mask == mask


def test_mask_refused() -> None:
    """An unknown word masks nothing: no event is better than one that should have been masked."""
    (problem,) = problems(mask="cookies;passwords")
    assert subject(problem) == "mask"
    assert problem.endswith(" passwords")


@pytest.mark.parametrize(("entered", "limit"), [("1", 1), ("600000", 600_000), ("", 50_000)])
def test_limit(entered: str, limit: int) -> None:
    assert read(limit=entered).limit == limit


@pytest.mark.parametrize("entered", ["0", "600001", "-1", "ten", "1e3", "9" * 400])
def test_limit_refused(entered: str) -> None:
    (problem,) = problems(limit=entered)
    assert subject(problem) == "limit"


@pytest.mark.parametrize(
    ("entered", "workers"), [("", 1), ("1", 1), ("2", 2), ("16", 16), ("auto", None)]
)
def test_workers(entered: str, workers: int | None) -> None:
    assert read(workers=entered).throughput.workers == workers


@pytest.mark.parametrize("entered", ["0", "17", "two", "Auto", "1.5"])
def test_workers_refused(entered: str) -> None:
    (problem,) = problems(workers=entered)
    assert subject(problem) == "workers"
    assert "'auto'" in problem
    assert "1 to 16" in problem
    assert f"'{entered}'" in problem


def test_no_page_takes_longer_than_a_minute_at_the_rate_allowed() -> None:
    assert read(max_events_per_second="").throughput.rate is None
    slow = read(max_events_per_second="100", limit="50000")
    assert (slow.throughput.rate, slow.limit) == (100, 6_000)
    assert read(max_events_per_second="1000", limit="50000").limit == 50_000


@pytest.mark.parametrize("entered", ["0", "1000001", "-5", "fast"])
def test_rate_refused(entered: str) -> None:
    (problem,) = problems(max_events_per_second=entered)
    assert subject(problem) == "max_events_per_second"
    assert "1 to 1000000" in problem
    assert f"'{entered}'" in problem


@pytest.mark.parametrize(
    "entered", ["10", "60", "60.5", "*/5 * * * *", "0 0,12 1-5 * 0-6", "59 23 31 12 7"]
)
def test_interval(entered: str) -> None:
    read(interval=entered)


@pytest.mark.parametrize(
    "entered",
    ["9", "9.99", "-1", "0", "often", "* * * *", "60 * * * *", "*/0 * * * *", "5-1 * * * *"],
)
def test_interval_refused(entered: str) -> None:
    (problem,) = problems(interval=entered)
    assert subject(problem) == "interval"


def test_every_problem_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read_input(
            "first",
            {"config_ids": "x", "start": "-13h", "limit": "0", "interval": "1", "account": "gone"},
            None,
            {"proxy_enabled": "1", "proxy_type": "ftp", "proxy_url": "", "proxy_port": "x"},
        )
    named = [subject(problem) for problem in caught.value.problems]
    assert sorted(named) == sorted(
        [
            "account",
            "config_ids",
            "interval",
            "limit",
            "proxy_port",
            "proxy_type",
            "proxy_url",
            "start",
        ]
    )


@pytest.mark.parametrize(
    ("entered", "host"),
    [
        ("https://akab-x.luna.akamaiapis.net/", "akab-x.luna.akamaiapis.net"),
        ("192.0.2.7:8443", "192.0.2.7:8443"),
        ("[2001:db8::7]:443", "[2001:db8::7]"),
    ],
)
def test_host(entered: str, host: str) -> None:
    settings = read_input("first", STANZA, {**ACCOUNT, "host": entered}, {})
    assert settings.account.host == host


@pytest.mark.parametrize("entered", ["", "http://example.com", "example.com/path", "a b"])
def test_host_refused(entered: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read_input("first", STANZA, {**ACCOUNT, "host": entered}, {})
    assert subject(caught.value.problems[0]) == "host"
    assert "account 'main'" in caught.value.problems[0]


def test_no_secret_in_messages_or_representations() -> None:
    secret = "marker secret with blanks"
    with pytest.raises(SettingsInvalid) as caught:
        read_input("first", STANZA, {**ACCOUNT, "client_secret": secret}, {})
    assert "client_secret" in str(caught.value)
    assert "marker" not in str(caught.value)
    proxy = {"proxy_enabled": "1", "proxy_url": "p", "proxy_port": "1", "proxy_password": secret}
    settings = read_input("first", STANZA, ACCOUNT, proxy)
    shown = f"{settings} {settings.account} {settings.proxy} {[settings]!r}"
    assert "akab-" in shown
    assert not [text for text in ("client-", "access-", secret) if text in shown]


def test_no_session_key_in_a_representation() -> None:
    definition = InputDefinition("kind", "name", {}, "uri", "host", Path(), "session-key")
    assert "kind" in f"{definition}"
    assert "session-key" not in f"{definition}"


def test_proxy() -> None:
    proxy = read(
        {
            "proxy_enabled": "1",
            "proxy_type": "socks5",
            "proxy_url": "proxy.example.com",
            "proxy_port": "1080",
            "proxy_username": "u",
            "proxy_password": "p",
            "proxy_rdns": "1",
        }
    ).proxy
    assert proxy is not None
    assert (proxy.kind, proxy.host, proxy.port) == ("socks5", "proxy.example.com", 1080)
    assert proxy.remote_dns
    assert read({"proxy_enabled": "0", "proxy_url": ""}).proxy is None


def test_splunkd_gives_empty_settings_as_none() -> None:
    empty = dict.fromkeys(("proxy_enabled", "proxy_type", "proxy_url", "proxy_port"))
    settings = read_input("first", STANZA, {**ACCOUNT, "ca_bundle": None}, empty)
    assert settings.proxy is None
    assert settings.account.ca_bundle == ""
