"""The life cycle of modular inputs, with a small app's real processes."""

from __future__ import annotations

import json
import ssl
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.standins.splunk.client import RestError, SplunkStandin
from tests.standins.splunk.record_digest import add_hashes, digest_text, record_hash
from tests.standins.splunk.tiny_app import NAME, make_tiny_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def splunk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SplunkStandin]:
    folder = tmp_path_factory.mktemp("inputs")
    app = make_tiny_app(folder)
    arguments = ("--manual", "--grace", "0.5", "--call-timeout", "2", "--env", "MARK=1")
    with SplunkStandin(folder / "home", app, *arguments, app_name=NAME) as standin:
        yield standin


def made(splunk: SplunkStandin, mode: str, **values: Any) -> str:
    name = f"{mode}{len(splunk.stanzas()['stanzas'])}"
    splunk.create_raw_input("tiny", name, mode=mode, interval=3600, index="main", **values)
    return f"tiny://{name}"


def test_a_good_run(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "good", events=5)
    run = splunk.run(stanza)
    assert (run["exit_code"], run["signal"], run["stream"]) == (0, None, "closed")
    assert (run["records"], run["malformed"], run["stderr"]) == (5, None, [])
    records = list(splunk.records("main", stanza))
    assert [json.loads(record["raw"]) for record in records] == [{"n": n} for n in range(5)]
    assert records[1] == {
        "time": "1700000000.001",
        "host": "standin.example.com",
        "index": "main",
        "source": stanza,
        "sourcetype": "tiny:event",
        "raw": '{"n":1}',
    }
    total = add_hashes(0, [record_hash(record["raw"].encode()) for record in records])
    (shown,) = [one for one in splunk.index()["by_origin"] if one["source"] == stanza]
    assert (shown["count"], shown["digest"]) == (5, digest_text(total))


def test_what_a_run_is_told(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "echo")
    splunk.run(stanza)
    (record,) = splunk.records("main", stanza)
    for part in (
        f"<server_uri>{splunk.management}</server_uri>",
        f"<checkpoint_dir>{splunk.home}/var/lib/splunk/modinputs/tiny</checkpoint_dir>",
        f'<stanza name="{stanza}" app="{NAME}">',
        '<param name="host">$decideOnStartup</param>',
        '<param name="index">main</param>',
        '<param name="sourcetype">tiny:event</param>',
        f'<param name="source">{stanza}</param>',
    ):
        assert part in record["raw"]


def test_a_malformed_stream_and_a_cut_one(splunk: SplunkStandin) -> None:
    malformed = splunk.run(made(splunk, "malformed"))
    assert (malformed["stream"], malformed["records"]) == ("malformed", 3)
    assert "U+0007" in malformed["malformed"]["reason"]
    assert "</data>" in malformed["malformed"]["excerpt"]
    cut = splunk.run(made(splunk, "cut"))
    assert (cut["stream"], cut["records"], cut["dropped_fragment"]) == ("cut", 3, 15)


def test_stderr_lines(splunk: SplunkStandin) -> None:
    run = splunk.run(made(splunk, "stderr"))
    assert run["stderr"] == ["INFO labelled", "unlabelled text"]
    assert run["stream"] == "empty"
    log = (splunk.home / "var" / "log" / "splunk" / "splunkd.log").read_text()
    lines = [line.split(" +0000 ")[1] for line in log.splitlines() if "labelled" in line]
    assert lines[0].startswith('INFO  ExecProcessor - message from "')
    assert lines[0].endswith('tiny.py" labelled')
    assert lines[1].startswith("ERROR ExecProcessor")


def test_memory_is_seen(splunk: SplunkStandin) -> None:
    small, large = splunk.run(made(splunk, "good")), splunk.run(made(splunk, "memory"))
    assert large["peak_rss_kb"] > 40 * 1024
    assert small["peak_rss_kb"] < 40 * 1024


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "The following required arguments are missing: mode."),
        ({"mode": "good", "colour": 1}, 'Argument "colour" is not supported by this handler.'),
        ({"mode": "good", "index": "nope"}, "index 'nope' does not exist"),
        ({"mode": "good", "interval": "often"}, "neither seconds nor cron"),
        ({"mode": "good", "events": "many"}, "must be a number"),
        ({"mode": "refused"}, "mode <refused> is not allowed"),
        ({"mode": "broken"}, "Argument validation for scheme=tiny: script running failed"),
        ({"mode": "slow-validation"}, "script running failed (killed by signal 9: Killed)."),
    ],
)
def test_refused_inputs(splunk: SplunkStandin, values: dict[str, str], text: str) -> None:
    with pytest.raises(RestError) as refused:
        splunk.create_raw_input("tiny", "refused", **values)
    assert refused.value.status == 400
    assert text in refused.value.text
    assert "refused" not in splunk.entries("data", "inputs", "tiny")


def test_edit_and_delete(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "good")
    name = stanza.partition("://")[2]
    with pytest.raises(RestError) as refused:
        splunk.create_raw_input("tiny", name, mode="good")
    assert refused.value.status == 409
    with pytest.raises(RestError) as refused:
        splunk.edit_raw_input("tiny", name, mode="refused")
    assert refused.value.status == 400
    splunk.edit_raw_input("tiny", name, events=1)
    assert splunk.run(stanza)["records"] == 1
    splunk.delete_input("tiny", name)
    assert name not in splunk.entries("data", "inputs", "tiny")
    with pytest.raises(RestError) as refused:
        splunk.run(stanza)
    assert refused.value.status == 404


def test_stop_kill_and_grace(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "waits")
    number = splunk.start_run(stanza)
    splunk.wait_until("records", lambda: splunk.runs(stanza)[0]["records"] == 3)
    with pytest.raises(RestError) as refused:
        splunk.run(stanza)
    assert refused.value.status == 409
    assert splunk.signal(stanza)
    assert splunk.wait_run(stanza, number)["signal"] == 9
    stubborn = made(splunk, "stubborn")
    number = splunk.start_run(stubborn)
    splunk.wait_until("records", lambda: splunk.runs(stubborn)[0]["records"] == 3)
    splunk.switch_input("tiny", stubborn.partition("://")[2], enabled=False)
    run = splunk.wait_run(stubborn, number, 5)
    assert run["signal"] == 9
    assert [text.split(" ")[0] for text in run["stopped_by"]] == ["SIGTERM", "SIGKILL"]


def test_a_shell_stays_between_unless_told_otherwise(tmp_path: Path) -> None:
    """SIGTERM ends the shell alone. The process that it started is an orphan that keeps the
    pipe.
    """
    conf = "[tiny]\npython.version = python3\npython.required = 3.9, 3.11, 3.13\n"
    lingering = []
    for by_shell in ("", "start_by_shell = false\n"):
        app = make_tiny_app(
            tmp_path / f"app{len(by_shell)}", {"default/inputs.conf": conf + by_shell}
        )
        home = tmp_path / f"home{len(by_shell)}"
        with SplunkStandin(home, app, "--manual", app_name=NAME) as splunk:
            splunk.create_raw_input("tiny", "one", mode="waits")
            number = splunk.start_run("tiny://one")
            splunk.wait_until("it runs", lambda: splunk.runs("tiny://one")[-1]["records"] > 0, 30)
            splunk.signal("tiny://one", "TERM")
            lingering.append(splunk.wait_run("tiny://one", number, 30)["lingering_processes"])
    assert lingering == [True, False]


def test_a_trap_kills_in_the_middle(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "good", events=200_000)
    splunk.set_trap(stanza, after_records=1000)
    killed = splunk.run(stanza)
    assert killed["signal"] == 9
    assert 1000 <= killed["records"] < 200_000
    assert killed["stream"] == "cut"
    assert splunk.run(stanza)["records"] == 200_000


def test_back_pressure(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "good", events=5_000)
    splunk.set_pipe(paused=1)
    number = splunk.start_run(stanza)
    with pytest.raises(TimeoutError):
        splunk.wait_run(stanza, number, 0.5)
    assert splunk.runs(stanza)[0]["stdout_bytes"] == 0
    splunk.set_pipe(paused=0)
    assert splunk.wait_run(stanza, number)["records"] == 5_000


def test_who_leaves_a_pipe_loses_what_is_in_it(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "waits")
    splunk.set_pipe(paused=1, leave=1)
    number = splunk.start_run(stanza)
    splunk.switch_input("tiny", stanza.partition("://")[2], enabled=False)
    run = splunk.wait_run(stanza, number, 5)
    assert (run["records"], run["signal"], run["stream"]) == (0, 15, "empty")
    splunk.set_pipe(paused=0, leave=0)


def test_expired_keys_reach_the_runs(splunk: SplunkStandin) -> None:
    stanza = made(splunk, "echo")
    splunk.run(stanza)
    (record,) = splunk.records("main", stanza)
    key = record["raw"].split("<session_key>")[1].split("<")[0]
    assert splunk.request("GET", "/services/server/info", key=key)[0] == 200
    splunk.expire_sessions()
    assert splunk.request("GET", "/services/server/info", key=key)[0] == 401


def test_an_index_that_is_gone_drops_loudly(splunk: SplunkStandin) -> None:
    local = splunk.home / "etc" / "apps" / NAME / "local" / "inputs.conf"
    pushed = "[tiny://pushed]\nmode = good\nindex = gone\ndisabled = 0\n"
    local.write_text(local.read_text() + "\n" + pushed)
    splunk.reload_inputs()
    assert splunk.run("tiny://pushed")["records"] == 3
    assert splunk.index()["dropped"] == 3
    assert (
        "unconfigured/disabled/deleted index=gone"
        in splunk.messages()["missing_index_gone"]["message"]
    )


def test_the_schedule(tmp_path: Path) -> None:
    app = make_tiny_app(tmp_path)
    with SplunkStandin(tmp_path / "home", app, "--index", "digest", app_name=NAME) as splunk:
        created = time.time()
        splunk.create_raw_input("tiny", "often", mode="good", interval="0.2", index="default")
        splunk.create_raw_input("tiny", "once", mode="good", interval="-1")
        splunk.create_raw_input("tiny", "off", mode="good", interval="0.2", disabled="1")
        third = splunk.wait_run("tiny://often", 3, 10)
        starts = [run["start"] for run in splunk.runs("tiny://often")]
        # A run is noted a little after it was due, so a single pause may look shorter than it was.
        assert starts[2] - created >= 2 * 0.2
        assert third["exit_code"] == 0
        splunk.switch_input("tiny", "often", enabled=False)
        assert len(splunk.runs("tiny://once")) == 1
        assert splunk.runs("tiny://off") == []
        often = sum(run["records"] for run in splunk.runs("tiny://often"))
        assert splunk.index()["count"] == often + 3
        splunk.switch_input("tiny", "off", enabled=True)
        splunk.wait_run("tiny://off", 1, 5)


def test_a_crash_loses_what_was_not_committed(tmp_path: Path) -> None:
    app = make_tiny_app(tmp_path)
    standin = SplunkStandin(tmp_path / "home", app, "--manual", app_name=NAME)
    with standin as splunk:
        splunk.create_raw_input("tiny", "a", mode="good", interval="60")
        splunk.run("tiny://a")
        splunk.set_pipe(commit_delay=60)
        splunk.run("tiny://a")
        assert (splunk.index()["count"], splunk.index()["waiting"]) == (3, 3)
        data = splunk.app_path("storage", "collections", "data", "tiny_checkpoints")
        splunk.call("POST", data, document={"_key": "kept"})
        splunk.kill()
        splunk.start()
        assert splunk.index()["count"] == 3
        assert "kept" in splunk.kv_documents("tiny_checkpoints")
        assert splunk.run("tiny://a")["records"] == 3
        assert splunk.index()["count"] == 6


def test_two_instances_on_one_kv_store(splunk: SplunkStandin, tmp_path: Path) -> None:
    app = make_tiny_app(tmp_path)
    shared = f"{splunk.management},{splunk.session_key}"
    options = ("--manual", "--kvstore-of", shared)
    with SplunkStandin(tmp_path / "home", app, *options, app_name=NAME) as member:
        data = member.app_path("storage", "collections", "data", "tiny_checkpoints")
        member.call("POST", data, document={"_key": "lease", "owner": 1})
        assert splunk.kv_documents("tiny_checkpoints")["lease"]["owner"] == 1
        assert splunk.request("POST", data, document={"_key": "lease"})[0] == 409
        assert member.request("GET", data, key="wrong")[0] == 401


def test_a_members_copy_lags_behind_and_its_writes_do_not(
    tmp_path: Path, splunk: SplunkStandin
) -> None:
    peer = f"--kvstore-of={splunk.management},{splunk.session_key}"
    app = make_tiny_app(tmp_path)
    with SplunkStandin(tmp_path / "home", app, peer, "--kvstore-lag=1.5", app_name=NAME) as member:
        place = ("storage", "collections", "data", "tiny_checkpoints")
        data = member.app_path(*place)
        member.spoil_kv_writes("lost-answer", after=1)
        member.call("POST", data, document={"_key": "old", "n": 1})
        with pytest.raises((ConnectionError, ssl.SSLEOFError)):
            member.request("POST", data, document={"_key": "new", "n": 2})
        assert member.request("POST", data, document={"_key": "new"})[0] == 409
        assert {"old", "new"} <= set(splunk.kv_documents("tiny_checkpoints"))
        assert "new" not in member.kv_documents("tiny_checkpoints")
        member.wait_until("it", lambda: "new" in member.kv_documents("tiny_checkpoints"), 5)
        newest = member.app_path(*place, query='{"n":{"$gt":0}}', sort="n:-1", limit=1)
        assert [one["_key"] for one in member.call("GET", newest)] == ["new"]
        assert member.request("DELETE", f"{data}/new")[0] == 400
        member.delete(*place, "new")
        assert "old" in splunk.kv_documents("tiny_checkpoints")
        assert "new" in member.kv_documents("tiny_checkpoints")
        member.wait_until("gone", lambda: "new" not in member.kv_documents("tiny_checkpoints"), 5)


@pytest.mark.parametrize(
    ("replaced", "reason"),
    [
        ({"bin/tiny.py": "raise SystemExit(1)"}, "script running failed (exited with code 1)"),
        ({"bin/tiny.py": "print('<scheme/>')"}, "no <title>"),
        ({"bin/tiny.py": "import time; time.sleep(60)"}, "killed by signal 9"),
        ({"default/inputs.conf": "[tiny]\npython.required = 2.7\n"}, "does not list"),
    ],
)
def test_a_scheme_that_cannot_be_used(
    tmp_path: Path,
    replaced: dict[str, str],
    reason: str,
) -> None:
    app = make_tiny_app(tmp_path, replaced)
    options = ("--call-timeout", "1.5")
    with SplunkStandin(tmp_path / "home", app, *options, app_name=NAME) as splunk:
        assert reason in splunk.stanzas()["failures"]["tiny"]
        assert (
            "Unable to initialize modular input"
            in splunk.messages()["modular_input_tiny"]["message"]
        )
        with pytest.raises(RestError) as refused:
            splunk.create_raw_input("tiny", "a", mode="good")
        assert refused.value.status == 404
