"""The log's names and lines."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.splunk.log import Log, log_file_name, open_log, page_log, set_level
from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTINUOUS, BACKFILL = "akamai_siem", "akamai_siem_backfill"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Splunk's folder. What the test adds to the root logger is removed."""
    monkeypatch.setenv("SPLUNK_HOME", str(tmp_path))
    root = logging.getLogger()
    before = list(root.handlers)
    yield tmp_path
    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)
        handler.close()
    logging.captureWarnings(capture=False)


@pytest.fixture
def log(home: Path) -> Log:
    assert home
    return open_log(CONTINUOUS, "first", "INFO")


def lines(folder: Path) -> list[str]:
    path = folder / "var" / "log" / "splunk" / "ta_akamai_siem_first.log"
    return path.read_text(encoding="utf-8").splitlines()


def test_a_line(log: Log, tmp_path: Path) -> None:
    log.info("page.collected", events=5, seconds=1.23456, reason='a "b" c', none=None)
    (line,) = lines(tmp_path)
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d{4} INFO "
    rest = re.sub(stamp, "", line)
    assert rest == (
        "page.collected input=first kind=akamai_siem events=5 seconds=1.235 reason=\"a 'b' c\""
    )


def test_no_line_end_gets_through(log: Log, tmp_path: Path) -> None:
    log.warning("request.failed", reason="one\ntwo\r\nthree")
    logging.getLogger("a.library").error("many\nlines")
    assert [line.split(" ", 3)[2] for line in lines(tmp_path)] == ["WARNING", "ERROR"]


def test_levels(log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.debug("not.shown")
    log.error("credential.refused", reason="no")
    assert len(lines(tmp_path)) == 1
    assert capsys.readouterr().err == (
        "ERROR credential.refused input=first kind=akamai_siem reason=no\n"
    )


def test_a_library_at_debug_is_not_heard(log: Log, tmp_path: Path) -> None:
    log.info("one.line")
    logging.getLogger("akamai.edgegrid.edgegrid").debug("signing key: secret")
    logging.getLogger("urllib3").debug("GET /siem")
    assert len(lines(tmp_path)) == 1


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """In its own process, because what it logs at its end counts too."""
    folder = tmp_path / "var" / "log" / "splunk"
    folder.mkdir(parents=True)
    (folder / "ta_akamai_siem_first.log").symlink_to("/dev/full")
    program = (
        "from ta_akamai_siem.splunk.log import open_log\n"
        "log = open_log('akamai_siem', 'first')\n"
        "for number in range(57):\n    log.info('page.collected', events=number)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT / "bin"), "SPLUNK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.fullmatch(
        r"WARN log\.unwritable [^\n]* reason=No space left on device\n", ended.stderr
    )


def test_a_file_that_is_full_is_rotated(log: Log, tmp_path: Path) -> None:
    """After 10 MB, and five older files are kept; nothing is written twice or lost."""
    folder = tmp_path / "var" / "log" / "splunk"
    first = folder / "ta_akamai_siem_first.log"
    for number in range(8):
        with first.open("ab") as file:
            file.truncate(10 << 20)
        log.info("page.collected", number=number)
        log.info("page.collected", number=f"{number}b")
    names = [first.name, *(f"{first.name}.{number}" for number in range(1, 6))]
    assert sorted(path.name for path in folder.iterdir()) == names
    for age, name in enumerate(names):
        written = (folder / name).read_text(encoding="utf-8").replace("\0", "").splitlines()
        assert [line.rpartition("=")[2] for line in written] == [f"{7 - age}", f"{7 - age}b"]


def test_a_file_that_cannot_be_rotated_goes_on(
    log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "var" / "log" / "splunk"
    first = folder / "ta_akamai_siem_first.log"
    (folder / f"{first.name}.5" / "in the way").mkdir(parents=True)
    (folder / f"{first.name}.4").touch()
    with first.open("ab") as file:
        file.truncate(10 << 20)
    for number in range(3):
        log.info("page.collected", number=number)
    written = first.read_text(encoding="utf-8").replace("\0", "").splitlines()
    assert [line.rpartition("=")[2] for line in written] == ["0", "1", "2"]
    assert capsys.readouterr().err.count("WARN log.unwritable ") == 1


def test_a_validation_does_not_rotate(home: Path) -> None:
    """A run may be writing the file."""
    folder = home / "var" / "log" / "splunk"
    folder.mkdir(parents=True)
    full = folder / "ta_akamai_siem_first.log"
    full.write_bytes(b"\0" * (10 << 20))
    open_log(CONTINUOUS, "first", rotates=False).info("connection.tested")
    assert full.stat().st_size > 10 << 20
    assert [path.name for path in folder.iterdir()] == [full.name]


def test_file_names_are_safe_and_different() -> None:
    named = [
        (CONTINUOUS, "first"),
        (CONTINUOUS, "a/b"),
        (CONTINUOUS, "a b"),
        (CONTINUOUS, "../../etc/passwd"),
        (CONTINUOUS, "ü"),
        (CONTINUOUS, "x" * 300),
        (CONTINUOUS, "x" * 301),
        (CONTINUOUS, "backfill_first"),
        (CONTINUOUS, "pages"),
        (BACKFILL, "first"),
    ]
    names = [log_file_name(kind, name) for kind, name in named]
    assert names[0] == "ta_akamai_siem_first.log"
    assert names[-1] == "ta_akamai_siem_backfill_first.log"
    assert len({*names, "ta_akamai_siem_pages.log"}) == len(named) + 1
    assert all(re.match(r"[A-Za-z0-9_.-]{1,120}\Z", name) for name in names)
    assert not any("/" in name for name in names)


@pytest.mark.parametrize(
    "name", ["host", "source", "sourcetype", "index", "date_hour", "tag", "log_level"]
)
def test_no_pair_takes_the_place_of_a_default_field(log: Log, tmp_path: Path, name: str) -> None:
    log.info("checkpoint.foreign", **{name: "x", f"my_{name}": "y"})
    (line,) = lines(tmp_path)
    assert line.endswith(f" akamai_{name}=x my_{name}=y")


def test_the_level_may_come_later(log: Log, tmp_path: Path) -> None:
    log.debug("not.shown")
    set_level("DEBUG")
    log.debug("page.requested")
    assert len(lines(tmp_path)) == 1


def test_what_is_done_on_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPLUNK_HOME", str(tmp_path))
    before = list(logging.getLogger().handlers)
    for _ in range(2):
        with page_log(BACKFILL, "first") as log:
            log.info("input.disabled")
    assert logging.getLogger().handlers == before
    (path,) = tmp_path.rglob("*.log")
    assert path.name == "ta_akamai_siem_pages.log"
    text = path.read_text(encoding="utf-8")
    assert text.count(" INFO input.disabled input=first kind=akamai_siem_backfill\n") == 2
