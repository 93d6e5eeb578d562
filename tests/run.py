"""Runs the tests on every Python that Splunk ships: `python -m tests.run [--all]`.

Unit and property tests run on each Python. Tests of the stand-ins and of the package run on the
newest, because no product code runs in them. End-to-end tests run completely on the newest; without
`--all`, only their core runs on the other, and property tests try a quarter of the examples on the
newest and a tenth on the other (`tests/examples.py`). The search side and the tests in a browser
run once.

The linters and the checks of the package run beside the tests. Some parts run side by side, because
they mostly wait. The output of a part is printed when it ends. The last paragraph says what took
part. `build/tests/` keeps a report of each part and the slowest tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests import ROOT
from tests.environments import ADDON_SUITE, BROWSER, BYTECODE, SEARCH, options_of
from tests.measured.reached import environment as watched
from tests.measured.reached.report import FOLDER as REACHED
from tests.summary import Outcome, summary

LARGEST_PAGE = 600_000
SIDE_BY_SIDE = 6
WATCHED_FROM = (3, 12)
"""sys.monitoring is new in this version."""
CHECKS = {
    "any: linters and types": ("lint",),
    "any: AppInspect and slim": ("--assume-old=package", "inspect"),
}
"""Arguments of make. The package is there, and tests read it meanwhile."""
LONGEST = (
    "unit and property tests",
    "its core",
    *("test_restart.py", "test_field_cases.py", "test_cluster.py", "test_lifecycle.py"),
    *("test_pages.py", "test_backfill.py", "test_collecting.py", "test_faults.py"),
    "the search side",
)
"""How the titles of parts end that take longer than a minute, the longest first."""
REPORTS = ROOT / "build" / "tests"
TEMPORARY = ROOT / "build" / "tmp"
sys.path.insert(0, str(ROOT / "packaging"))

from fetch_pythons import CannotFetch, fetch  # noqa: E402 - from the folder just added
from find_pythons import WANTED, find  # noqa: E402 - from the folder just added
from setup_venv import environment, require  # noqa: E402 - likewise

from tests.product.end_to_end.compiled_app import compile_for  # noqa: E402 - after the others


class Tester:
    """An environment that runs tests. The first part that needs it creates it."""

    _locks: ClassVar[dict[str, threading.Lock]] = defaultdict(threading.Lock)

    def __init__(self, kind: str, python: str | None = None) -> None:
        self.kind = kind
        self._python = python

    def path(self) -> Path:
        """Path of its Python. Raises SystemExit if the system lacks something that cannot be
        installed.
        """
        with self._locks[f"{self.kind} {self._python}"]:
            return environment(self.kind, self._python)


@dataclass(frozen=True)
class Part:
    """`python`: runs the product. `tester`: runs the tests. `chosen`: arguments of pytest.
    `folder`: working directory.
    """

    title: str
    python: Path
    tester: Tester
    chosen: tuple[str, ...]
    settings: dict[str, str]
    folder: Path = ROOT

    @property
    def report(self) -> Path:
        name = "".join(letter if letter.isalnum() else "_" for letter in self.title)
        return REPORTS / f"{name}.xml"


def fetched(wanted: str) -> tuple[Path, str] | None:
    """Path and version of a Python fetched with apt; None if that fails, and prints the reason."""
    print(f"Python {wanted}: not found; asking apt for it", flush=True)
    try:
        fetch(wanted)
    except CannotFetch as why:
        print(f"Python {wanted}: cannot be fetched: {why}")
    return find(wanted)


def interpreters() -> list[tuple[str, Path]]:
    """Version and path, newest last. Prints what is missing. This Python if there is no other."""
    found = []
    for wanted in WANTED:
        known = find(wanted) or fetched(wanted)
        if known is None:
            print(f"Python {wanted}: nothing is tested on it")
        else:
            found.append((known[1], known[0]))
            print(f"Python {known[1]}: {known[0]}")
    if not found:
        version = ".".join(map(str, sys.version_info[:3]))
        print(f"None of Splunk's Pythons is here; testing on {version} instead")
        found.append((version, Path(sys.executable).resolve()))
    return found


def parts(found: list[tuple[str, Path]], *, everything: bool) -> list[Part]:
    """The longest parts first, so that both cores are busy until the end."""
    scenarios = sorted(
        str(path.relative_to(ROOT)) for path in ROOT.glob("tests/product/end_to_end/test_*.py")
    )
    chosen = []
    for version, path in reversed(found):
        # Before parts run side by side: otherwise each would compile, and copy incomplete files.
        compile_for(path)
        tester = Tester("dev", str(path))
        newest = version == found[-1][0]
        settings = {"LARGE_PAGE": str(LARGEST_PAGE)} if everything else {}
        if newest and is_watched(version):
            settings |= watched(str(REACHED))
        if everything or newest:
            for name in scenarios:
                chosen.append(Part(f"{version}: {name}", path, tester, (name,), settings))
        else:
            settings["END_TO_END"] = "core"
            core = ("tests/product/end_to_end",)
            chosen.append(Part(f"{version}: end to end, its core", path, tester, core, settings))
        small = ["tests/product/unit", "tests/product/property"]
        if newest or everything:
            small += ["tests/product/repository", "tests/standins/tests"]
            small += ["tests/oracles/tests/test_reference.py"]
        profile = "full" if everything else "quick" if newest else "brief"
        title = f"{version}: unit and property tests"
        tried = {**settings, "HYPOTHESIS_PROFILE": profile}
        chosen.append(Part(title, path, tester, tuple(small), tried))
    version, newest_python = found[-1]
    reached = watched(str(REACHED)) if is_watched(version) else {}
    tester = Tester("browser")
    pages = Part("any: the pages in a browser", newest_python, tester, (BROWSER, "-s"), reached)
    return [pages, *sorted([*chosen, *search_parts(newest_python)], key=_rank)]


def _rank(part: Part) -> int:
    """Its place among the longest."""
    return next((at for at, end in enumerate(LONGEST) if part.title.endswith(end)), len(LONGEST))


def is_watched(version: str) -> bool:
    """Whether this Python can record the lines that tests reach."""
    return tuple(map(int, version.split(".")[:2])) >= WATCHED_FROM


def search_parts(python: Path) -> list[Part]:
    """In their own environment, because Splunk's test suite for add-ons needs an older pytest."""
    tester = Tester("search")
    # The suite writes files to its working directory.
    folder = ROOT / "build" / "splunk_addon_suite"
    folder.mkdir(parents=True, exist_ok=True)
    search = (*SEARCH, *options_of(SEARCH[0], str(ROOT)))
    suite = (str(ROOT / ADDON_SUITE), *options_of(ADDON_SUITE, str(ROOT)))
    return [
        Part("any: the search side", python, tester, search, {}),
        Part("any: Splunk's tests for add-ons", python, tester, suite, {}, folder),
    ]


def run(part: Part) -> Outcome:
    began = time.monotonic()
    try:
        tester = part.tester.path()
    except SystemExit as lacking:
        # Only a browser may be missing: make has checked the other environments before.
        skipped = part.tester.kind == "browser"
        text = f"{'!!! SKIPPED' if skipped else 'FAILED'}: {lacking}"
        code = 0 if skipped else 1
        return Outcome(part.title, code, text, time.monotonic() - began, None)
    # A short path, because a browser creates sockets there. It is kept if a test fails.
    temporary = Path(tempfile.mkdtemp(dir=TEMPORARY))
    done = subprocess.run(
        [str(tester), "-m", "pytest", "-q", f"--junitxml={part.report}", *part.chosen],
        check=False,
        cwd=part.folder,
        env={
            **os.environ,
            **part.settings,
            "MADE_BY_MAKE": "1",
            "TMPDIR": str(temporary),
            "PYTEST_DEBUG_TEMPROOT": str(temporary),
            "TEST_ENVIRONMENT": part.tester.kind,
            "PRODUCT_PYTHON": str(part.python),
            **BYTECODE,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    took = time.monotonic() - began
    if done.returncode == 0:
        shutil.rmtree(temporary)
    return Outcome(part.title, done.returncode, done.stdout, took, part.report)


def check(title: str) -> Outcome:
    """Run one of `CHECKS`."""
    began = time.monotonic()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--no-print-directory", *CHECKS[title]],
        check=False,
        cwd=ROOT,
        env=clean,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Outcome(title, done.returncode, done.stdout, time.monotonic() - began, None)


def main() -> int:
    began = float(os.environ.get("MAKE_BEGAN") or time.time())
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    TEMPORARY.mkdir(exist_ok=True)
    # One part at a time may install system packages, and the browser's does.
    require("inspect")
    found = interpreters()
    outcomes = []
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        first, *others = parts(found, everything="--all" in sys.argv[1:])
        started = [
            pool.submit(run, first),
            *[pool.submit(check, title) for title in CHECKS],
            *[pool.submit(run, part) for part in others],
        ]
        for running in as_completed(started):
            outcome = running.result()
            print(f"\n=== Python {outcome.title}, {outcome.seconds:.0f} s\n{outcome.printed}")
            sys.stdout.flush()
            outcomes.append(outcome)
    good, text = summary(outcomes, [version for version, _ in found], WANTED, began, REPORTS)
    print(f"\n{text}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
