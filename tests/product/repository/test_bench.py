"""The measured events, the textbooks' decoding, the sampler, and the page of figures."""

from __future__ import annotations

import ast
import importlib
import ipaddress
import json
import re
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tests import ROOT
from tests.measured.bench import few_rules
from tests.measured.bench.contestants import Call
from tests.measured.bench.earlier import commit_named
from tests.measured.bench.measured import Measured
from tests.measured.bench.mixes import MIXES, described, event_lines
from tests.measured.bench.stages import _STAGES, START, by_stage
from tests.measured.bench.startup import STEPS, steps
from tests.measured.bench.tables import filled, places, tables
from tests.oracles.reference.record import reference_record, same

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

PAGE = ROOT / "docs" / "performance.md"
RECORDED = json.loads(
    (ROOT / "tests" / "measured" / "bench" / "recorded.json").read_text(encoding="utf-8")
)
CLOCK = "1800000000.000"
DOCUMENTATION = [
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]
EVENTS = 2_000


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    """The events as records, decoded by the reference."""
    return [reference_record(line, CLOCK).value for line in event_lines("few", EVENTS)]


def header(event: dict[str, Any], name: str) -> str:
    lines = event["httpMessage"]["requestHeaders"]
    found = [line for line in lines if line.startswith(f"{name}: ")]
    return found[0] if found else ""


def kind_of(event: dict[str, Any]) -> str:
    if header(event, "X-acf-sensor-data"):
        return "app"
    if header(event, "Cookie"):
        return "browser"
    anomaly = any("ANOMALY" in rule["tag"] for rule in event["attackData"]["rules"])
    return "scanner" if anomaly else "bot"


def test_customers_events_are_mixed_as_the_page_says(events: list[dict[str, Any]]) -> None:
    by_kind: dict[str, list[dict[str, Any]]] = {kind: [] for kind in few_rules.SHARES}
    for event in events:
        by_kind[kind_of(event)].append(event)
    for kind, share in few_rules.SHARES.items():
        assert abs(len(by_kind[kind]) / EVENTS - share / 100) < 0.03, kind
    rules = {
        kind: Counter(len(event["attackData"]["rules"]) for event in each)
        for kind, each in by_kind.items()
    }
    assert set(rules["scanner"]) == {2, 3, 4, 5, 7}
    assert set(rules["bot"]) == set(rules["app"]) == {1}
    assert set(rules["browser"]) == {0, 1}
    assert all(1_000 <= len(header(each, "Cookie")) <= 3_100 for each in by_kind["browser"])
    sensor = [len(header(each, "X-acf-sensor-data")) for each in by_kind["app"]]
    assert min(sensor) >= 2_000
    assert max(sensor) <= 4_100
    assert 1.4 <= described("few").rules <= 1.8
    text = PAGE.read_text(encoding="utf-8")
    shares = few_rules.SHARES
    assert f"{shares['scanner']} come from scanners" in text
    assert f"{shares['bot']} from bots" in text
    assert f"{shares['browser']} from browsers" in text
    assert f"{shares['app']} from apps" in text


def test_an_event_of_customers_is_the_same_every_time() -> None:
    assert list(event_lines("few", 50)) == list(event_lines("few", 50))
    assert few_rules.event(1, 7, 1.0) != few_rules.event(2, 7, 1.0)


@pytest.mark.parametrize("mix", MIXES)
def test_addresses_are_those_for_documentation(mix: str) -> None:
    for line in event_lines(mix, 1_000):
        text = unquote(line.decode())
        client = json.loads(line)["attackData"].get("clientIP")
        found = re.findall(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", text)
        for address in [*found, *([client] if client else [])]:
            # A browser's version has four numbers, too.
            if not re.search(rf"Chrome/{re.escape(address)}", text):
                assert any(ipaddress.ip_address(address) in net for net in DOCUMENTATION), address
        for host in re.findall(r"https?://([a-z][\w.-]*)", text):
            assert host.endswith("example.com"), host


@pytest.fixture
def opponent(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> ModuleType:
    """Load a contestant's script as a module. It puts its first argument on the path before its
    imports.
    """
    monkeypatch.setattr(sys, "argv", [request.param, str(ROOT)])
    monkeypatch.setattr(sys, "path", [*sys.path])
    return importlib.import_module(f"tests.measured.bench.{request.param}")


@pytest.mark.parametrize("mix", MIXES)
@pytest.mark.parametrize("opponent", ["same_record"], indirect=True)
def test_the_textbook_makes_the_same_record(opponent: ModuleType, mix: str) -> None:
    for line in event_lines(mix, 300):
        assert same(opponent.record(line.decode())[1], line, CLOCK) == []


@pytest.mark.parametrize("opponent", ["least"], indirect=True)
def test_the_least_textbook_decodes_what_is_encoded(opponent: ModuleType) -> None:
    for line in event_lines("few", 300):
        expected = reference_record(line, CLOCK).value
        record = json.loads(opponent.record(line.decode())[1])
        for member, key in zip(opponent.LISTS, ("id", "version", "message", "tag", "data")):
            items = [rule[key] for rule in expected["attackData"]["rules"]]
            assert record["attackData"][member] == (items or [""])
        block = "".join(f"{each}\r\n" for each in expected["httpMessage"]["requestHeaders"])
        assert record["httpMessage"]["requestHeaders"] == block


SAMPLED = """
import threading, time, zlib
DATA = bytes(range(256)) * 400
def main_thread(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(1000))
def other_thread(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        zlib.compress(DATA)
    done.set()
done = threading.Event()
main_thread(0.6)
threading.Thread(target=other_thread, args=(0.6,)).start()
done.wait()
"""


def test_the_sampler_sees_each_thread(tmp_path: Path) -> None:
    """Shares measured on a busy machine vary too much for a test."""
    script, report = tmp_path / "script.py", tmp_path / "report.json"
    script.write_text(SAMPLED, encoding="utf-8")
    sampler = ROOT / "tests" / "measured" / "bench" / "sampler.py"
    subprocess.run([sys.executable, str(sampler), str(report), str(script)], check=True)
    chains = json.loads(report.read_text(encoding="utf-8"))
    share = {
        name: sum(times for chain, times in chains.items() if f"script.{name}" in chain)
        / sum(chains.values())
        for name in ("main_thread", "other_thread")
    }
    assert share["main_thread"] > 0.1
    assert share["other_thread"] > 0.1


def test_a_call_belongs_to_its_innermost_stage() -> None:
    shares = by_stage(
        {
            "encoder.JSONEncoder.encode event.record transform.transform": 3,
            "event.record transform.transform": 1,
            "kv_store.KvStore._read": 4,
        }
    )
    assert {stage: share for stage, share in shares.items() if share} == {
        "encode": 3 / 8,
        "marks, checks": 1 / 8,
        START: 4 / 8,
    }


def defined() -> set[str]:
    """The functions of the product, and methods with their class."""
    names = set()
    for path in (ROOT / "bin" / "ta_akamai_siem").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                functions = [each for each in node.body if isinstance(each, ast.FunctionDef)]
                names |= {f"{node.name}.{each.name}" for each in functions}
            elif isinstance(node, ast.FunctionDef):
                names.add(node.name)
    return names | {"JSONEncoder.encode", "event.<lambda>"}


def test_the_steps_of_a_start_are_seen_from_outside() -> None:
    """Calls after the request, such as those at the end of a run, are none of its steps."""
    run = Measured(0.2, 0.3, 0, first=0.18, taken=0.05, request=0.15)
    calls = [Call(0.09, 0.1), Call(0.11, 0.12), Call(0.2, 0.21)]
    assert steps(run, calls) == {
        "stanza": 0.05,
        "first_call": 0.09,
        "second_call": 0.11,
        "last_answer": 0.12,
        "first_request": 0.15,
        "first_record": 0.18,
    }
    assert set(steps(run, calls)) == set(STEPS)


def test_stages_name_functions_of_the_product() -> None:
    known = defined()
    assert {name for names in _STAGES.values() for name in names if name not in known} == set()


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(SystemExit, match="no such commit"):
        commit_named("nobody-has-this")


def test_the_page_shows_the_recorded_figures() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert filled(page, RECORDED) == page
    assert sorted(places(page)) == sorted(tables(RECORDED))
    assert places(page)[0] == "costs"
    rows = [line for line in tables(RECORDED)["costs"].splitlines() if line.startswith("| ")]
    assert not rows or rows[2].startswith(f"| {MIXES['few']} |")


def test_every_measured_number_names_its_command() -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = re.split(r"\n\n|(?m:^(?=\* ))", page)
    measured = re.compile(r"\d (?:µs|microseconds?|events/s|[GM]B|MB/s|m?s)\b|× ?\d|\d ?×")
    command = re.compile(r"`[^`]*make [a-z-]+[^`]*`")
    tables_begin = [place for place, block in enumerate(blocks) if block.startswith("| ")]
    for place in tables_begin:
        assert command.search(blocks[place - 1]), blocks[place][:200]
    for block in blocks:
        if measured.search(block) and not block.startswith("| "):
            assert command.search(block), block
