"""docs/believed.md and the script behind it, run against a stand-in with chosen results."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING, Callable

import pytest

from tests import ROOT
from tests.by_hand.believed.__main__ import table, verdict
from tests.by_hand.believed.beliefs import BELIEFS
from tests.by_hand.believed.search_api import Splunk
from tests.product.search.hot_fields import HOT
from tests.standins.splunk_search import Answered, Refused, SearchStandin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.by_hand.believed.belief import Belief

TOKEN = "eyJ.a-token.x"
TOTAL = 10_000
Answers = dict[str, Answered]
"""The result of a search, by a pattern of its text; the first matching pattern counts."""

AGENT = 'a \\"b\\"'
"""The text as it is in JSON."""

AS_BELIEVED: Answers = {
    r"admin/summarization": Answered([{"bytes": "200000000"}]),
    r"tstats summariesonly=true": Answered([{"count": "1000000"}]),
    r"Akamai_SIEM\.Requests": Answered([{"count": str(TOTAL)}]),
    r"Akamai_SIEM\.Rules": Answered([{"count": "900"}]),
    r"sum\(eval\(mvcount": Answered([{"rules": "900"}]),
    r"fields earliest latest\]": Answered([{"old": "no"}]),
    r"component=DateParserVerbose": Answered([{"count": "3"}]),
    r"where NOT match\(json_extract": Answered([{"count": "3"}], TOTAL, TOTAL),
    r"attack_family=reputation\) \| head 1$": Answered([{}], 1, 1),
    r"NOT eventtype=akamai_siem_rule_watched \| stats": Answered([{"count": "0"}], 900, 0),
    r"eval v=coalesce\(json_extract": Answered([{"v": "none"}]),
    r"lookup akamai_siem_category": Answered([{"category": "Custom Rule"}]),
    r"stats count BY (\w+) \| sort 0 count": Answered([dict.fromkeys(HOT, "rare")]),
    r'^search `akamai_siem_events` \w+="rare"$': Answered([{}] * 3, scanned=3, matched=3),
    r"AND \(isnull\(uri_path\)": Answered([{"count": "0"}], TOTAL, TOTAL),
    r"len\(_raw\)>40000": Answered([{"count": "2"}], TOTAL, TOTAL),
    r"NOT eventtype=akamai_siem_rule NOT": Answered([{"count": "0"}], 900, 0),
    r"rule=\* \| head 1$": Answered([{}], 1, 1),
    r"\| table http_user_agent": Answered(
        [{"http_user_agent": "plain"}, {"http_user_agent": AGENT}]
    ),
    r'http_user_agent="a \\\\\\"b\\\\\\""': Answered([{}], 1, 1),
    r"action=blocked$": Answered([{}], 1_000, 1_000),
    r"http_user_agent=\* \| head 1$|user agent \| head 1$": Answered([{}], 1, 1),
    r"\| where .* \| stats count$": Answered([{"count": "0"}], TOTAL, TOTAL),
    r"_index_15m$": Answered([{"count": "100"}], 110, 100),
    r"^search `akamai_siem_events` \| stats count$": Answered(
        [{"count": str(TOTAL)}], TOTAL, TOTAL
    ),
    r"index=_internal": Answered([{"sourcetype": "akamai:siem:log", "count": "7"}]),
    r"eval v=json_extract": Answered([{"v": 'a"b\n\u00fc'}]),
    r"urldecode": Answered([{"v": "\u00fc b"}]),
    r"lookup akamai_siem_action": Answered([{}]),
    r"where false": Answered([{"v": "x"}]),
    r"split": Answered([{"v": "a", "count": "1"}, {"v": "b", "count": "1"}]),
    r"first\(v\)": Answered([{"v": "1"}]),
    r"outputlookup \w+ \| search": Answered([{"dest": "believed.invalid"}]),
}
OTHERWISE: dict[str, Answers] = {
    "hot fields": {r'dest="rare"$': Answered([{}] * 3, scanned=TOTAL, matched=3)},
    "index time": {r"_index_15m$": Answered([{"count": "100"}], TOTAL, 100)},
    "event time": {r"abs\(_time": Answered([{"count": "4"}], TOTAL, TOTAL)},
    "one record": {r"where NOT": Answered([{"count": "4"}], TOTAL, TOTAL)},
    "patterns": {r"clientIP": Answered([{"count": "4"}], TOTAL, TOTAL)},
    "nested groups": {r"src_ip": Answered([{"count": "4"}], TOTAL, TOTAL)},
    "time prefix": {r"component=DateParserVerbose": Answered([{"count": "4"}])},
    "long records": {r"AND \(isnull\(uri_path\)": Answered([{"count": "2"}], TOTAL, TOTAL)},
    "earlier field": {r"isnull\(vendor_action\)": Answered([{"count": "4"}], TOTAL, TOTAL)},
    "escaped values": {r'http_user_agent="a': Answered()},
    "reverse lookup": {r"action=blocked$": Answered([{}], TOTAL, 1_000)},
    "event types": {r"NOT eventtype=akamai_siem_rule NOT": Answered([{"count": "7"}], 900, 7)},
    "IN": {r"akamai_siem_rule_watched \| stats": Answered([{"count": "7"}], 900, 7)},
    "keywords": {r"user agent \| head 1$": Answered()},
    "every rule": {r"rule_all": Answered([{"count": "4"}], TOTAL, TOTAL)},
    "first pattern": {r"appliedAction": Answered([{"count": "4"}], TOTAL, TOTAL)},
    "own log": {r"index=_internal": Answered([{"sourcetype": "akamai-too_small"}])},
    "json_extract": {r"eval v=json_extract": Answered([{"v": '"a\\"b\\n\\u00fc"'}])},
    "odd text": {r"eval v=coalesce": Answered([{}])},
    "urldecode": {r"eval v=urldecode": Answered([{"v": "\u00c3\u00bc b"}])},
    "first row": {r"akamai_siem_category": Answered([{"category": "SQL Injection"}])},
    "nothing in a lookup": {r"lookup akamai_siem_action": Answered([{"action": "unknown"}])},
    "several values": {r"split": Answered([{"v": "b a", "count": "1"}])},
    "first": {r"first\(v\)": Answered([{"v": "2"}])},
    "appendpipe": {r"where false": Answered()},
    "model": {r"Akamai_SIEM\.Requests": Answered([{"count": "4"}])},
    "row for each rule": {r"Akamai_SIEM\.Rules": Answered([{"count": "4"}])},
    "range of a subsearch": {r"fields earliest latest\]": Answered([{"old": "yes"}])},
    "size of summaries": {r"admin/summarization": Answered([{"bytes": "900000000"}])},
    "tables of alerts": {r"outputlookup \w+ \| search": Answered()},
}


def answering(changed: Answers) -> Callable[[str, dict[str, str]], Answered]:
    """The expected results, except for `changed`. A table in the KV store is emptied and filled
    again.
    """
    reads = iter([Answered([{"dest": "believed.invalid", "usual": "1"}]), Answered()])

    def answer(search: str, values: dict[str, str]) -> Answered:
        if values.get("index_earliest"):
            search += " _index_15m"
        for pattern, found in [*changed.items(), *AS_BELIEVED.items()]:
            if re.search(pattern, search):
                return found
        if search.startswith("| inputlookup"):
            return Answered() if "outputlookup" in search else next(reads)
        raise Refused(400, f"Error in '{search.split()[1]}' command")

    return answer


def run(standin: SearchStandin, *arguments: str, token: str = TOKEN) -> tuple[int, dict[str, str]]:
    """Run the script as a user does: exit code, and its result for each assumption."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.by_hand.believed", standin.address, "--insecure", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "SPLUNK_TOKEN": token},
    )
    assert "Traceback" not in done.stderr
    assert token not in done.stdout + done.stderr
    assert standin.jobs == {}, "every job is deleted"
    lines = done.stdout.splitlines()
    return done.returncode, {line[:22].strip(): line[22:].strip() for line in lines}


def test_all_is_as_believed(tmp_path: Path) -> None:
    with SearchStandin(tmp_path, TOKEN, answering({})) as standin:
        code, told = run(standin, "--write")
        assert (code, set(told.values())) == (0, {"holds"})
        assert list(told) == [belief.name for belief in BELIEFS]


def test_it_writes_nothing_unless_told_so(tmp_path: Path) -> None:
    with SearchStandin(tmp_path, TOKEN, answering({})) as standin:
        code, told = run(standin)
        assert code == 0
        assert told["tables of alerts"].startswith("not checked")
        assert not any("outputlookup" in search for search in standin.searches)


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda belief: belief.name)
def test_each_that_is_otherwise_is_found_with_what_to_do(belief: Belief, tmp_path: Path) -> None:
    with SearchStandin(tmp_path, TOKEN, answering(OTHERWISE[belief.name])) as standin:
        trusted = ssl.create_default_context(cafile=str(standin.certificate))
        trusted.check_hostname = False
        splunk = Splunk(standin.address, TOKEN, trusted)
        how, why = verdict(belief, splunk, write=True)
        assert standin.jobs == {}
    assert how == "OTHERWISE"
    assert belief.otherwise in why


def test_what_is_otherwise_shows_in_the_exit_code(tmp_path: Path) -> None:
    with SearchStandin(tmp_path, TOKEN, answering(OTHERWISE["own log"])) as standin:
        code, told = run(standin)
    assert code == 1
    assert [name for name, how in told.items() if how.startswith("OTHERWISE")] == ["own log"]


def test_what_cannot_be_told_is_not_told(tmp_path: Path) -> None:
    """A Splunk without events, without a log, and with a search that fails."""
    nothing = {
        r"admin/summarization": Answered([{}]),
        r"^search `akamai_siem_events`": Answered([{"count": "0"}]),
        r"index=_internal": Answered(),
        r"urldecode": Answered(failed="Error in 'eval' command"),
    }
    with SearchStandin(tmp_path, TOKEN, answering(nothing)) as standin:
        code, told = run(standin)
    assert code == 0
    unclear = {name for name, how in told.items() if how.startswith("not checked")}
    assert unclear >= {"hot fields", "index time", "event time", "one record", "own log"}
    assert "size of summaries" in unclear
    assert told["urldecode"] == "not checked  Error in 'eval' command"


def test_no_splunk(tmp_path: Path) -> None:
    with SearchStandin(tmp_path, TOKEN, answering({})) as standin:
        assert run(standin, token="another")[0] == 2
    assert run(standin)[0] == 2


def test_the_page() -> None:
    page = (ROOT / "docs" / "believed.md").read_text(encoding="utf-8")
    assert table() in page
    assert len({belief.name for belief in BELIEFS}) == len(BELIEFS) == len(OTHERWISE)
