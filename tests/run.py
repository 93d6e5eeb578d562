"""Runs the suite on every Python that Splunk brings: `python -m tests.run [--all]`.

Unit and property tests run on each. The end-to-end tests run complete on the newest and, without
`--all`, only their core on the other. The Pythons run side by side; what each printed is shown when
it is done.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST_PAGE = 600_000
sys.path.insert(0, str(ROOT / "packaging"))

from find_pythons import WANTED, find  # noqa: E402 - from the folder just added
from setup_venv import environment  # noqa: E402 - likewise


@dataclass(frozen=True)
class Suite:
    """`python`: runs the product. `tester`: the environment's Python, runs the tests.

    `complete`: all end-to-end tests. `largest`: also with the largest page the API gives.
    """

    version: str
    python: Path
    tester: Path
    complete: bool
    largest: bool


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


def suites(*, everything: bool) -> list[Suite]:
    found = interpreters()
    newest = found[-1][0]
    return [
        Suite(
            version,
            path,
            environment("dev", str(path)),
            everything or version == newest,
            everything,
        )
        for version, path in found
    ]


def run(suite: Suite) -> tuple[Suite, int, str, float]:
    began = time.monotonic()
    done = subprocess.run(
        [str(suite.tester), "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        check=False,
        cwd=ROOT,
        env={
            **os.environ,
            "PRODUCT_PYTHON": str(suite.python),
            "END_TO_END": "complete" if suite.complete else "core",
            **({"LARGE_PAGE": str(LARGEST_PAGE)} if suite.largest else {}),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return suite, done.returncode, done.stdout, time.monotonic() - began


def main() -> int:
    chosen = suites(everything="--all" in sys.argv[1:])
    failed = 0
    with ThreadPoolExecutor(len(chosen)) as pool:
        for running in as_completed([pool.submit(run, suite) for suite in chosen]):
            suite, code, output, seconds = running.result()
            what = "complete" if suite.complete else "core"
            print(
                f"\n=== Python {suite.version}, end-to-end tests: {what}, {seconds:.0f} s\n{output}"
            )
            failed += code != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
