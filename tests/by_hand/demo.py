"""The main job before one's eyes: `python -m tests.by_hand.demo`, after `make build`.

Starts both stand-ins, sets up an account and an input, runs the built input twice as splunkd would,
and shows what was indexed. Ends with 0 only if every event offered was indexed exactly once and
decoded right.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import textwrap
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.oracles.reference.record import same
from tests.product.end_to_end.site import STANZA, Site
from tests.standins.akamai.multiset import find_marker

sys.path.insert(0, str(ROOT / "packaging"))

from find_pythons import WANTED, find

FIRST, SECOND = 20_000, 3_000
COMPARED = 500
WIDTH = 100
KEPT = ROOT / "build" / "demo" / "records.ndjson"


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
    choose_python()
    with (
        tempfile.TemporaryDirectory(prefix="akamai-siem-demo-") as folder,
        Site(Path(folder)) as site,
    ):
        return show(site)


def choose_python() -> None:
    """One that Splunk brings, if there is one."""
    found = [known for known in map(find, WANTED) if known]
    if found:
        path, version = found[-1]
        os.environ["PRODUCT_PYTHON"] = str(path)
        print(f"The input runs on Python {version}, as Splunk would run it.")
    else:
        print("None of Splunk's Pythons (3.9, 3.13) is here; the input runs on this one.")


def show(site: Site) -> int:
    heading("Set up")
    site.load(FIRST)
    site.create_account()
    site.create_input()
    print(f"Akamai's stand-in offers {FIRST:,} events at {site.akamai.host}.")
    print(
        "An account and an input were saved on the add-on's own endpoints; Akamai was asked once."
    )
    problems = first_run(site)
    problems += second_run(site)
    keep_records(site)
    heading("Result")
    for problem in problems:
        print(f"WRONG: {problem}")
    if not problems:
        print("Every event offered was indexed exactly once, and decoded right.")
    return 1 if problems else 0


def first_run(site: Site) -> list[str]:
    heading("First run")
    run = site.run()
    print_run(run)
    print(textwrap.indent(site.log_text().rstrip(), "  log: "))
    problems = check(site, FIRST)
    show_a_record(site)
    show_fields(site)
    heading("The checkpoint it left in the KV store")
    print(json.dumps(site.checkpoint(), indent=2))
    return problems


def second_run(site: Site) -> list[str]:
    heading("Second run")
    offset = site.checkpoint()["offset"]
    site.akamai.load(SECOND)
    # Past the latency of the API, and within what a signature's clock may be off.
    site.akamai.set_clock(advance_s=20)
    print(f"Akamai's stand-in has {SECOND:,} new events.")
    site.akamai.reset_log()
    run = site.run()
    print_run(run)
    asked = site.requests()[0]["query"].get("offset")
    problems = check(site, FIRST + SECOND)
    if asked != offset:
        problems.append(f"the second run asked for {asked!r}, not for the stored offset")
    else:
        print(f"It went on from the stored offset {str(offset)[:40]}…")
    return problems


def keep_records(site: Site) -> None:
    """For `make search`."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with KEPT.open("wb") as file:
        for raw in site.raws():
            file.write(raw + b"\n")


def print_run(run: dict[str, Any]) -> None:
    seconds = run["end"] - run["start"]
    print(
        f"{run['records']:,} records in {seconds:.1f} s ({run['records'] / seconds:,.0f} a second, "
        f"start-up included), {run['cpu_seconds']:.1f} s of CPU, "
        f"{run['peak_rss_sum_kb'] / 1024:.0f} MB of memory, exit code {run['exit_code']}"
    )


def check(site: Site, offered: int) -> list[str]:
    """Count all, compare the first and last few by the independent decoder."""
    clock = f"{site.akamai.now():.3f}"
    with site.akamai.dump().open("rb") as held:
        lines = {find_marker(line): line.rstrip(b"\n") for line in held}
    seen: Counter[bytes | str | None] = Counter()
    problems = []
    for position, raw in enumerate(site.raws()):
        marker = find_marker(raw)
        seen[marker] += 1
        if (position < COMPARED or position >= offered - COMPARED) and marker in lines:
            problems += same(raw.decode(), lines[marker], clock)
    print(f"events offered {offered:,}, records indexed {sum(seen.values()):,}")
    if set(seen) != set(lines) or sum(seen.values()) != offered:
        problems.append("the records are not the events offered")
    return problems


def show_a_record(site: Site) -> None:
    raw = max(
        islice(site.raws(), 300), key=lambda text: len(json.loads(text).get("attackData", {}))
    )
    with site.akamai.dump().open("rb") as held:
        line = next(line for line in held if find_marker(line) == find_marker(raw))
    heading("One event as Akamai sent it")
    print(textwrap.fill(line.decode("utf-8", "replace").strip(), WIDTH, break_on_hyphens=False))
    heading("The same as it was indexed")
    print(json.dumps(json.loads(raw), indent=2, ensure_ascii=False))


def show_fields(site: Site) -> None:
    heading("Fields found in the first 1,000 records, and in how many of them")
    fields: Counter[str] = Counter()
    for raw in islice(site.raws(), 1000):
        fields.update(set(paths(json.loads(raw))))
    columns = [f"{name} {count}" for name, count in sorted(fields.items())]
    print(textwrap.fill(" · ".join(columns), WIDTH, break_long_words=False, break_on_hyphens=False))


def paths(value: Any, name: str = "") -> list[str]:
    """Names as Splunk's automatic extraction gives them: `a.b`, `list{}.x`."""
    if isinstance(value, dict):
        return [
            found for key in value for found in paths(value[key], f"{name}.{key}" if name else key)
        ]
    if isinstance(value, list):
        return [found for item in value for found in paths(item, name + "{}")]
    return [name]


def heading(text: str) -> None:
    print(f"\n=== {text} " + "=" * (WIDTH - len(text) - 5))


if __name__ == "__main__":
    print(f"Input: {STANZA}")
    sys.exit(main())
