"""Run Splunk's AppInspect on both packages: ``python packaging/inspect_package.py``.

Passes if there is no error, failure or future failure, and ``appinspect_allowed.json`` has a reason
for every warning. Fails if that file has an entry that no longer occurs.
"""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from app_identity import BUILD, PACKAGING, package_path, splunkbase_path
from setup_venv import environment, require

if TYPE_CHECKING:
    from pathlib import Path

TAGS = {"private": ("cloud", "private_victoria"), "splunkbase": ("cloud",)}
"""Each package, and the sets of checks that it must pass. A private app must not check for updates.
"""
FATAL = ("error", "failure", "future_failure")
_ALLOWED = PACKAGING / "appinspect_allowed.json"


def _inspect(python: Path, package: Path, name: str) -> dict[str, Any]:
    report = BUILD / "appinspect" / f"{name}.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [str(python.with_name("splunk-appinspect")), "inspect", str(package)]
    command += ["--mode", "precert", "--skip-trusted-libraries-update"]
    for tag in TAGS[name]:
        command += ["--included-tags", tag]
    command += ["--data-format", "json", "--output-file", str(report), "--max-messages", "all"]
    done = subprocess.run(
        command,
        check=False,
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    if not report.is_file():
        raise SystemExit(f"{done.stdout}\nsplunk-appinspect wrote no report for {name}")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def _checks(report: dict[str, Any], result: str) -> dict[str, list[str]]:
    """Return the messages by check of all checks that ended in ``result``."""
    return {
        check["name"]: [message["message"] for message in check["messages"]]
        for inspected in report["reports"]
        for group in inspected["groups"]
        for check in group["checks"]
        if check["result"] == result
    }


def _verdict(package: str, report: dict[str, Any], allowed: dict[str, str]) -> list[str]:
    """Print the summary of a report. Return its problems."""
    summary = report["summary"]
    print(
        f"{package}: " + ", ".join(f"{summary.get(name, 0)} {name}" for name in (*FATAL, "warning"))
    )
    wrong = []
    for result in FATAL:
        for name, messages in _checks(report, result).items():
            wrong.append(f"{package}: {result}: {name}: " + " | ".join(messages))
        if summary.get(result, 0) and not _checks(report, result):
            wrong.append(f"{package}: {summary[result]} {result}, not told which")
    for name, messages in _checks(report, "warning").items():
        if name not in allowed:
            wrong.append(
                f"{package}: warning without a reason in {_ALLOWED.name}: {name}: {messages}"
            )
    if not summary.get("success", 0):
        wrong.append(f"{package}: no check passed; nothing was inspected")
    return wrong


def main() -> None:
    """Inspect each package."""
    packages = {"private": package_path(), "splunkbase": splunkbase_path()}
    for package in packages.values():
        if not package.is_file():
            message = f"{package} is missing; run make package"
            raise SystemExit(message)
    require("inspect")
    python = environment("tools")
    allowed: dict[str, str] = json.loads(_ALLOWED.read_text(encoding="utf-8"))
    with ThreadPoolExecutor(len(TAGS)) as pool:
        found = pool.map(lambda name: _inspect(python, packages[name], name), TAGS)
        reports = dict(zip(TAGS, found))
    wrong = [line for name, report in reports.items() for line in _verdict(name, report, allowed)]
    seen = {name for report in reports.values() for name in _checks(report, "warning")}
    wrong += [f"{name}: allowed, but no longer warned about" for name in sorted({*allowed} - seen)]
    if wrong:
        raise SystemExit("AppInspect:\n  " + "\n  ".join(wrong))
    print(f"AppInspect: clean; {len(seen)} warnings, each with its reason in {_ALLOWED.name}")


if __name__ == "__main__":
    main()
