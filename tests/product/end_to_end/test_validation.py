"""What is refused when an input is saved, and what does not prevent saving."""

from __future__ import annotations

import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.setting_labels import LABELS
from tests.product.messages import advises, names
from tests.standins.proxy import ProxyServer
from tests.standins.splunk.client import RestError

from .pushed_settings import push_setting
from .site import ACCOUNT, CONFIG_ID, INPUT, KIND, STANZA

if TYPE_CHECKING:
    from .site import Site

pytestmark = pytest.mark.shared_site

SERVER_ADDRESS = "192.0.2.209"
"""The `serverIp` that the Akamai stand-in writes to its problems."""
ILLEGAL = "Missing mandatory parameter(s) or illegal parameter(s) in the request"
SAVED_WITHIN_S = 12.0
"""Eight seconds for Akamai, the rest for starting Python and for splunkd's settings."""
LOG_FULL = 11 << 20
"""Bytes: a run would begin a new file."""
WRONG = (
    ("config_ids", "1.5"),
    ("config_ids", "\N{ARABIC-INDIC DIGIT SEVEN}"),
    ("start", "yesterday"),
    ("start", "-43201s"),
    ("limit", "0"),
    ("interval", "9"),
    ("drop", "statsu=403"),
)


def save(site: Site, **changed: object) -> None:
    """Save an input as splunkd does, by calling the script; RestError if it is refused."""
    values = {"account": ACCOUNT, "config_ids": str(CONFIG_ID), "start": "-1h", **changed}
    site.splunk.create_raw_input(KIND, INPUT, **values)


def refusal(site: Site, **changed: object) -> str:
    """splunkd's message to a user who saves this input. The input must not exist afterwards."""
    with pytest.raises(RestError) as refused:
        save(site, **changed)
    assert refused.value.status == 400
    assert not is_saved(site)
    return refused.value.text


def is_saved(site: Site) -> bool:
    return INPUT in site.splunk.entries("data", "inputs", KIND)


def unverified(site: Site) -> str:
    """The warning of an input that was saved although Akamai did not confirm it."""
    assert is_saved(site)
    (line,) = [line for line in site.log_text().splitlines() if "validation.unverified" in line]
    assert " WARNING " in line
    return line


def only_error(site: Site) -> str:
    """The only line on stderr of a run that must fail before it requests a page."""
    site.akamai.reset_log()
    run = site.run()
    assert run["exit_code"] not in (0, None), run
    assert (run["records"], run["signal"]) == (0, None), run
    assert site.akamai.log() == []
    (line,) = run["stderr"]
    assert line.startswith("ERROR ")
    return str(line)


# --- what is wrong with the stanza ----------------------------------------------------------


def test_a_right_input_is_saved_after_one_question(site: Site) -> None:
    site.push_account()
    save(site)
    assert is_saved(site)
    (asked,) = site.akamai.log()
    assert (asked["status"], asked["query"]["limit"]) == (200, "1")
    assert "WARNING" not in site.log_text()


@pytest.mark.core
def test_every_problem_is_named_at_once(site: Site) -> None:
    text = refusal(
        site, account="absent", config_ids="12;x7;-3", start="-13h", limit="600001", interval="5"
    )
    assert names(text, "account", "config_ids", "start", "limit", "interval")
    for fact in ("'absent'", "x7, -3", "'-13h'", "600000", "'600001'", "'5'"):
        assert fact in text
    assert site.akamai.log() == []


def test_a_value_out_of_range_is_named(site: Site) -> None:
    site.push_account()
    for setting, value in WRONG:
        text = refusal(site, **{setting: value})
        assert [each for each in LABELS if names(text, each)] == [setting]
        assert value in text
    assert site.akamai.log() == []


def test_an_account_that_does_not_exist_is_named(site: Site) -> None:
    site.push_account()
    text = refusal(site, account="other")
    assert names(text, "account")
    assert "'other'" in text
    assert site.akamai.log() == []


def test_a_ca_bundle_that_is_none_is_named(site: Site) -> None:
    absent = str(site.home / "absent.pem")
    site.push_account(ca_bundle=absent)
    text = refusal(site)
    assert names(text, "ca_bundle")
    assert "No such file or directory" in text
    conf = ("configs", "conf-ta_akamai_siem_account", ACCOUNT)
    site.splunk.edit(*conf, ca_bundle=site.home / "ready.json")
    assert names(refusal(site), "ca_bundle")
    assert site.akamai.log() == []


# --- what Akamai definitely refuses ---------------------------------------------------------


def test_a_wrong_secret_is_refused(site: Site) -> None:
    secret = "wrong" + site.akamai.client_secret[5:]
    site.push_account(client_secret=secret)
    text = refusal(site)
    assert "Not authorized: " in text
    assert SERVER_ADDRESS in text
    assert "HTTP 401" in text
    assert advises(text, "credential.refused")
    assert secret not in text


def test_a_configuration_without_permission_is_refused(site: Site) -> None:
    site.akamai.configurations(known=[CONFIG_ID, 5], forbidden=[5])
    site.push_account()
    text = refusal(site, config_ids="5")
    assert "Unauthorized: The specified user is unauthorized to access" in text
    assert SERVER_ADDRESS in text
    assert advises(text, "permission.missing")


def test_an_unknown_configuration_is_refused(site: Site) -> None:
    site.push_account()
    text = refusal(site, config_ids="404404")
    assert "Not found: The data for the object requested does not exist" in text
    assert SERVER_ADDRESS in text
    assert advises(text, "configuration.unknown")


def test_an_illegal_parameter_is_refused(site: Site) -> None:
    site.push_account()
    site.akamai.fault("status", status=400)
    text = refusal(site)
    assert text.count(ILLEGAL) == 1
    assert SERVER_ADDRESS in text
    assert advises(text, "parameter.illegal")


def test_an_untrusted_certificate_is_refused(site: Site) -> None:
    """For inputs as for accounts, because a later run would fail too."""
    site.push_account(ca_bundle="")
    text = refusal(site)
    assert advises(text, "certificate.untrusted")
    assert "_ssl.c" not in text
    assert site.akamai.log() == []


def test_an_unknown_host_is_refused(site: Site) -> None:
    site.push_account(host="no-such-host.invalid")
    text = refusal(site)
    assert advises(text, "host.unknown")
    assert "Errno" not in text


def test_a_refusing_proxy_is_refused(site: Site) -> None:
    site.push_account()
    with ProxyServer("http", "someone", "right") as proxy:
        site.use_refusing_proxy(proxy)
        assert advises(refusal(site), "proxy.refused")
        assert proxy.refused


# --- what may be different in a minute ------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_at_akamai_does_not_hinder_saving(site: Site, status: int) -> None:
    site.push_account()
    site.akamai.fault("status", status=status)
    save(site)
    assert f"HTTP {status}" in unverified(site)
    assert SERVER_ADDRESS in unverified(site)
    assert len(site.akamai.log()) == 1


def test_a_closed_port_does_not_hinder_saving(site: Site) -> None:
    """And a log that has its full size is left to the run that may be writing it."""
    log = site.home / "var" / "log" / "splunk" / f"ta_akamai_siem_{INPUT}.log"
    with log.open("wb") as file:
        file.truncate(LOG_FULL)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        site.push_account(host=f"127.0.0.1:{taken.getsockname()[1]}")
        save(site)
    assert advises(unverified(site), "server.unreachable")
    assert "Connection refused" in unverified(site)
    assert log.stat().st_size > LOG_FULL
    assert not log.with_name(f"{log.name}.1").exists()


def test_a_stall_hinders_saving_only_for_seconds(site: Site) -> None:
    site.push_account()
    site.akamai.fault("stall", where="headers", seconds=None)
    began = time.monotonic()
    save(site)
    assert time.monotonic() - began < SAVED_WITHIN_S
    unverified(site)
    site.akamai.clear_faults()


@pytest.mark.parametrize("skew", [600, -600])
def test_a_clock_that_is_off_is_corrected_and_named(site: Site, skew: int) -> None:
    site.push_account()
    site.akamai.set_clock(skew_s=skew)
    save(site)
    assert is_saved(site)
    assert [entry["status"] for entry in site.akamai.log()] == [400, 200]
    (line,) = site.log_text().splitlines()
    assert " WARNING clock.skewed " in line
    shown = float(line.partition("skew_seconds=")[2].split()[0])
    assert shown == pytest.approx(skew, abs=5)


# --- what is wrong when the input runs ------------------------------------------------------


def test_a_run_with_a_wrong_setting_names_it(site: Site) -> None:
    site.set_up()
    push_setting(site.splunk, STANZA, "limit", "0")
    line = only_error(site)
    assert "settings.invalid" in line
    assert names(line, "limit")
    push_setting(site.splunk, STANZA, "config_ids", "seven")
    push_setting(site.splunk, STANZA, "drop", "status=4*;statsu=403")
    line = only_error(site)
    assert names(line, "limit", "config_ids", "drop")
    assert "line 2 at 'statsu=403'" in line


def test_a_run_whose_account_was_deleted_says_so(site: Site) -> None:
    site.set_up()
    site.splunk.delete("configs", "conf-ta_akamai_siem_account", ACCOUNT)
    line = only_error(site)
    assert "settings.invalid" in line
    assert names(line, "account")
    assert f"'{ACCOUNT}'" in line


def test_rights_missing_in_splunk_are_not_akamais_business(site: Site) -> None:
    site.push_account()
    splunk = site.splunk
    key = splunk.new_session(deny=("storage/passwords",))
    form = {"name": INPUT, "account": ACCOUNT, "config_ids": str(CONFIG_ID), "start": "now"}
    path = splunk.app_path("data", "inputs", KIND)
    status, body = splunk.request("POST", path, form=form, key=key)
    assert status == 400
    assert b"stored passwords (HTTP 403)" in body
    assert b"list_storage_passwords" in body
    assert b"Control Center" not in body
    assert site.akamai.log() == []
    assert not is_saved(site)
