"""Which messages are shown and removed, and when, whatever the file that records them contains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ta_akamai_siem.splunk.bulletin import Bulletin
from ta_akamai_siem.splunk.splunkd import SplunkdRefused

if TYPE_CHECKING:
    from pathlib import Path

NAME = "ta_akamai_siem_first"
HOUR = 3600.0


class Messages:
    """splunkd's messages. `away`: it refuses every call."""

    def __init__(self) -> None:
        self.up: dict[str, str] = {}
        self.calls = 0
        self.away = False

    def post_message(self, name: str, text: str, severity: str) -> None:
        self._called()
        self.up[name] = f"{severity} {text}"

    def delete_message(self, name: str) -> None:
        self._called()
        self.up.pop(name, None)

    def _called(self) -> None:
        self.calls += 1
        if self.away:
            what = "no"
            raise SplunkdRefused(what)


class Quiet:
    def warning(self, event: str, **values: object) -> None: ...


class Told:
    """A bulletin whose clock the test sets; `again`: that of the next run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.messages = Messages()
        self.time = 1_750_000_000.0

    def again(self) -> Bulletin:
        bulletin: Any = Bulletin(self.messages, NAME, self.path, 1.0, Quiet())  # type: ignore[arg-type]
        bulletin.now = lambda: self.time
        return bulletin  # type: ignore[no-any-return]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path / "input" / "bulletin.json")


def test_what_passes_is_told_once_it_has_lasted(told: Told) -> None:
    for minute in range(60):
        told.again().fails("server.trouble", "text", HOUR)
        assert told.messages.up == {}, minute
        told.time += 60
    told.again().fails("server.trouble", "text", HOUR)
    assert told.messages.up == {NAME: "error text"}
    told.again().fails("server.trouble", "text", HOUR)
    assert told.messages.calls == 1
    told.again().works()
    assert told.messages.up == {}
    told.again().works()
    assert told.messages.calls == 2
    told.again().fails("server.trouble", "text", HOUR)
    assert told.messages.up == {}


def test_a_success_between_begins_the_hour_anew(told: Told) -> None:
    told.again().fails("server.trouble", "text", HOUR)
    told.time += HOUR - 1
    told.again().works()
    told.again().fails("server.trouble", "text", HOUR)
    told.time += HOUR - 1
    told.again().fails("server.trouble", "text", HOUR)
    assert told.messages.calls == 0


def test_a_clock_that_jumps_begins_the_hour_anew(told: Told) -> None:
    for jump in (-10 * HOUR, 1e9):
        told.again().fails("server.trouble", "text", HOUR)
        told.time += jump
        told.again().fails("server.trouble", "text", HOUR)
        assert told.messages.up == {}


def test_a_message_comes_down_at_last(told: Told) -> None:
    told.again().trouble("a", "text")
    told.messages.away = True
    told.again().works()
    told.messages.away = False
    assert told.messages.up
    told.again().works()
    assert told.messages.up == {}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        '{"code": 7}',
        '{"code": "a"}',
        '{"code":"b","started":{}}',
        '{"failing_since":"x"}',
        '{"failing_since":NaN}',
        '{"failing_since":true}',
    ],
)
def test_a_file_that_says_anything(told: Told, content: str) -> None:
    told.path.parent.mkdir(parents=True)
    told.path.write_text(content, encoding="utf-8")
    told.messages.up[NAME] = "from before"
    told.again().fails("server.trouble", "text", HOUR)
    told.again().trouble("a", "new")
    assert told.messages.up == {NAME: "error new"}
    assert json.loads(told.path.read_text(encoding="utf-8"))["code"] == "a"
    told.again().works()
    assert told.messages.up == {}


def test_a_file_that_can_be_neither_read_nor_written(told: Told) -> None:
    told.path.mkdir(parents=True)
    told.again().trouble("a", "text")
    told.again().fails("server.trouble", "text", HOUR)
    assert NAME in told.messages.up
    told.again().works()
    assert told.messages.up == {}
