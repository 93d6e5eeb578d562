"""What the pages' REST handlers do, called as the pages call them."""

from __future__ import annotations

import calendar
import json
import re
import socket
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from ta_akamai_siem.errors import NamesRefused
from ta_akamai_siem.splunk.names import NAMES_KIND
from tests.product.messages import advises, names
from tests.standins.proxy import ProxyServer
from tests.standins.splunk.client import RestError, SplunkStandin

from .compiled_app import BUILT_APP
from .site import ACCOUNT, CHECKPOINTS, CONFIG_ID, INPUT, KIND, STANZA, product_python

if TYPE_CHECKING:
    from pathlib import Path

    from .site import Site

pytestmark = pytest.mark.shared_site

APP = "TA_akamai_siem"
BACKFILL = "akamai_siem_backfill"
ACCOUNTS, INPUTS, BACKFILLS = f"{APP}_account", f"{APP}_{KIND}", f"{APP}_{BACKFILL}"
LEASES = "ta_akamai_siem_leases"
ISO = "%Y-%m-%dT%H:%M:%SZ"
LISTED = f"{APP}_configurations"
SECRETS = ("client_token", "client_secret", "access_token")
MASK = "******"


def edgerc(site: Site, section: str = "default", **changed: str) -> str:
    values = {**site.account_values(), **changed}
    lines = [f"{key} = {values[key]}" for key in ("host", *SECRETS)]
    return "\n".join([f"[{section}]", *lines, "max_body = 131072"])


def refused(call: Any, *arguments: Any, **values: Any) -> str:
    with pytest.raises(RestError) as error:
        call(*arguments, **values)
    return error.value.text


def account(site: Site) -> dict[str, Any]:
    return dict(site.splunk.entries(ACCOUNTS)[ACCOUNT])


def row(site: Site, name: str = INPUT) -> dict[str, Any]:
    return dict(site.splunk.entries(INPUTS)[name])


# --- accounts -------------------------------------------------------------------------------


@pytest.mark.core
def test_a_credential_file_is_all_it_takes(site: Site) -> None:
    text = "# of the API client\n" + edgerc(site, "other", client_secret="x") + "\n\n"
    text += edgerc(site, host=f"https://{site.akamai.host}/")
    site.splunk.create_account(ACCOUNT, edgerc=text, ca_bundle=site.akamai.ca)
    saved = account(site)
    assert saved["host"] == site.akamai.host
    assert {saved[name] for name in SECRETS} == {MASK}
    assert saved["connection"].startswith("Accepted")
    assert 0 <= time.time() - int(saved["credential_saved_at"]) < 60
    assert not {"edgerc", "edgerc_section"} & set(saved)
    conf = (site.home / "etc" / "apps" / APP / "local" / "ta_akamai_siem_account.conf").read_text()
    assert "edgerc" not in conf
    site.load(20)
    site.create_input()
    assert site.run()["records"] == 20


def test_a_credential_file_that_is_wrong_is_explained(site: Site) -> None:
    save = site.splunk.create_account
    only = edgerc(site, "one") + "\n" + edgerc(site, "two")
    assert "[one], [two]" in refused(save, "a", edgerc=only)
    assert "[three]" in refused(save, "a", edgerc=only, edgerc_section="three")
    cut = edgerc(site).partition("access_token")[0]
    told = refused(save, "a", edgerc=cut)
    assert "[default]" in told
    assert "access_token" in told
    assert "client_token" not in told
    for text in ("[default]\n= x", "{'client_secret': 'hidden'}", "hidden"):
        told = refused(save, "a", edgerc=text)
        assert "Credential file (.edgerc): " in told
        assert "hidden" not in told
    for missing in ("host", *SECRETS):
        values = site.account_values()
        del values[missing]
        assert refused(save, "a", **values).partition(missing)[1]
    assert site.splunk.entries(ACCOUNTS) == {}
    assert site.akamai.log() == []


def test_what_akamai_refuses_is_not_saved(site: Site) -> None:
    wrong = site.account_values(client_secret="wrong" + site.akamai.client_secret[5:])
    told = refused(site.splunk.create_account, ACCOUNT, **wrong)
    assert "Not authorized" in told
    assert advises(told, "credential.refused")
    assert wrong["client_secret"] not in told
    told = refused(site.splunk.create_account, ACCOUNT, **site.account_values(ca_bundle=""))
    assert advises(told, "certificate.untrusted")
    told = refused(site.splunk.create_account, ACCOUNT, **site.account_values(ca_bundle="/no.pem"))
    assert names(told, "ca_bundle")
    assert site.splunk.entries(ACCOUNTS) == {}


def test_what_may_be_different_in_a_minute_is_saved_with_a_warning(site: Site) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        site.create_account(host=f"127.0.0.1:{taken.getsockname()[1]}")
    assert account(site)["connection"].startswith("Not verified")
    assert advises(account(site)["connection"], "server.unreachable")
    site.akamai.fault("status", status=503, mode="list")
    site.splunk.edit(ACCOUNTS, ACCOUNT, host=site.akamai.host, client_secret=MASK)
    assert "HTTP 503" in account(site)["connection"]
    site.akamai.set_clock(skew_s=600)
    site.splunk.edit(ACCOUNTS, ACCOUNT, host=site.akamai.host)
    assert re.search(r"(599|600) s slow", account(site)["connection"])
    assert advises(account(site)["connection"], "clock.skewed")
    site.akamai.set_clock(skew_s=0)
    site.akamai.configurations(listable=False)
    site.splunk.edit(ACCOUNTS, ACCOUNT, host=site.akamai.host)
    assert account(site)["connection"].startswith("Accepted")
    assert "Type their ids" in account(site)["connection"]


def test_an_edit_keeps_what_comes_back_masked(site: Site) -> None:
    site.push_account(credential_saved_at="1000000")
    masked = dict.fromkeys(SECRETS, MASK)
    site.splunk.edit(ACCOUNTS, ACCOUNT, host=site.akamai.host, **masked)
    assert account(site)["connection"].startswith("Accepted")
    assert account(site)["credential_saved_at"] == "1000000"
    told = refused(
        site.splunk.edit, ACCOUNTS, ACCOUNT, **{**masked, "access_token": "akab-not-the-one"}
    )
    assert "Not authorized" in told
    site.splunk.edit(ACCOUNTS, ACCOUNT, **masked)
    site.load(5)
    site.create_input()
    assert site.run()["records"] == 5
    age = (time.time() - 1_000_000) // 86_400
    assert f" credential_age_days={age:.0f} " in site.log_text()


def test_an_account_is_tested_at_any_time(site: Site) -> None:
    """Whatever comes out is shown with its time, and nothing else changes."""
    site.create_account()
    before = account(site)
    site.akamai.fault("status", status=401, mode="list", times=0)
    site.splunk.edit(ACCOUNTS, ACCOUNT, connection="test")
    after = account(site)
    assert re.match(r"Refused, .{19} UTC: ", after["connection"])
    assert advises(after["connection"], "credential.refused")
    assert {**after, "connection": ""} == {**before, "connection": ""}
    site.akamai.clear_faults()
    site.splunk.edit(ACCOUNTS, ACCOUNT, connection="test")
    assert re.fullmatch(r"Accepted, .{19} UTC\.", account(site)["connection"])
    site.load(5)
    site.create_input()
    assert site.run()["records"] == 5


def test_an_account_in_use_stays(site: Site) -> None:
    site.create_account()
    site.create_input()
    site.create_input("second", interval="300")
    told = refused(site.splunk.delete, ACCOUNTS, ACCOUNT)
    assert f"{INPUT} (akamai_siem), second (akamai_siem)" in told
    for name in (INPUT, "second"):
        site.splunk.delete(INPUTS, name)
    site.splunk.delete(ACCOUNTS, ACCOUNT)
    assert site.splunk.entries(ACCOUNTS) == {}


@pytest.mark.core
def test_secrets_stay_and_only_those_who_may_change_anything(site: Site) -> None:
    """Also for Splunk Cloud's administrators. One process of a handler serves all of them."""
    site.create_account()
    site.create_input()
    paths = {
        kind: site.splunk.app_path(*parts)
        for kind, parts in {
            "account": (ACCOUNTS, ACCOUNT),
            "accounts": (ACCOUNTS,),
            "proxy": (f"{APP}_settings", "proxy"),
            "input": (INPUTS, INPUT),
        }.items()
    }
    keys = {role: site.splunk.new_session(role=role) for role in ("admin", "sc_admin", "user")}
    for role, key in keys.items():
        for kind, path in paths.items():
            status, body = site.splunk.request("GET", path + "&--cred--=1", key=key)
            assert status == (403 if role == "user" and kind != "input" else 200), (role, kind)
            assert not any(site.account_values()[name].encode() in body for name in SECRETS)
    for role, expected in (("user", 403), ("sc_admin", 200), ("user", 403), ("admin", 200)):
        for path, form in (
            (paths["account"], {"host": site.akamai.host}),
            (paths["input"], {"interval": "90"}),
        ):
            status, body = site.splunk.request("POST", path, form=form, key=keys[role])
            assert status == expected, (role, path, body)
    status, _ = site.splunk.request("DELETE", paths["input"], key=keys["user"])
    assert status == 403
    assert len(site.handler_processes("rh_account")) == 1


# --- the proxy ------------------------------------------------------------------------------


def test_a_proxy_is_tried(site: Site) -> None:
    site.create_account()
    with ProxyServer("http", "someone", "right") as proxy:
        values = {
            "proxy_enabled": "1",
            "proxy_type": "http",
            "proxy_url": "127.0.0.1",
            "proxy_port": str(proxy.port),
            "proxy_username": "someone",
        }
        told = refused(site.splunk.edit_settings, "proxy", **values, proxy_password="wrong")
        assert advises(told, "proxy.refused")
        assert "407" in told
        site.splunk.edit_settings("proxy", **values, proxy_password="right")
        tested = site.splunk.entries(f"{APP}_settings", "proxy")["proxy"]["proxy_test"]
        assert tested.startswith("Reached Akamai")
        tunnels = len(proxy.tunnels)
        assert tunnels > 0
        site.splunk.edit_settings("proxy", **values, proxy_password=MASK)
        assert len(proxy.tunnels) > tunnels
    site.splunk.edit_settings("proxy", **values, proxy_password=MASK)
    tested = site.splunk.entries(f"{APP}_settings", "proxy")["proxy"]["proxy_test"]
    assert tested.startswith("Not verified")
    told = refused(site.splunk.edit_settings, "proxy", **{**values, "proxy_url": "http://a b"})
    assert names(told, "proxy_url")
    site.splunk.edit_settings("proxy", proxy_enabled="0")
    tested = site.splunk.entries(f"{APP}_settings", "proxy")["proxy"]["proxy_test"]
    assert tested.startswith("Not in use")


# --- inputs ---------------------------------------------------------------------------------


def test_configurations_by_name(site: Site) -> None:
    site.akamai.configurations(known=[7, CONFIG_ID], names={7: "Zoo", CONFIG_ID: "Main site"})
    site.create_account()

    def listed(name: str, **more: str) -> Any:
        path = site.splunk.app_path(LISTED, account=name, **more)
        return site.splunk.call("GET", path)["entry"]

    assert [(entry["name"], entry["content"]["label"]) for entry in listed(ACCOUNT)] == [
        (str(CONFIG_ID), f"Main site ({CONFIG_ID})"),
        ("7", "Zoo (7)"),
    ]
    assert listed("") == []
    site.create_input(config_ids=f"7;{CONFIG_ID}")
    assert row(site)["configurations"] == f"Zoo (7), Main site ({CONFIG_ID})"
    site.akamai.configurations(listable=False)
    told = refused(listed, ACCOUNT)
    assert "Type the ids" in told
    assert "HTTP 403" in told
    # An input of names is refused too, with ids or without.
    told = refused(listed, ACCOUNT, kind=NAMES_KIND)
    assert "Type the ids" not in told
    assert NamesRefused.advice in told
    assert listed(ACCOUNT, quiet="1") == []
    assert names(refused(listed, "absent"), "account")


@pytest.mark.core
def test_the_row_of_an_input_says_how_it_is_doing(site: Site) -> None:
    site.load(50)
    site.create_account()
    site.create_input(index="")
    assert row(site)["index"] == "default"
    assert (row(site)["state"], row(site)["last_event"]) == ("starting", "")
    site.run()
    assert row(site)["state"] == "caught up"
    assert "read_only" not in row(site)
    newest = max(record["time"] for record in site.splunk.records())
    document = site.splunk.kv_documents("ta_akamai_siem_runs")[f"{KIND}:{INPUT}"]
    assert document["newest"] == pytest.approx(float(newest), abs=2)
    assert row(site)["last_event"].endswith(" UTC")
    assert row(site)["lag"] != ""
    before = row(site)["last_event"]
    site.run()
    assert row(site)["last_event"] == before
    site.akamai.fault("status", status=401, times=0)
    site.run()
    assert (row(site)["state"], row(site)["note"]) == ("credential refused", "needs attention")
    assert row(site)["explanation"].startswith("Akamai answered 'Not authorized")
    assert advises(row(site)["explanation"], "credential.refused")
    site.splunk.switch_input(KIND, INPUT, enabled=False)
    assert row(site)["state"] == "disabled"
    site.splunk.set_kvstore("failed")
    assert row(site)["state"] == "unknown"
    assert row(site)["explanation"] != ""


def test_while_it_collects(site: Site) -> None:
    site.load(20_000)
    site.set_up()
    site.splunk.set_pipe(paused=1)
    number = site.splunk.start_run(STANZA)
    site.akamai.wait_for_log(lambda log: any(e["query"].get("limit", "1") != "1" for e in log), 30)
    assert row(site)["state"] == "collecting"
    site.splunk.set_pipe(paused=0)
    site.splunk.wait_run(STANZA, number)
    assert row(site)["state"] == "caught up"
    (claim,) = site.splunk.kv_documents(LEASES).values()
    shown = claim["so_far"]
    assert (shown["events"], shown["pages"]) == (20_000, site.log_text().count(" page.collected"))
    assert shown["began_at"] < shown["at"]
    # Some events are of the future, by their own account.
    begun = shown["began_at"]
    times = [float(record["time"]) for record in site.splunk.records()]
    assert max(each for each in times if each <= begun) - 2 <= shown["newest"] <= shown["at"]


def test_waiting_for_the_first_events(site: Site) -> None:
    """The first minute of who starts now, and the looks of the second run."""
    site.set_up(start="now")
    since = set()
    for _ in range(2):
        assert site.run()["records"] == 0
        shown = row(site)
        assert (shown["state"], shown["last_event"]) == ("waiting for the first events", "")
        found = re.fullmatch(r"since (.{19} UTC), next run in (\d+ s|1 min)", shown["note"])
        assert found, shown["note"]
        since.add(found[1])
    assert len(since) == 1


def test_a_backfill_by_relative_times_that_is_done(site: Site) -> None:
    site.load(30)
    site.create_account()
    values = {**site.input_values(interval="300"), "from": "-2h", "to": "now"}
    del values["start"]
    before = int(time.time())
    site.splunk.create_input(BACKFILL, "range", **values)
    after = time.time()
    stored = site.splunk.entries(BACKFILLS)["range"]
    moments = [calendar.timegm(time.strptime(stored[name], ISO)) for name in ("from", "to")]
    # The end is what Akamai has at that moment: five seconds ago.
    assert all(before <= each <= after for each in (moments[0] + 7_200, moments[1] + 5))
    assert stored["range"].count(" UTC") == 2
    site.run(f"{BACKFILL}://range")
    shown = site.splunk.entries(BACKFILLS)["range"]
    assert (shown["state"], shown["note"]) == ("finished", "30 events collected")
    assert (shown["kind"], shown["every"], shown["events"]) == ("Backfill", "300 s", "30")
    told = refused(site.splunk.edit, BACKFILLS, "range", **{"from": "-13h"})
    assert names(told, "from")


def test_deleting_takes_the_position_along_and_a_clone_has_none(site: Site) -> None:
    site.load(30)
    site.create_account()
    site.create_input()
    site.run()
    original = row(site)
    keys = ("account", "config_ids", "start", "interval", "index", "limit")
    cloned = {key: original[key] for key in keys}
    site.splunk.create_input(KIND, "clone", **cloned)
    assert row(site, "clone")["state"] == "starting"
    documents = site.splunk.kv_documents(CHECKPOINTS).values()
    assert {each["input"] for each in documents} == {f"{KIND}:{INPUT}"}
    site.splunk.delete(INPUTS, INPUT)
    # Only the marker stays that prevents a run from saving a position.
    (mark,) = site.splunk.kv_documents(CHECKPOINTS).values()
    assert (mark["input"], mark["reset"]) == (f"{KIND}:{INPUT}", True)
    assert "offset" not in mark
    assert site.splunk.kv_documents(LEASES) == {}
    assert site.splunk.kv_documents("ta_akamai_siem_runs") == {}
    site.create_input()
    assert site.run()["records"] == 30


def test_starting_again(site: Site) -> None:
    site.load(30)
    site.create_account()
    site.create_input()
    # The form of an input offers it once there is a position.
    assert site.splunk.entries(INPUTS, INPUT)[INPUT]["resettable"] == "0"
    assert site.run()["records"] == 30
    assert site.splunk.entries(INPUTS, INPUT)[INPUT]["resettable"] == "1"
    told = refused(site.splunk.edit, INPUTS, INPUT, reset="-2h")
    assert "Start again: " in told
    assert names(refused(site.splunk.edit, INPUTS, INPUT, reset_confirmed="1"), "reset")
    told = refused(site.splunk.edit, INPUTS, INPUT, reset="-13h", reset_confirmed="1")
    assert names(told, "reset")
    assert "'-13h'" in told
    assert site.run()["records"] == 0
    site.splunk.edit(INPUTS, INPUT, reset="-2h", reset_confirmed="1")
    assert (row(site)["start"], row(site)["state"]) == ("-2h", "starting")
    assert "reset" not in row(site)
    assert site.splunk.entries(INPUTS, INPUT)[INPUT]["resettable"] == "0"
    assert site.run()["records"] == 30


def test_a_run_that_goes_on_cannot_undo_it(site: Site) -> None:
    """The run has lost its lease: the position that it would save is from before the reset."""
    site.load(20_000)
    site.set_up(limit="5000")
    site.splunk.set_pipe(paused=1)
    number = site.splunk.start_run(STANZA)
    site.akamai.wait_for_log(lambda log: any(e["query"].get("limit") == "5000" for e in log), 30)
    site.splunk.edit(INPUTS, INPUT, reset="now", reset_confirmed="1")
    site.splunk.set_pipe(paused=0)
    site.splunk.wait_run(STANZA, number)
    assert site.checkpoint()["reset"] is True


def test_texts_of_refusals_are_whole(site: Site) -> None:
    """As the page extracts them from splunkd's response."""
    site.create_account()
    path = site.splunk.app_path(INPUTS)
    form = {"name": "x", **site.input_values(config_ids="404404")}
    status, body = site.splunk.request("POST", path, form=form)
    assert status == 500
    (message,) = json.loads(body)["messages"]
    assert "Not found: The data for the object requested does not exist" in message["text"]


def test_notices_of_a_user_who_may_not_read_what_splunkd_is(tmp_path: Path) -> None:
    """What needs it is left out; the rights of the user are told."""
    options = ("--manual", "--server-role=search_head", "--server-role=kv_store")
    with SplunkStandin(tmp_path, BUILT_APP, *options, python=product_python()) as splunk:
        told = notices(splunk, splunk.session_key)
        assert told["host"]["text"]
        left = notices(splunk, splunk.new_session(deny=("server/info",)))
    assert (left["host"]["text"], left["rights"]) == ("", told["rights"])


def notices(splunk: SplunkStandin, key: str) -> dict[str, dict[str, Any]]:
    status, body = splunk.request("GET", splunk.app_path(f"{APP}_notices"), key=key)
    assert status == 200, body
    return {entry["name"]: entry["content"] for entry in json.loads(body)["entry"]}
