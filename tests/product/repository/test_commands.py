"""What the commands print: missing requirements, what took part, where temporary files go."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests import run as suite
from tests.summary import BROWSER, NONE_OF_SPLUNKS, Outcome, summary

sys.path.insert(0, str(ROOT / "packaging"))

import fetch_pythons
import setup_venv

if TYPE_CHECKING:
    from pathlib import Path

WANTED = ("3.9", "3.13")


@pytest.fixture
def ordinary_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a system without libmagic and without a browser."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "chromium" else f"/{name}")


@pytest.mark.usefixtures("ordinary_user")
@pytest.mark.parametrize(("kind", "package"), [("inspect", "libmagic1"), ("browser", "chromium")])
def test_it_names_what_the_target_lacks(
    monkeypatch: pytest.MonkeyPatch, kind: str, package: str
) -> None:
    monkeypatch.setenv("TARGET", "some-target")
    with pytest.raises(SystemExit) as caught:
        setup_venv.require(kind)
    text = str(caught.value)
    assert f"`make some-target` needs {package}," in text
    assert (
        f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {package}" in text
    )
    others = {"libmagic1", "chromium", "python3-venv"} - {package}
    assert [name for name in others if name in text] == []


@pytest.mark.usefixtures("ordinary_user")
@pytest.mark.parametrize("kind", ["tools", "dev", "search", "slim"])
def test_only_inspect_needs_libmagic(kind: str) -> None:
    """The demo is built with `tools`."""
    setup_venv.require(kind)


@pytest.mark.parametrize(
    ("versions", "none"), [(["3.13.0"], False), (["3.9.2", "3.13.0"], False), (["3.11.2"], True)]
)
def test_the_last_line_says_that_none_of_splunks_pythons_took_part(
    tmp_path: Path, versions: list[str], none: bool
) -> None:
    outcomes = [Outcome(BROWSER, 0, "", 1.0, None)]
    _, text = summary(outcomes, versions, WANTED, 0.0, tmp_path)
    last = text.splitlines()[-1]
    assert (last == NONE_OF_SPLUNKS.format("3.9 and 3.13")) == none


class Here(suite.Tester):
    def path(self) -> Path:
        return ROOT / sys.executable


def test_a_part_leaves_nothing_in_temporary_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither in the system's temporary folder nor in the one that make was called with."""
    system, ours = tmp_path / "system", tmp_path / "ours"
    system.mkdir()
    ours.mkdir()
    monkeypatch.setenv("TMPDIR", str(system))
    monkeypatch.setattr("tests.run.TEMPORARY", ours)
    monkeypatch.setattr("tests.run.REPORTS", tmp_path)
    test = tmp_path / "test_one.py"
    test.write_text(
        "import tempfile\n"
        "def test_one(tmp_path):\n"
        "    made = tempfile.mkdtemp()\n"
        f"    assert made.startswith({str(ours)!r})\n"
        f"    assert str(tmp_path).startswith({str(ours)!r})\n",
        encoding="utf-8",
    )
    options = ("-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(test))
    part = suite.Part("one", ROOT, Here("dev"), options, {})
    outcome = suite.run(part)
    assert outcome.code == 0, outcome.printed
    assert list(system.iterdir()) == list(ours.iterdir()) == []


def test_tests_and_stand_ins_are_compiled_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the user's environment forbids bytecode. It is not beside the sources."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr("tests.run.REPORTS", tmp_path)
    test = tmp_path / "test_one.py"
    test.write_text(
        "import subprocess, sys\n"
        "def test_one():\n"
        "    code = 'from tests.standins import proxy; print(proxy.__cached__)'\n"
        "    command = [sys.executable, '-c', code]\n"
        "    said = subprocess.run(command, capture_output=True, text=True, check=True)\n"
        f"    assert said.stdout.startswith({str(ROOT / 'build' / 'bytecode')!r})\n"
        "    open(said.stdout.strip(), 'rb').close()\n",
        encoding="utf-8",
    )
    options = ("-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(test))
    outcome = suite.run(suite.Part("one", ROOT, Here("dev"), options, {}))
    assert outcome.code == 0, outcome.printed


def test_make_puts_temporary_files_into_build() -> None:
    """Each target: it is exported."""
    command = ["make", "--no-print-directory", "-f", "Makefile", "-f", "-", "where"]
    rule = "where:\n\t@echo $$TMPDIR $$TARGET\n"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        command, cwd=ROOT, input=rule, env=clean, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(ROOT / "build" / "tmp"), "where"]


def test_without_make_temporary_files_are_there_too() -> None:
    """Also for tests whose environment does not load `tests/conftest.py`, and for a browser."""
    code = "import tempfile; tempfile.gettempdir(); import tests; print(tempfile.gettempdir())"
    bare = {name: value for name, value in os.environ.items() if name != "TMPDIR"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=bare, check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [str(ROOT / "build" / "tmp")]


def test_a_python_that_cannot_be_fetched_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The tests continue without it."""
    monkeypatch.setattr(fetch_pythons, "PYTHONS", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(suite, "find", lambda _: None)
    assert suite.fetched("3.9") is None
    assert "Python 3.9: cannot be fetched: this is not a Debian system" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_the_script_that_starts_one_keeps_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without it, the environment would have no pip. Tested with this system's own program."""
    monkeypatch.setattr(fetch_pythons, "PYTHONS", tmp_path)
    usr = tmp_path / "3.13" / "usr"
    (usr / "bin").mkdir(parents=True)
    (usr / "lib" / "some-linux-gnu").mkdir(parents=True)
    shutil.copy("/bin/cat", usr / "bin" / "python3.13")
    fetch_pythons._wrap("3.13")
    command = [str(fetch_pythons.path_of("3.13")), "/proc/self/cmdline"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert command[0] in shown.split("\0")
    assert fetch_pythons.is_fetched(command[0])
    assert not fetch_pythons.is_fetched(sys.executable)
