"""What the commands of README cost who tries them first: `make first-use`.

It clones this repository, with no cache of pip, and runs each command twice. `first_use.json`
beside this file keeps the result, and a test compares README with it: on two cores that have
nothing else to do, a command takes no less than half of its CPU time, and no more than it took
here.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests import ROOT

RECORDED = Path(__file__).with_suffix(".json")
PLACE = ROOT / "build" / "first-use"
SEARCH = "index=main sourcetype=akamai:siem | top src"
COMMANDS = {
    "make demo": ["make", "demo"],
    "make search": ["make", "search", f"Q={SEARCH}"],
    "make workbench": [sys.executable, "-m", "tests.measured.first_use", "workbench"],
}
"""By what README calls them."""
_SIZE = re.compile(r"(\d[\d.]*) (MB|GB)")
_TIME = re.compile(r"(\d+) (s|min)\Z")


@dataclass(frozen=True)
class Cost:
    """Of the first and the second run, in seconds. `disk_mb`: what the first one added."""

    first_s: float
    first_cpu_s: float
    again_s: float
    again_cpu_s: float
    disk_mb: int


def measured() -> dict[str, Cost]:
    """Of a clone that lies in `build/first-use/` and is removed afterwards."""
    shutil.rmtree(PLACE, ignore_errors=True)
    clone, home = PLACE / "clone", PLACE / "home"
    home.mkdir(parents=True)
    try:
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        return {name: _cost(command, clone, home) for name, command in COMMANDS.items()}
    finally:
        shutil.rmtree(PLACE)


def _cost(command: list[str], clone: Path, home: Path) -> Cost:
    before = _megabytes(PLACE)
    first = _run(command, clone, home)
    added = _megabytes(PLACE) - before
    return Cost(*first, *_run(command, clone, home), disk_mb=added)


def _run(command: list[str], clone: Path, home: Path) -> tuple[float, float]:
    """Seconds, and seconds of CPU time, of all its processes."""
    environment = {**os.environ, "HOME": str(home)}
    for name in ("PIP_CACHE_DIR", "XDG_CACHE_HOME", "TMPDIR"):
        environment.pop(name, None)
    began, before = time.monotonic(), _cpu()
    subprocess.run(command, check=True, cwd=clone, env=environment, stdout=subprocess.DEVNULL)
    return round(time.monotonic() - began, 1), round(_cpu() - before, 1)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _megabytes(folder: Path) -> int:
    """On disk."""
    blocks = sum(path.lstat().st_blocks for path in folder.rglob("*"))
    return round(blocks * 512 / 1_000_000)


def recorded() -> dict[str, Cost]:
    """The last result."""
    stored = json.loads(RECORDED.read_text(encoding="utf-8"))
    return {name: Cost(**cost) for name, cost in stored.items()}


def of_readme() -> dict[str, tuple[int, int, int]]:
    """What README's table has of each command: seconds at first and again, and MB."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `make ")]
    found = {}
    for command, _, first, again, disk in rows:
        name = command.strip().strip("`").partition(" Q=")[0]
        found[name] = (_seconds(first), _seconds(again), _disk(disk))
    return found


def _seconds(text: str) -> int:
    match = _TIME.match(text.strip())
    assert match, text
    return int(match[1]) * (60 if match[2] == "min" else 1)


def _disk(text: str) -> int:
    match = _SIZE.search(text)
    assert match, text
    return round(float(match[1]) * (1000 if match[2] == "GB" else 1))


def start_workbench() -> None:
    """As `make workbench`, until its pages can be used."""
    process = subprocess.Popen(
        ["make", "workbench"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Ctrl-C ends everything" in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    process.communicate()


def main() -> None:
    if sys.argv[1:] == ["workbench"]:
        start_workbench()
        return
    costs = {name: asdict(cost) for name, cost in measured().items()}
    RECORDED.write_text(json.dumps(costs, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(costs, indent=2))


if __name__ == "__main__":
    main()
