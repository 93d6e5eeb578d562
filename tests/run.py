"""Runs the suite on every Python that Splunk brings: `python -m tests.run [--all]`.

Unit and property tests run on each; those of the stand-ins and of the package, in which no Python
of ours runs, on the newest. The end-to-end tests run complete on the newest and, without `--all`,
only their core on the other; so do property tests, with fewer examples. The search side runs once,
no Python of ours being in it, and so do the pages in a browser, where there is one. Some parts run
side by side, since they wait much; what each printed is shown when it is done.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests import ROOT

LARGEST_PAGE = 600_000
SIDE_BY_SIDE = 3
LONGEST = ("tests/product/end_to_end/test_faults.py", "tests/product/end_to_end/test_collecting.py")
BROWSER = ("tests/product/browser", "-s")
SEARCH = (
    "tests/product/search",
    "tests/oracles/tests/test_emulation.py",
    "--confcutdir=tests/product/search",
    *("-p", "no:plugin", "-p", "no:splunk"),
)
"""Without the plugins of Splunk's test-suite, and without what the other tests need."""
sys.path.insert(0, str(ROOT / "packaging"))

from find_pythons import WANTED, find  # noqa: E402 - from the folder just added
from setup_venv import environment  # noqa: E402 - likewise


class Tester:
    """An environment that runs tests. It is made when it is first needed, by one part at a time."""

    _locks: ClassVar[dict[str, threading.Lock]] = defaultdict(threading.Lock)

    def __init__(self, kind: str, python: str | None = None) -> None:
        self.kind = kind
        self._python = python

    def path(self) -> Path:
        """Its Python. Raises SystemExit where the system lacks something that cannot be had."""
        with self._locks[f"{self.kind} {self._python}"]:
            return environment(self.kind, self._python)


@dataclass(frozen=True)
class Part:
    """`python`: runs the product. `tester`: runs the tests. `chosen`: which tests, as pytest's
    arguments. `folder`: where it runs.
    """

    title: str
    python: Path
    tester: Tester
    chosen: tuple[str, ...]
    settings: dict[str, str]
    folder: Path = ROOT


def interpreters() -> list[tuple[str, Path]]:
    """Version and path, newest last; says what is missing. This Python where there is none."""
    found = []
    for wanted in WANTED:
        known = find(wanted)
        if known is None:
            print(f"Python {wanted}: not found, so nothing is tested on it")
        else:
            found.append((known[1], known[0]))
            print(f"Python {known[1]}: {known[0]}")
    if not found:
        version = ".".join(map(str, sys.version_info[:3]))
        print(f"None of Splunk's Pythons is here; testing on {version} instead")
        found.append((version, Path(sys.executable).resolve()))
    return found


def parts(*, everything: bool) -> list[Part]:
    """The longest first, so that no core waits for the last one."""
    found = interpreters()
    newest = found[-1][0]
    scenarios = sorted(
        (str(path.relative_to(ROOT)) for path in ROOT.glob("tests/product/end_to_end/test_*.py")),
        key=lambda name: name not in LONGEST,
    )
    chosen = []
    for version, path in reversed(found):
        compile_app(path)
        tester = Tester("dev", str(path))
        settings = {"LARGE_PAGE": str(LARGEST_PAGE)} if everything else {}
        if everything or version == newest:
            for name in scenarios:
                chosen.append(Part(f"{version}: {name}", path, tester, (name,), settings))
        else:
            settings["END_TO_END"] = "core"
            core = ("tests/product/end_to_end",)
            chosen.append(Part(f"{version}: end to end, its core", path, tester, core, settings))
        small = ["tests/product/unit", "tests/product/property"]
        if version == newest or everything:
            small += ["tests/product/repository", "tests/standins/tests"]
            small += ["tests/oracles/tests", "--ignore-glob", "*/test_emulation.py"]
        brief = {} if version == newest or everything else {"HYPOTHESIS_PROFILE": "brief"}
        chosen.append(
            Part(f"{version}: unit and property tests", path, tester, tuple(small), brief)
        )
    pages = Part("any: the pages in a browser", found[-1][1], Tester("browser"), BROWSER, {})
    return [chosen[0], pages, *chosen[1:], *search_parts(found[-1][1])]


def compile_app(python: Path) -> None:
    """Before parts run side by side: each of them would, and copy the files of another's while."""
    app = ROOT / "build" / "TA_akamai_siem"
    command = [str(python), "-m", "compileall", "-q", str(app / "bin"), str(app / "lib")]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def search_parts(python: Path) -> list[Part]:
    """In an environment of its own: Splunk's test-suite for add-ons wants an older pytest."""
    tester = Tester("search")
    suite = ROOT / "tests" / "product" / "splunk_addon_suite"
    # It leaves files where it runs.
    folder = ROOT / "build" / "splunk_addon_suite"
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ("-c", str(suite / "pytest.ini"), str(suite), "--splunk-type=external")
    arguments += (f"--splunk-app={ROOT}", f"--splunk-data-generator={ROOT}")
    return [
        Part("any: the search side", python, tester, SEARCH, {}),
        Part("any: Splunk's tests for add-ons", python, tester, arguments, {}, folder),
    ]


def run(part: Part) -> tuple[Part, int, str, float]:
    began = time.monotonic()
    try:
        tester = part.tester.path()
    except SystemExit as lacking:
        # Only a browser may be missing: make has set up the other environments' needs before.
        skipped = part.tester.kind == "browser"
        text = f"{'!!! SKIPPED' if skipped else 'FAILED'}: {lacking}"
        return part, 0 if skipped else 1, text, time.monotonic() - began
    done = subprocess.run(
        [str(tester), "-m", "pytest", "-q", *part.chosen],
        check=False,
        cwd=part.folder,
        env={
            **os.environ,
            **part.settings,
            "PRODUCT_PYTHON": str(part.python),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return part, done.returncode, done.stdout, time.monotonic() - began


def main() -> int:
    chosen = parts(everything="--all" in sys.argv[1:])
    failed = 0
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for running in as_completed([pool.submit(run, part) for part in chosen]):
            part, code, output, seconds = running.result()
            print(f"\n=== Python {part.title}, {seconds:.0f} s\n{output}", flush=True)
            failed += code != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
