"""An input goes on where Akamai's own connector stopped, and what is refused."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.setting_labels import LABELS
from tests import ROOT
from tests.product.messages import names
from tests.standins.akamai.multiset import find_marker
from tests.standins.connector.app import SECRETS
from tests.standins.connector.connector import HIDDEN, Connector
from tests.standins.splunk.client import RestError

from .pushed_settings import push_input
from .site import CONFIG_ID, INPUT, KIND, STANZA, Site

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.shared_site

THEIRS = "Edge events"
START = f"connector:{THEIRS}"
HOUR = 3600.0
MASK = "******"


@pytest.fixture
def connector(site: Site) -> Iterator[Connector]:
    """The connector beside our app, its input created and enabled."""
    found = Connector(site.splunk, site.akamai)
    found.create_input(THEIRS, str(CONFIG_ID))
    yield found
    found.uninstall()


def arrived(site: Site, connector: Connector) -> Counter[str]:
    """The events that both wrote together, by marker."""
    ours = (find_marker(raw.replace(b'\\"', b'"')) for raw in site.raws())
    return connector.lines + Counter(marker for marker in ours if marker)


def pass_by(site: Site, seconds: float, events: int) -> None:
    """Time passes at Akamai, and events are stored."""
    now = site.akamai.now()
    site.akamai.set_clock(advance_s=now - time.time() + seconds)
    site.akamai.load(events, stored_from=now + 1, stored_to=now + seconds - 10)


def refusal(site: Site, **changed: str) -> str:
    """What a user is told who saves an input that takes over. It must not exist afterwards."""
    with pytest.raises(RestError) as refused:
        site.create_input(**{"start": START, **changed})
    assert INPUT not in site.splunk.entries("data", "inputs", KIND)
    return refused.value.text


@pytest.mark.core
def test_the_union_is_every_event_once(site: Site, connector: Connector) -> None:
    """Events arrive before, while and after an administrator moves from one to the other.

    The connector enables its input again, as it does at the end of a run that was longer than its
    interval. After the first run of ours, the connector may go.
    """
    site.push_account()
    connector.set_state(THEIRS, offset=site.akamai.mint_token(site.akamai.now() - HOUR))
    connector.edit(THEIRS, limit="100")
    site.load(350)
    assert [connector.run(THEIRS) for _ in range(2)] == [200, 200]
    assert "still enabled" in refusal(site)
    connector.switch(THEIRS, enabled=False)
    site.create_input(start=START)
    connector.run(THEIRS, seconds=61)
    pass_by(site, 120, 100)
    run = site.run()
    assert (run["exit_code"], run["records"]) == (1, 0)
    (message,) = [each["message"] for each in site.splunk.messages().values()]
    assert "still enabled" in message
    connector.switch(THEIRS, enabled=False)
    left = (connector.settings(THEIRS), connector.state(THEIRS))
    assert (site.run()["exit_code"], site.splunk.messages()) == (0, {})
    assert "connector.taken_over" in site.log_text()
    assert (connector.settings(THEIRS), connector.state(THEIRS)) == left
    connector.uninstall()
    site.splunk.edit(f"TA_akamai_siem_{KIND}", INPUT, interval="120", start=START)
    pass_by(site, 120, 50)
    assert site.run()["records"] == 50
    both = arrived(site, connector)
    assert set(both.values()) == {1}
    assert len(both) == site.akamai.held()["count"] == 500


def test_an_expired_offset_is_replayed_by_time(site: Site, connector: Connector) -> None:
    site.push_account()
    connector.set_state(THEIRS, offset=site.akamai.mint_token(site.akamai.now() - HOUR))
    site.load(60)
    connector.run(THEIRS)
    connector.switch(THEIRS, enabled=False)
    pass_by(site, 13 * HOUR, 130)
    retained = site.akamai.held(stored_from=site.akamai.now() - 12 * HOUR + 60)["count"]
    push_input(site.splunk, STANZA, site.input_values(start=START))
    assert site.run()["exit_code"] == 0
    both = arrived(site, connector)
    assert set(both.values()) == {1}
    assert retained <= len(both) - 60 < 130
    (gap,) = [line for line in site.log_text().splitlines() if "gap.recorded" in line]
    assert "cause=connector_offset_expired" in gap
    assert "since=" not in gap
    (message,) = [each["message"] for each in site.splunk.messages().values()]
    assert "connector_offset_expired" in message
    go_back(site, connector)
    pass_by(site, 120, 40)
    connector.run(THEIRS)
    both = arrived(site, connector)
    assert set(both.values()) == {1}
    assert len(both) >= 60 + retained + 40


def go_back(site: Site, connector: Connector) -> None:
    """As docs/moving.md does without duplicates, with its addresses."""
    page = (ROOT / "docs" / "moving.md").read_text(encoding="utf-8")
    ours, theirs, _ = re.findall(r"'https://localhost:8089(/servicesNS/[^']+)'", page)
    (newest,) = site.splunk.call("GET", ours)
    assert newest == site.checkpoint()
    (document,) = site.splunk.call("GET", theirs)
    written = re.search(r"-d '(\{.*?\})' ", page)
    assert written
    assert set(json.loads(written[1])) == {name for name in document if name[0] != "_"}
    connector.set_state(THEIRS, offset=newest["offset"])
    connector.switch(THEIRS, enabled=True)


def test_each_refusal_says_what_to_do(site: Site, connector: Connector) -> None:
    site.push_account()
    site.push_account("another", host="akab-another.luna.akamaiapis.net")
    connector.switch(THEIRS, enabled=False)
    assert "no stored offset" in refusal(site)
    connector.set_state(THEIRS, offset=site.akamai.mint_token(site.akamai.now() - HOUR))
    unknown = refusal(site, start="connector:nobody")
    assert "no input 'nobody'" in unknown
    other_ids = refusal(site, config_ids=f"{CONFIG_ID};76214")
    assert names(other_ids, "config_ids")
    assert str(CONFIG_ID) in other_ids
    assert site.akamai.host in refusal(site, account="another")
    connector.edit(THEIRS, initial_epoch_time="1750000000", final_epoch_time="1750003600")
    assert "final_epoch_time" in refusal(site)


def test_an_account_is_filled_on_the_server(site: Site, connector: Connector) -> None:
    """Before and after the connector has stored its secrets, and never through the browser."""
    site.load(5)
    connector.edit(THEIRS, proxy_host="proxy.example.com", proxy_port="8080")
    for name in ("fresh", "stored"):
        shown = site.splunk.create_account(name, connector=THEIRS, ca_bundle=site.akamai.ca)
        assert {shown[key] for key in SECRETS} == {MASK}
        assert site.akamai.client_secret not in str(shown)
        saved = site.splunk.entries("TA_akamai_siem_account")[name]
        assert (saved["host"], "connector" in saved) == (site.akamai.host, False)
        assert saved["connection"].startswith("Accepted")
        assert str(CONFIG_ID) in saved["connection"]
        assert "proxy.example.com:8080" in saved["connection"]
        connector.run(THEIRS)
    assert connector.settings(THEIRS)["client_secret"] == HIDDEN
    (listed,) = site.splunk.entries("TA_akamai_siem_connectors").items()
    assert listed[0] == THEIRS
    assert "still enabled" in listed[1]["label"]
    connector.switch(THEIRS, enabled=False)
    site.create_input(account="stored", connector=THEIRS)
    assert site.splunk.entries("data", "inputs", KIND)[INPUT]["start"] == START


def test_an_account_that_cannot_be_taken_over_is_explained(
    site: Site, connector: Connector
) -> None:
    connector.edit(THEIRS, client_secret=HIDDEN)
    for changed, told in (
        ({"connector": "nobody"}, "no input 'nobody'"),
        ({"connector": THEIRS, "edgerc": "[default]"}, "not both"),
        ({"connector": THEIRS}, "no stored client_secret"),
    ):
        with pytest.raises(RestError) as refused:
            site.splunk.create_account("a", **changed)
        assert LABELS["connector"] in refused.value.text
        assert told in refused.value.text
    path = site.splunk.app_path("TA_akamai_siem_connectors")
    user = site.splunk.new_session(role="user")
    assert site.splunk.request("GET", path, key=user)[0] == 403
    connector.uninstall()
    assert site.splunk.entries("TA_akamai_siem_connectors") == {}
