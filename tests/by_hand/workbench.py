"""Serves both stand-ins and the setup pages locally: `python -m tests.by_hand.workbench`.

Nothing is configured: you do that on the pages. New events arrive while it runs. With VIEWS=1 it
serves the views too, over what is indexed. Ctrl-C, or closing the terminal, ends everything.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests import ROOT
from tests.by_hand.demo import choose_python
from tests.product.end_to_end.compiled_app import BUILT_APP
from tests.product.end_to_end.site import CONFIG_ID, Site
from tests.standins.ending import Ending
from tests.standins.splunk_web.server import SplunkWeb

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = 2_000
EACH = 25
EVERY_S = 5.0
OTHER_ID = 14227
WEB_PORT = 8000
TEMPORARY = ROOT / "build" / "tmp"
NEWEST = ROOT / "build" / "workbench"
"""A link to the folder of the workbench that was started last: for `make search IN=workbench`."""


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    ending = Ending("SIGINT", "SIGTERM", "SIGHUP")
    choose_python()
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="akamai-siem-workbench-", dir=TEMPORARY) as folder,
        found_by_search(Path(folder)),
        Site(Path(folder), manual=False) as site,
        SplunkWeb(BUILT_APP, site.splunk.management, port=free_or_any(WEB_PORT)) as web,
    ):
        names = {CONFIG_ID: "Main site", OTHER_ID: "Shop"}
        site.akamai.configurations(known=sorted(names), names=names)
        for config_id in names:
            site.load(FIRST, config_id=config_id)
        introduce(site, web)
        with served_views():
            while not ending.wait(EVERY_S):
                flow(site, sorted(names))
    print("\nEnded.")
    return 0


@contextlib.contextmanager
def found_by_search(folder: Path) -> Iterator[None]:
    """Link to this workbench while it runs, unless another is started."""
    NEWEST.unlink(missing_ok=True)
    NEWEST.symlink_to(folder)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if NEWEST.readlink() == folder:
                NEWEST.unlink()


@contextlib.contextmanager
def served_views() -> Iterator[None]:
    """Serve the views if `make` was asked to; it names the Python that can search."""
    python = os.environ.get("SEARCH_PYTHON")
    if not python:
        yield
        return
    environment = {**os.environ, "IN": "workbench"}
    with subprocess.Popen([python, "-m", "tests.by_hand.views"], cwd=ROOT, env=environment) as one:
        try:
            yield
        finally:
            one.terminate()


def free_or_any(port: int) -> int:
    """The port if it is free; otherwise 0, which means any port."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def flow(site: Site, config_ids: list[int]) -> None:
    """Add a few events, stored in the next seconds, because earlier times may have been read
    already.
    """
    begin = site.akamai.now() + 1.0
    for config_id in config_ids:
        site.akamai.load(EACH, stored_from=begin, stored_to=begin + EVERY_S, config_id=config_id)


def introduce(site: Site, web: SplunkWeb) -> None:
    values = site.account_values()
    lines = [f"    {key} = {values[key]}" for key in values if key != "ca_bundle"]
    print(
        f"""
The pages           {web.url("configuration")}
Log in              {site.splunk.user} / {site.splunk.password}
                    (or as sc_admin, or as user, who may not write; the same password)

1. Configuration > Accounts > Add: any name, this as credential file,
   and under Advanced the certificate {values["ca_bundle"]}

    [default]"""
    )
    print("\n".join(lines))
    print(
        f"""
2. Inputs > Create New Input: choose the account and a security configuration. Events arrive
   within the interval; the row says how it does.

What is indexed     {site.home / "var" / "lib" / "splunk" / "main" / "records.ndjson"}
The add-on's log    {site.home / "var" / "log" / "splunk"}
Splunk's REST       {site.splunk.management}
Akamai's stand-in   https://{site.akamai.host}

Search what is indexed, in another terminal:
  make search IN=workbench Q='index=main sourcetype=akamai:siem | top src'

The views over it, in another terminal, or with `make workbench VIEWS=1` from the start. The first
time takes 587 MB of Splunk's own components from the npm registry:
  make views IN=workbench

Ctrl-C ends everything."""
    )


if __name__ == "__main__":
    sys.exit(main())
