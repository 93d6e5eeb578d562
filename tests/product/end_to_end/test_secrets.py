"""Secrets are only in splunkd's encrypted store and in memory."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import pytest

from .compiled_app import BUILT_APP
from .site import ACCOUNT, CONFIG_ID, INPUT, KIND, STANZA, product_python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .site import Site

PROXY_PASSWORD = "p4ss/of the+proxy=ümlaut:%41"
STANDINS_OWN = ("ready.json", "standin.stderr")
"""Files of the Splunk stand-in itself, which are not part of a Splunk installation."""
ENOUGH_TO_BLOCK = 20_000
"""Events whose page is larger than any pipe, so that a run waits while nothing reads."""


def secrets_of(site: Site) -> dict[str, str]:
    akamai = site.akamai
    return {
        "client_token": akamai.client_token,
        "client_secret": akamai.client_secret,
        "access_token": akamai.access_token,
        "proxy_password": PROXY_PASSWORD,
        "session_key": site.splunk.session_key,
    }


def spellings(secret: str) -> set[bytes]:
    """A secret in plain form, and as encoded in URLs, JSON, XML and headers."""
    raw = secret.encode()
    texts = {secret, quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
    texts |= {escape(secret), repr(secret)[1:-1]}
    return {text.encode() for text in texts} | {raw, b64encode(raw).rstrip(b"=")}


def leaks(site: Site, content: bytes) -> list[str]:
    """Names of the secrets that are in this text."""
    return [
        name
        for name, secret in secrets_of(site).items()
        if any(spelling in content for spelling in spellings(secret))
    ]


def kept_files(site: Site) -> Iterator[Path]:
    """Every file of the Splunk installation: conf files, logs, index, checkpoints, spools."""
    for path in sorted(site.home.rglob("*")):
        if path.is_file() and path.name not in STANDINS_OWN:
            yield path


def set_up(site: Site) -> None:
    """Maximum logging, a disabled proxy with a password, an input."""
    site.splunk.edit_settings("logging", loglevel="DEBUG")
    site.splunk.edit_settings(
        "proxy",
        proxy_enabled="0",
        proxy_type="http",
        proxy_url="proxy.example.com",
        proxy_port="3128",
        proxy_username="someone",
        proxy_password=PROXY_PASSWORD,
    )
    site.create_account()
    site.create_input()


def use_proxy(site: Site) -> None:
    """Enable the proxy; nothing listens there."""
    site.splunk.edit_settings(
        "proxy",
        proxy_enabled="1",
        proxy_type="http",
        proxy_url="127.0.0.1",
        proxy_port="9",
        proxy_username="someone",
        proxy_password=PROXY_PASSWORD,
    )


def run_with_our_key(site: Site) -> subprocess.CompletedProcess[bytes]:
    """Run the script as splunkd does, with a session key that this test knows."""
    stanza = {"account": ACCOUNT, "config_ids": str(CONFIG_ID), "start": "-2h", "index": "main"}
    parameters = "".join(
        f"<param name={quoteattr(name)}>{escape(value)}</param>" for name, value in stanza.items()
    )
    document = (
        "<input><server_host>here</server_host>"
        f"<server_uri>{site.splunk.management}</server_uri>"
        f"<session_key>{site.splunk.session_key}</session_key>"
        f"<checkpoint_dir>{site.home / 'var' / 'lib' / 'splunk' / 'modinputs' / KIND}"
        f"</checkpoint_dir><configuration><stanza name={quoteattr(KIND + '://second')}>"
        f"{parameters}</stanza></configuration></input>"
    )
    script = site.home / "etc" / "apps" / BUILT_APP.name / "bin" / "akamai_siem.py"
    return subprocess.run(
        [product_python(), str(script)],
        input=document.encode(),
        capture_output=True,
        env={"SPLUNK_HOME": str(site.home)},
        timeout=60,
        check=False,
    )


def assert_kept_nowhere(site: Site) -> None:
    contents = {str(path): path.read_bytes() for path in kept_files(site)}
    found = {path: leaks(site, content) for path, content in contents.items()}
    assert {path: names for path, names in found.items() if names} == {}
    # A value that is not secret is found, so the search covers the account's files.
    assert any(site.akamai.host.encode() in content for content in contents.values())
    errors = "\n".join(line for run in site.splunk.runs() for line in run["stderr"])
    assert leaks(site, errors.encode()) == []


@pytest.mark.core
def test_no_secret_is_kept_anywhere(site: Site) -> None:
    site.load(500)
    set_up(site)
    assert site.run()["records"] == 500
    site.akamai.fault("status", status=401)
    assert site.run()["exit_code"] == 1
    for kind, options in (("status", {"status": 503}), ("connection", {"how": "rst"})):
        site.akamai.fault(kind, **options)
        assert site.run()["exit_code"] == 0
    log = site.log_text()
    for sign in ("credential.refused", "server.trouble", "server.unreachable"):
        assert sign in log
    assert_kept_nowhere(site)


def test_the_session_key_is_kept_nowhere(site: Site) -> None:
    site.load(50)
    set_up(site)
    done = run_with_our_key(site)
    assert (done.returncode, done.stdout.count(b"<event>")) == (0, 50), done.stderr
    site.akamai.fault("status", status=401)
    refused = run_with_our_key(site)
    assert refused.returncode == 1
    for output in (done.stdout, done.stderr, refused.stdout, refused.stderr):
        assert leaks(site, output) == []
    assert_kept_nowhere(site)


def test_a_failing_proxy_does_not_give_its_password_away(site: Site) -> None:
    set_up(site)
    use_proxy(site)
    site.splunk.edit_raw_input(KIND, INPUT, config_ids="5")
    assert "validation.unverified" in site.log_text()
    assert_kept_nowhere(site)


def test_a_refusal_to_save_holds_no_secret(site: Site) -> None:
    set_up(site)
    form = {"name": "second", "account": ACCOUNT, "config_ids": "404404", "start": "now"}
    path = site.splunk.app_path("data", "inputs", KIND)
    status, body = site.splunk.request("POST", path, form=form)
    assert status == 400
    assert leaks(site, body) == []
    assert_kept_nowhere(site)


def test_the_setup_pages_do_not_hand_secrets_back(site: Site) -> None:
    set_up(site)
    app = site.splunk.app_name
    places = [(f"{app}_account",), (f"{app}_settings", "proxy"), (f"{app}_{KIND}",)]
    for place in places:
        status, body = site.splunk.request("GET", site.splunk.app_path(*place))
        assert status == 200
        assert leaks(site, body) == []
        assert b"entry" in body


def test_no_process_shows_a_secret(site: Site) -> None:
    site.load(ENOUGH_TO_BLOCK)
    set_up(site)
    site.splunk.set_pipe(paused=1)
    number = site.splunk.start_run(STANZA)
    site.akamai.wait_for_log(lambda log: any(e["query"].get("limit", "1") != "1" for e in log), 30)
    (run,) = site.splunk.runs(STANZA)
    assert run["running"]
    shown = {
        str(path): path.read_bytes()
        for name in ("cmdline", "environ")
        for path in [Path("/proc", str(run["pid"]), name)]
    }
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it may have ended meanwhile
            shown[str(path)] = path.read_bytes()
    assert b"akamai_siem.py" in shown[f"/proc/{run['pid']}/cmdline"]
    found = {path: leaks(site, content) for path, content in shown.items()}
    assert {path: names for path, names in found.items() if names} == {}
    site.splunk.set_pipe(paused=0)
    assert site.splunk.wait_run(STANZA, number)["records"] == ENOUGH_TO_BLOCK
