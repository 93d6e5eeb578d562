"""The tables that `make bench` prints, which are those of docs/performance.md.

Each is Markdown, made only from the figures. In the page a table is between two comments, `<!--
figures: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.measured.bench.contestants import BEFORE, INPUT, TEXTBOOKS, WORKERS
from tests.measured.bench.figures import Spread
from tests.measured.bench.mixes import MIXES
from tests.measured.bench.stages import START
from tests.measured.bench.startup import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Figures = dict[str, Any]
_NAMES = {"least": "least textbook", "same": "same record", "floor": "floor", INPUT: "input"}
_PARTS = {
    "costs": "costs",
    "events": "costs",
    "stages": "stages",
    "clock": "costs",
    "start": "costs",
    "startup": "startup",
    "steps": "startup",
    "selections": "selections",
    "scale": "scale",
    "inputs": "scale",
    "freshness": "freshness",
}
_NOT_YET = "Not measured yet: `RECORD=1 FULL=1 make bench`.\n"
_PLACE = re.compile(r"(<!-- figures: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def tables(figures: Figures) -> dict[str, str]:
    """The tables by name."""
    made = dict.fromkeys(_PARTS, "")
    if "costs" in figures:
        made["events"] = _events(figures["costs"])
        made["costs"] = _costs(figures["costs"])
        made["clock"] = _clock(figures["costs"])
        made["start"] = _start(figures["costs"])
    if "stages" in figures:
        made["stages"] = _stages(figures["stages"])
    if "startup" in figures:
        made["startup"] = _startup(figures["startup"])
        made["steps"] = _steps(figures["startup"])
    if "selections" in figures:
        made["selections"] = _selections(figures["selections"])
    if "scale" in figures:
        made["scale"] = _scale(figures["scale"])
        made["inputs"] = _inputs(figures["scale"])
    if "freshness" in figures:
        made["freshness"] = _freshness(figures["freshness"])
    return {
        name: _measured(figures[_PARTS[name]]) + text if text else _NOT_YET
        for name, text in made.items()
    }


def filled(page: str, figures: Figures) -> str:
    """The page with current tables."""
    made = tables(figures)
    return _PLACE.sub(lambda found: f"{found[1]}{made[found[2]]}{found[3]}", page)


def places(page: str) -> list[str]:
    """The names of the tables that a page has."""
    return [found[2] for found in _PLACE.finditer(page)]


def _measured(part: Figures) -> str:
    times = f"{part['rounds']} rounds" if part["rounds"] > 1 else "one round"
    others = f"other programs used {part['others']:.1f} cores meanwhile"
    return f"`{part['command']}`, {times} on {part['machine']}; {others}.\n\n"


def _events(part: Figures) -> str:
    head = ("events", "bytes", "compressed", "rules", "percent escapes", "rule lists seen before")
    rows = [
        (
            MIXES[mix],
            f"{about['bytes']:,.0f}",
            f"{about['compression']:.1f} : 1",
            f"{about['rules']:.1f}",
            f"{about['escapes']:.0f}",
            f"{1 - about['unrepeated']:.0%}",
        )
        for mix, about in part["events"].items()
    ]
    return _table(head, rows)


def _selections(part: Figures) -> str:
    head = ("events", "Python", "`drop` or `leave_out`", "CPU, µs", "÷ without")
    rows = [
        (MIXES[mix], version, name, f"{each['cpu'][0]:.1f}", Spread(*each["ratio"]).shown(2))
        for mix in MIXES
        for version, found in part["pythons"].items()
        for name, each in found[mix].items()
    ]
    return _table(head, rows)


def _costs(part: Figures) -> str:
    everybody = _everybody(part)
    names = _named(part)
    head = ["events", "Python", *(f"{names[who]}, µs" for who in everybody)]
    head += [_ratio(who, names) for who in everybody if who != INPUT]
    rows = []
    for mix, python, each in _by_mix(part):
        row = [MIXES[mix], python, *(f"{each[who]['cpu'][0]:.1f}" for who in everybody)]
        row += [
            Spread(*each[who]["ratio"]).shown(1 if who == "floor" else 2)
            for who in everybody
            if who != INPUT
        ]
        rows.append([*row, f"{1e6 / each[INPUT]['cpu'][0]:,.0f}"])
    return _table([*head, "input, events/s a core"], rows)


def _ratio(who: str, names: dict[str, str]) -> str:
    """The slower one first: textbooks are slower than the input, the floor is faster."""
    return f"{names[who]} ÷ input" if who in TEXTBOOKS else f"input ÷ {names[who]}"


def _clock(part: Figures) -> str:
    names = _named(part)
    head = ("events", "Python", "who", "clock, µs", "server's CPU, µs", "reader's CPU, µs")
    rows = [
        (
            MIXES[mix],
            python,
            names[who],
            Spread(*each[who]["wall"]).shown(),
            f"{each[who]['server'][0]:.1f}",
            f"{each[who]['reader'][0]:.1f}",
            f"{each[who]['peak']:.0f}",
        )
        for mix, python, each in _by_mix(part)
        for who in _everybody(part)
    ]
    return _table((*head, "memory, MB"), rows)


def _start(part: Figures) -> str:
    names = _named(part)
    everybody = _everybody(part)
    rows = [
        [python, *(Spread(*each["start"][who]).shown(2) for who in everybody)]
        for python, each in part["pythons"].items()
    ]
    return _table(["Python", *(f"{names[who]}, s" for who in everybody)], rows)


def _startup(part: Figures) -> str:
    names = _named(part)
    head = ("Python", "who", "scheme: CPU, ms", "scheme, ms", "first request, ms")
    columns = ("scheme_cpu", "scheme", "first_request", "first_record")
    rows = [
        [python, names[who], *(Spread(*(1e3 * s for s in each[name])).shown() for name in columns)]
        for python, apps in part["pythons"].items()
        for who, each in apps.items()
    ]
    return _table((*head, "first record, ms"), rows)


def _steps(part: Figures) -> str:
    """Empty for figures of a version that did not measure them."""
    names = _named(part)
    columns = [
        (f"{python}, {names[who]}, ms", each)
        for python, apps in part["pythons"].items()
        for who, each in apps.items()
        if set(STEPS) <= set(each)
    ]
    rows = [
        [title, *(Spread(*(1e3 * s for s in each[step])).shown() for _, each in columns)]
        for step, title in STEPS.items()
    ]
    return _table(["until", *(title for title, _ in columns)], rows) if columns else ""


def _stages(part: Figures) -> str:
    names = _named(part)
    columns = [
        (f"{MIXES[mix]}, {python}, {names[who]}", stages)
        for python, mixes in part["pythons"].items()
        for mix, each in mixes.items()
        for who, stages in each.items()
    ]
    rows = [
        [stage, *(f"{stages[stage]:.1f}" for _, stages in columns)]
        for stage in columns[0][1]
        if stage != START
    ]
    rows.append(["all of them", *(f"{_sum(stages):.1f}" for _, stages in columns)])
    rows.append([f"{START}: s a run", *(f"{stages[START]:.2f}" for _, stages in columns)])
    return _table(["µs", *(title for title, _ in columns)], rows)


def _sum(stages: dict[str, float]) -> float:
    return sum(microseconds for stage, microseconds in stages.items() if stage != START)


def _scale(part: Figures) -> str:
    head = ["Python", "events"]
    for who in ("input", "two workers"):
        head += [f"{who}, events/s", f"{who}: CPU, µs", "server and reader: CPU, µs"]
    rows = []
    for python, each in part["pythons"].items():
        collected = {f"a page of {int(size):,}": both for size, both in each["sizes"].items()}
        collected["a backlog of 200,000 in pages of 10,000"] = each["backlog"]
        rows += [
            (
                python,
                title,
                *_alone(both[INPUT]),
                *_alone(both[WORKERS]),
                Spread(*both["faster"]).shown(2),
                f"{max(both[who]['peak'] for who in (INPUT, WORKERS)):.0f}",
            )
            for title, both in collected.items()
        ]
    return _table((*head, "times as fast by the clock", "memory of each, MB"), rows)


def _alone(found: Figures) -> tuple[str, ...]:
    cpu, beside = found["cpu"][0], found["beside"][0]
    return f"{found['per_second'][0]:,.0f}", f"{cpu:.1f}", f"{beside:.1f}"


def _inputs(part: Figures) -> str:
    head = ("Python", "inputs at once", "events/s of all", "slowest in % of the fastest")
    rows = [
        (
            python,
            number,
            Spread(*found["per_second"]).shown(),
            f"{found['slowest'][0]:.0%}",
        )
        for python, each in part["pythons"].items()
        for number, found in each["inputs"].items()
    ]
    return _table(head, rows)


def _freshness(part: Figures) -> str:
    head = ("Python", "interval, s", "half of the events within, s", "all of them within, s")
    rows = [
        (python, interval, f"{found[0]:.1f}", f"{found[2]:.1f}")
        for python, each in part["pythons"].items()
        for interval, found in each.items()
    ]
    return _table(head, rows)


def _by_mix(part: Figures) -> Iterator[tuple[str, str, Figures]]:
    """The first mix on every Python, then the others."""
    for mix in part["events"]:
        for python, each in part["pythons"].items():
            yield mix, python, each["mixes"][mix]


def _everybody(part: Figures) -> list[str]:
    first = next(iter(part["pythons"].values()))
    return list(first["start"])


def _named(part: Figures) -> dict[str, str]:
    return {**_NAMES, BEFORE: part.get("before", "")}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
