"""Problems that need action appear in Splunk's messages, once, until a run succeeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.product.messages import advises, names

from .pushed_settings import push_setting
from .site import STANZA

if TYPE_CHECKING:
    from .site import Site

pytestmark = pytest.mark.shared_site

NAME = "ta_akamai_siem_first"


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
    assert site.run()["exit_code"] != 0
    assert message_calls(site).count("POST") == 1
    assert site.run()["records"] == 500
    assert NAME not in site.splunk.messages()
    site.splunk.forget_calls()
    site.run()
    assert message_calls(site) == []


def test_what_passes_by_itself_is_not_told(site: Site) -> None:
    site.load(500)
    site.set_up()
    site.akamai.fault("status", status=429, retry_after=3600)
    assert site.run()["exit_code"] != 0
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
    push_setting(site.splunk, STANZA, "limit", "0")
    run = site.run()
    assert run["exit_code"] != 0
    assert names(site.splunk.messages()[NAME]["message"], "limit")
