"""Records of 0.1.0 and of this version, found by one search that treats them alike.

In a record of 0.1.0, header blocks are one text; since then, they are a list of lines. The search
needs what `make search` needs: `python -m tests.measured.shown.both_forms FILE`, in that
environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests import ROOT
from tests.standins.akamai.multiset import find_marker

if TYPE_CHECKING:
    from collections.abc import Iterable

FIELDS = ("src", "dest", "http_method", "status", "action", "http_user_agent")
SEARCH = (
    'index=main sourcetype=akamai:siem http_user_agent="*"'
    f" | fillnull value=none {' '.join(FIELDS)} | stats count BY request_id {' '.join(FIELDS)}"
)
"""If a field of an event differs between its two records, they are two rows, with 1 each."""
PAIRS = 150


class Searched(NamedTuple):
    """`pairs`: events that were searched in both forms; `alike`: those that were found as one."""

    pairs: int
    alike: int

    @property
    def told(self) -> str:
        return f"of {self.pairs} events in both forms, {self.alike} have the same fields in both"

    @property
    def is_fine(self) -> bool:
        return 0 < self.pairs == self.alike


def is_a_list(raw: str) -> bool | None:
    """Whether it is of this version; None if it has no header that tells."""
    message = json.loads(raw).get("httpMessage")
    headers = message.get("requestHeaders") if isinstance(message, dict) else None
    return isinstance(headers, list) if headers else None


def pairs_of(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events with a user agent of which there is a record in each form: both records."""
    found: dict[str, dict[bool, dict[str, Any]]] = {}
    for record in records:
        marker, form = find_marker(record["raw"].encode()), is_a_list(record["raw"])
        if marker and form is not None and "user-agent: " in record["raw"].lower():
            found.setdefault(marker, {})[form] = record
    whole = [each for each in found.values() if len(each) == 2]
    return [record for each in whole[:PAIRS] for record in each.values()]


def searched(records: list[dict[str, Any]]) -> Searched:
    """`records`: pairs, with `raw`, `time`, `source`."""
    # Only the environment of searches has what these need.
    from tests.oracles.search_time import spl
    from tests.oracles.search_time.knowledge import Event, Knowledge

    events = [
        Event(each["raw"], str(each["time"]), "akamai:siem", source=each["source"])
        for each in records
    ]
    rows = spl.searched(SEARCH, events, Knowledge(ROOT))
    return Searched(len(records) // 2, sum(int(row["count"]) == 2 for row in rows))


def search_in_a_process(records: Iterable[dict[str, Any]]) -> Searched:
    """The same from any environment."""
    command = [sys.executable, str(ROOT / "packaging" / "setup_venv.py"), "search"]
    python = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.json"
        path.write_text(json.dumps(pairs_of(records)), encoding="utf-8")
        done = subprocess.run(
            [python, "-m", "tests.measured.shown.both_forms", str(path)],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
    return Searched(*json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(searched(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
