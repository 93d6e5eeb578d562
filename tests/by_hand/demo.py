"""Shows the add-on at work: `python -m tests.by_hand.demo`, after `make build`.

Starts both stand-ins, sets up an account and an input, runs the built input twice as splunkd would,
and shows what was indexed. Exits with 0 only if every event was indexed exactly once and decoded
correctly. `build/demo/` keeps what Splunk's stand-in indexed, for `make search`, and `details.txt`:
the log, the checkpoint, an event before and after decoding, the fields.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import textwrap
from collections import Counter
from itertools import islice
from typing import Any

from tests import ROOT
from tests.by_hand import demo_events
from tests.by_hand.demo_events import BEFORE_S, CONFIG_IDS, FIRST, LASTS_S, SECOND
from tests.oracles.reference.record import same
from tests.product.end_to_end.site import STANZA, Site
from tests.standins.akamai.multiset import find_marker

sys.path.insert(0, str(ROOT / "packaging"))

from find_pythons import WANTED, find

COMPARED = 500
WIDTH = 100
FOLDER = ROOT / "build" / "demo"
DETAILS = FOLDER / "details.txt"
NEXT = """
What to do next:
  make search Q='index=main sourcetype=akamai:siem | top src'
                    search these records; docs/searches.md has twelve searches to start with
  make workbench    the setup pages in your browser, with events that keep coming
  make package      the package that you install in Splunk: docs/quickstart.md
"""


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
    choose_python()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with Site(FOLDER) as site:
        code = show(site)
    # A search needs what was indexed and logged; the other files are large.
    for name in ("akamai", "splunk/etc"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    return code


def choose_python() -> None:
    """One of Splunk's Python versions, if this host has one."""
    found = [known for known in map(find, WANTED) if known]
    if found:
        path, version = found[-1]
        os.environ["PRODUCT_PYTHON"] = str(path)
        print(f"The input runs on Python {version}, one of those that Splunk brings.")
    else:
        print("None of Splunk's Pythons (3.9, 3.13) is here; the input runs on this one.")


def show(site: Site) -> int:
    heading("Set up")
    site.akamai.configurations(known=sorted(CONFIG_IDS), names=CONFIG_IDS)
    now = site.akamai.now()
    offer(site, FIRST, now - LASTS_S - BEFORE_S, now - BEFORE_S)
    site.create_account()
    site.create_input(config_ids=";".join(map(str, CONFIG_IDS)))
    print(f"Akamai's stand-in offers {FIRST:,} events at {site.akamai.host}.")
    print(
        "An account and an input were saved on the add-on's own endpoints; Akamai was asked once."
    )
    problems = first_run(site)
    problems += second_run(site)
    heading("Result")
    for problem in problems:
        print(f"WRONG: {problem}")
    if not problems:
        print("Every event offered was indexed exactly once, and decoded right.")
    print(f"Log, checkpoint, an event before and after, fields: {DETAILS.relative_to(ROOT)}")
    print(NEXT, end="")
    return 1 if problems else 0


def offer(site: Site, count: int, begin: float, end: float, first: int = 0) -> None:
    """`begin`, `end`: when the events happened. Akamai stores them two seconds later."""
    lines = list(demo_events.events(count, begin, end, first))
    for config_id in CONFIG_IDS:
        mark = f'"configId":"{config_id}"'.encode()
        of_it = [line for line in lines if mark in line]
        site.akamai.load_lines(of_it, stored_from=begin + 2, stored_to=end + 2, config_id=config_id)


def first_run(site: Site) -> list[str]:
    heading("First run")
    run = site.run()
    print_run(run)
    problems = check(site, FIRST)
    keep("The log of the first run", site.log_text().rstrip())
    keep_a_record(site)
    keep_fields(site)
    keep("The checkpoint it left in the KV store", json.dumps(site.checkpoint(), indent=2))
    return problems


def second_run(site: Site) -> list[str]:
    heading("Second run")
    offset = site.checkpoint()["offset"]
    now = site.akamai.now()
    offer(site, SECOND, now, now + 8, FIRST)
    # More than the latency of the API, and within the tolerance for a signature's clock.
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
        print("It continued from the stored offset.")
    return problems


def print_run(run: dict[str, Any]) -> None:
    seconds = run["end"] - run["start"]
    print(
        f"{run['records']:,} records in {seconds:.1f} s ({run['records'] / seconds:,.0f} a second, "
        f"start-up included), {run['cpu_seconds']:.1f} s of CPU, "
        f"{run['peak_rss_sum_kb'] / 1024:.0f} MB of memory, exit code {run['exit_code']}"
    )


def check(site: Site, offered: int) -> list[str]:
    """Count all records, and compare the first and last few with an independent decoder."""
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


def keep_a_record(site: Site) -> None:
    raw = max(
        islice(site.raws(), 300), key=lambda text: len(json.loads(text).get("attackData", {}))
    )
    with site.akamai.dump().open("rb") as held:
        line = next(line for line in held if find_marker(line) == find_marker(raw))
    sent = line.decode("utf-8", "replace").strip()
    keep("One event as Akamai sent it", textwrap.fill(sent, WIDTH, break_on_hyphens=False))
    indexed = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    keep("The same as it was indexed", indexed)


def keep_fields(site: Site) -> None:
    fields: Counter[str] = Counter()
    for raw in islice(site.raws(), 1000):
        fields.update(set(paths(json.loads(raw))))
    columns = [f"{name} {count}" for name, count in sorted(fields.items())]
    text = textwrap.fill(" · ".join(columns), WIDTH, break_long_words=False, break_on_hyphens=False)
    keep("Names in the first 1,000 records, and in how many of them", text)


def keep(title: str, text: str) -> None:
    """Write to the file of details."""
    with DETAILS.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(f"{_line(title)}\n{text}\n\n")


def paths(value: Any, name: str = "") -> list[str]:
    """Field names as in Splunk's automatic extraction: `a.b`, `list{}.x`."""
    if isinstance(value, dict):
        return [
            found for key in value for found in paths(value[key], f"{name}.{key}" if name else key)
        ]
    if isinstance(value, list):
        return [found for item in value for found in paths(item, name + "{}")]
    return [name]


def heading(text: str) -> None:
    print(f"\n{_line(text)}")


def _line(title: str) -> str:
    return f"=== {title} " + "=" * (WIDTH - len(title) - 5)


if __name__ == "__main__":
    print(f"Input: {STANZA}")
    sys.exit(main())
