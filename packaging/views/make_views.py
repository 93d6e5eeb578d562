"""The data model, the views and the navigation, made from the modules beside this one."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent), str(ROOT / "bin")]

import data_model  # noqa: E402 - from the folder just added
import documented  # noqa: E402 - from the folder just added
import view_apis  # noqa: E402 - from the folder just added
import view_bots  # noqa: E402 - from the folder just added
import view_coverage  # noqa: E402 - from the folder just added
import view_investigation  # noqa: E402 - from the folder just added
import view_operations  # noqa: E402 - from the folder just added
import view_overview  # noqa: E402 - from the folder just added
import view_tuning  # noqa: E402 - from the folder just added
from written import write  # noqa: E402 - from the folder just added

from ta_akamai_siem import errors  # noqa: E402 - likewise

VIEWS = tuple(
    module.VIEW
    for module in (
        view_overview,
        view_investigation,
        view_tuning,
        view_bots,
        view_apis,
        view_coverage,
        view_operations,
    )
)
"""In the order of the navigation; the first is where the app opens."""
PAGE = ROOT / "docs" / "views.md"
PAGES = ("inputs", "configuration", "search")
"""Of the framework and of Splunk, behind the views."""
RESULTS = {
    "ok": "Nothing.",
    "stop.requested": "Nothing.",
    "pipe.closed": "Nothing. If splunkd did not stop, see splunkd.log.",
    "lease.held": "Nothing. Another host collects this input.",
    "lease.lost": "Nothing. Another host collects this input.",
    "gap.recorded": "The events of this period are lost. Collect sooner after an outage: Akamai "
    "retains events for 12 hours.",
    "checkpoint.rewound": "Nothing. Events of this period may be there twice.",
    "page.doubtful": "Report it to Akamai's support.",
    "pipe.unread": "Nothing. The next run continues before them.",
}
"""What to do, for codes that are no errors, or whose error has no advice."""


def files() -> dict[Path, str]:
    """What the files have to be, by path."""
    views = ROOT / "default" / "data" / "ui" / "views"
    return {
        ROOT / "default" / "data" / "models" / f"{data_model.NAME}.json": data_model.text(),
        **{views / f"{view.name}.xml": view.xml() for view in VIEWS},
        ROOT / "default" / "data" / "ui" / "nav" / "default.xml": navigation(),
        ROOT / "lookups" / "akamai_siem_result.csv": results(),
        PAGE: documented.page(PAGE, VIEWS),
    }


def navigation() -> str:
    """default/data/ui/nav/default.xml."""
    lines = ["<nav>"]
    for place, name in enumerate([*(view.name for view in VIEWS), *PAGES]):
        default = ' default="true"' if place == 0 else ""
        lines.append(f'    <view name="{name}"{default}/>')
    return "\n".join([*lines, "</nav>", ""])


def results() -> str:
    """The table that names what to do about each result of a run."""
    known = {**RESULTS}
    for error in _all(errors.CollectionError):
        if error.advice and error.code not in known:
            known[error.code] = error.advice
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("result", "advice"))
    writer.writerows(sorted(known.items()))
    return out.getvalue()


def _all(kind: type[errors.CollectionError]) -> list[type[errors.CollectionError]]:
    """Parents first: the advice of a code is that of the general error."""
    return [kind, *(found for child in kind.__subclasses__() for found in _all(child))]


if __name__ == "__main__":
    write(files(), ROOT)
