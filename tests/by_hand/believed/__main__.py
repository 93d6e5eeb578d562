"""`python -m tests.by_hand.believed https://splunk.example.com:8089`, or `make believed SPLUNK=…`.

It reads the token from SPLUNK_TOKEN or asks for it, because other users can see a command line. The
token's user must be allowed to search, and to write lookups with --write. Without --write it only
reads. `--table` prints the table of docs/believed.md.
"""

from __future__ import annotations

import argparse
import getpass
import os
import ssl
import sys
from typing import TYPE_CHECKING

from .belief import Unclear
from .beliefs import BELIEFS
from .search_api import NoSplunk, SearchFailed, Splunk

if TYPE_CHECKING:
    from .belief import Belief

HOLDS, OTHERWISE, UNCLEAR = "holds", "OTHERWISE", "not checked"
BAR = "\\|"
"""Replacement for `|` in a cell of a table."""
_FAILED, _NO_SPLUNK = 1, 2


def table() -> str:
    """The table of docs/believed.md."""
    rows = [
        "| name | assumption | what depends on it | how it is checked | what to do if it is wrong |"
    ]
    rows.append("|---|---|---|---|---|")
    for one in BELIEFS:
        cells = (f"`{one.name}`", one.believed, one.rests, one.checked, one.otherwise)
        rows.append(f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |")
    return "\n".join(rows)


def verdict(belief: Belief, splunk: Splunk, *, write: bool) -> tuple[str, str]:
    """HOLDS, OTHERWISE or UNCLEAR, and why. Raises NoSplunk."""
    if belief.writes and not write:
        return UNCLEAR, "it writes to a lookup: say --write"
    try:
        seen = belief.check(splunk)
    except (Unclear, SearchFailed) as error:
        return UNCLEAR, str(error)
    return (HOLDS, "") if seen is None else (OTHERWISE, f"{seen}. {belief.otherwise}.")


def main() -> int:
    """Return 0 if everything holds, 1 if an assumption is wrong, 2 if no Splunk responds."""
    parser = argparse.ArgumentParser(prog="believed", description="Checks docs/believed.md")
    parser.add_argument("address", nargs="?", help="https://host:8089, the management port")
    parser.add_argument("--ca", help="file with the certificate authority, PEM")
    parser.add_argument("--insecure", action="store_true", help="do not check the certificate")
    parser.add_argument("--write", action="store_true", help="also check what needs to write")
    parser.add_argument("--table", action="store_true", help="print the table of the page")
    asked = parser.parse_args()
    if asked.table:
        print(table())
        return 0
    if not asked.address:
        parser.error("which Splunk? Give the address of its management port")
    token = os.environ.get("SPLUNK_TOKEN") or getpass.getpass("Token: ")
    splunk = Splunk(asked.address, token, _trusted(asked.ca, insecure=asked.insecure))
    wrong = 0
    for belief in BELIEFS:
        try:
            how, why = verdict(belief, splunk, write=asked.write)
        except NoSplunk as error:
            print(error, file=sys.stderr)
            return _NO_SPLUNK
        wrong += how == OTHERWISE
        print(f"{belief.name:22}{how:13}{why}".rstrip())
    return _FAILED if wrong else 0


def _trusted(file: str | None, *, insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=file)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


if __name__ == "__main__":
    sys.exit(main())
