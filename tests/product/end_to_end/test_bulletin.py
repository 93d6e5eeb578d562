"""Problems that need action appear in Splunk's messages, once, until a run succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.product.messages import advises, names

from .pushed_settings import push_setting
from .site import STANZA, Site

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared_site

NAME = "ta_akamai_siem_first"
FAST_CLOCK = """
import pathlib, time
_true = time.time
_ahead = float(pathlib.Path(__file__).with_name("ahead").read_text())
time.time = lambda: _true() + _ahead
"""
"""A host whose clock a file sets ahead, for the input as well as for Akamai's stand-in."""


def message_calls(site: Site) -> list[str]:
    return [
        call["method"] for call in site.splunk.calls() if call["path"].startswith("/services/mess")
    ]


@pytest.mark.core
def test_a_refusal_is_told_once_and_taken_back(site: Site) -> None:
    site.load(500)
    site.set_up()
    site.akamai.fault("status", status=401, times=2)
    site.splunk.forget_calls()
    assert site.run()["exit_code"] != 0
    message = site.splunk.messages()[NAME]
    assert message["severity"] == "error"
    assert "akamai_siem://first" in message["message"]
    assert advises(message["message"], "credential.refused")
    assert message_calls(site).count("POST") == 1
    for role, sees_it in (("sc_admin", True), ("user", False)):
        assert (NAME in site.splunk.messages(site.splunk.new_session(role=role))) is sees_it
    assert site.run()["exit_code"] != 0
    assert message_calls(site).count("POST") == 1
    assert site.run()["records"] == 500
    assert NAME not in site.splunk.messages()
    site.splunk.forget_calls()
    site.run()
    assert message_calls(site) == []


def test_what_passes_by_itself_is_told_after_an_hour(tmp_path: Path) -> None:
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FAST_CLOCK, encoding="utf-8")
    (folder / "ahead").write_text("0", encoding="utf-8")
    with Site(tmp_path, f"--python-path={folder}") as site:

        def run_after(seconds: int) -> dict[str, Any]:
            (folder / "ahead").write_text(str(seconds), encoding="utf-8")
            site.akamai.set_clock(advance_s=seconds)
            return site.run()

        site.load(500)
        site.set_up()
        # A run that is asked to wait for so long ends at once.
        site.akamai.fault("status", status=503, retry_after=86_400, times=3)
        for seconds in (0, 3_590):
            assert run_after(seconds)["exit_code"] != 0
            assert site.splunk.messages() == {}
        site.splunk.forget_calls()
        assert run_after(4_300)["exit_code"] != 0
        message = site.splunk.messages()[NAME]["message"]
        assert "collected nothing" in message
        assert advises(message, "server.trouble")
        assert run_after(4_310)["exit_code"] != 0
        assert message_calls(site).count("POST") == 1
        assert run_after(5_000)["records"] == 500
        assert site.splunk.messages() == {}


def test_after_a_restart_it_is_told_again(site: Site) -> None:
    site.set_up()
    site.akamai.fault("status", status=401, times=0)
    site.run()
    site.splunk.delete_message(NAME)
    site.splunk.restart()
    site.run()
    assert NAME in site.splunk.messages()


def test_wrong_settings_are_told(site: Site) -> None:
    site.set_up()
    site.load(10)
    push_setting(site.splunk, STANZA, "drop", "action=monitor;statsu=403")
    run = site.run()
    assert run["exit_code"] != 0
    assert run["records"] == 0
    message = site.splunk.messages()[NAME]["message"]
    assert names(message, "drop")
    assert "line 2 at 'statsu=403'" in message
