"""Parts of the stand-in that need no process: conf files, schedules, schemes, queries."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from tests.standins.splunk import conf_file
from tests.standins.splunk.cron import Cron
from tests.standins.splunk.event_stream import Event
from tests.standins.splunk.index_files import IndexFiles, Origin
from tests.standins.splunk.interpreter import InterpreterRefusedError, require_allowed
from tests.standins.splunk.kv_query import matches, project, sort_documents
from tests.standins.splunk.record_digest import record_hash
from tests.standins.splunk.rest_fault import RestFault
from tests.standins.splunk.schedule import Schedule
from tests.standins.splunk.scheme import SchemeError, parse_scheme
from tests.standins.splunk.script_documents import refusal_message
from tests.standins.splunk.splunkd_log import level_of

if TYPE_CHECKING:
    from pathlib import Path


def test_conf_file_keeps_values_of_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.conf"
    stanzas = {"a": {"pem": "one\ntwo = 2\n[three]", "plain": "v=1"}, "b": {}}
    conf_file.write(path, stanzas)
    assert conf_file.read(path) == stanzas
    assert conf_file.parse("x = 1\n# no\n[s]\n y=2 \n") == {"default": {"x": "1"}, "s": {"y": "2"}}


def test_schedules() -> None:
    assert Schedule("60").following(100, 130) == 160
    assert Schedule("60").following(100, 200) == 200, "a long run delays the next"
    assert Schedule("0").following(100, 101) == 101
    assert Schedule("-1").following(100, 101) is None
    assert Schedule("0.5").following(1, 1) == 1.5
    for wrong in ("", "x", "-2", "1 2 3", "61 * * * *", "*/0 * * * *"):
        with pytest.raises(ValueError, match=r"interval|cron"):
            Schedule(wrong)


def test_cron() -> None:
    start = datetime(2026, 1, 1, 10, 7, 30, tzinfo=timezone.utc).astimezone()
    due = datetime.fromtimestamp(Cron("*/5 * * * *").next_after(start.timestamp()), timezone.utc)
    assert (due.hour, due.minute, due.second) == (10, 10, 0)
    assert Schedule("*/5 * * * *").first(start.timestamp()) == due.timestamp()


def test_schemes_are_read_strictly() -> None:
    good = "<scheme><title>t</title><streaming_mode>xml</streaming_mode></scheme>"
    assert parse_scheme("k", good.encode()).arguments.keys() == {"name"}
    for wrong in (
        "",
        "<x/>",
        good + "x",
        good.replace("title", "titel"),
        good.replace("xml", "simple"),
        good.replace("t<", "<"),
        "<!DOCTYPE scheme>" + good,
    ):
        with pytest.raises(SchemeError):
            parse_scheme("k", wrong.encode())


def test_interpreters() -> None:
    require_allowed({"python.required": "3.9, 3.13"}, "3.13")
    require_allowed({"python.version": "python3"}, "3.9")
    for settings, version in (
        ({"python.required": "3.9"}, "3.13"),
        ({"python.version": "python3"}, "3.13"),
        ({}, "3.9"),
    ):
        with pytest.raises(InterpreterRefusedError):
            require_allowed(settings, version)


def test_levels_and_refusals() -> None:
    assert [level_of(x) for x in ("WARN a", "warn a", "ERRORa", "DEBUG")] == [
        "WARN",
        "ERROR",
        "ERROR",
        "DEBUG",
    ]
    assert refusal_message(b"<error><message>a &amp;lt; b</message></error>\n") == "a &lt; b"
    assert refusal_message(b"Traceback") is None


def test_queries() -> None:
    document = {"a": 5, "b": {"c": "x"}, "_key": "k"}
    assert matches(document, {"a": {"$gt": 4, "$lt": 6}, "b.c": "x"})
    assert not matches(document, {"a": {"$gt": "4"}})
    assert matches(document, {"$or": [{"a": 1}, {"_key": "k"}]})
    with pytest.raises(RestFault):
        matches(document, {"a": {"$where": 1}})
    assert project(document, "a") == {"a": 5, "_key": "k"}
    assert project(document, "a:0") == {"b": {"c": "x"}, "_key": "k"}
    assert [d["n"] for d in sort_documents([{"n": 1}, {"n": 3}, {"n": 2}], "n:-1")] == [3, 2, 1]


@pytest.mark.parametrize("full", [True, False])
def test_an_index_survives_a_kill_in_the_middle_of_a_write(tmp_path: Path, *, full: bool) -> None:
    origin = Origin("h", "main", "s", "t")
    files = IndexFiles(tmp_path, full=full)
    files.append(origin, [Event(b"1", b"one"), Event(b"2", "zwei\u2028".encode())])
    before = files.tallies[origin]
    files.close()
    path = files.records_path if full else files.hash_paths()[0][1]
    with path.open("ab") as stream:
        stream.write(b'{"ti')
    again = IndexFiles(tmp_path, full=full)
    after = again.tallies[origin]
    assert (after.count, after.digest) == (2, before.digest)
    again.append(origin, [Event(b"3", b"three")])
    assert again.tallies[origin].count == 3
    if full:
        assert [record["raw"] for record in again.records()] == ["one", "zwei\u2028", "three"]
    else:
        assert path.read_bytes()[-16:] == record_hash(b"three")
    again.close()
