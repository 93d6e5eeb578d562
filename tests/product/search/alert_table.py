"""Which alert fires for which result, computed by running the searches after each result.

`python -m tests.product.search.alert_table` prints the table of docs/alerts.md.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ta_akamai_siem import errors  # on the path by alert_scene
from tests import ROOT
from tests.oracles.search_time.knowledge import Knowledge
from tests.product.search.alert_scene import HOUR, OF_OPERATIONS, QUIET, Input, rows

if TYPE_CHECKING:
    from tests.product.search.alert_scene import Indexed

INPUT = Input("failing")
BEFORE = INPUT.every(HOUR, 10 * HOUR, 6 * HOUR)
"""It had run well until six hours ago."""
NOTHING, WELL, DISABLED, DELETED = "(no line)", "ok", "(disabled)", "(deleted)"


def leaves(kind: type[errors.CollectionError]) -> list[type[errors.CollectionError]]:
    """Every kind of error that a run can end with, including base classes."""
    found = [] if kind.code == errors.CollectionError.code else [kind]
    return found + [leaf for each in kind.__subclasses__() for leaf in leaves(each)]


def error(kind: type[errors.CollectionError]) -> errors.CollectionError:
    """An error of that kind."""
    if issubclass(kind, errors.SettingsInvalid):
        return kind(["Limit has to be a number"])
    return kind("What went wrong")


def scenes() -> dict[str, list[Indexed]]:
    """Six hours of nothing else, by result."""
    found = {
        kind.code: [*BEFORE, *INPUT.every(60, 6 * HOUR, 10, error(kind))]
        for kind in leaves(errors.CollectionError)
    }
    found[WELL] = [*BEFORE, *INPUT.every(60, 6 * HOUR, 10)]
    found[NOTHING] = BEFORE
    for label, event in ((DISABLED, "input.disabled"), (DELETED, "input.deleted")):
        found[label] = [*BEFORE, INPUT.told(6 * HOUR - 5, event)]
    return found


def computed() -> dict[str, list[str]]:
    """The alerts that fire, by result, while another input has a night without events."""
    knowledge = Knowledge(ROOT)
    table = {}
    for result, lines in scenes().items():
        found = {name: rows(knowledge, name, [*QUIET, *lines]) for name in OF_OPERATIONS}
        assert {row["input"] for each in found.values() for row in each} <= {INPUT.name}
        table[result] = [name for name, each in found.items() if each]
    return table


def documented() -> dict[str, list[str]]:
    """The same table as docs/alerts.md has it."""
    text = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    section = text.partition("## Which result fires which alert")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")][1:]
    table = {}
    for row in lines[2:]:
        first, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        (name,) = re.findall(r"`([^`]+)`", first) or [first]
        table[name] = [head for head, cell in zip(heads, cells) if cell == "fires"]
    return table


def main() -> None:
    """Print it."""
    print(f"| result | {' | '.join(OF_OPERATIONS)} |")
    print("|---" * (len(OF_OPERATIONS) + 1) + "|")
    for result, alerts in computed().items():
        name = result if result.startswith("(") else f"`{result}`"
        print(f"| {name} | {' | '.join('fires' if n in alerts else '' for n in OF_OPERATIONS)} |")


if __name__ == "__main__":
    main()
