"""Who is measured: the built app alone and with two workers, the textbook, the floor.

Each is a process of a Python that Splunk brings, with the built app's libraries, and asks the same
replaying server. The built app is started as splunkd starts it, and has the Splunk stand-in to ask
for settings and to keep its checkpoint in.
"""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tests import ROOT
from tests.measured.bench.measured import Measured, measure
from tests.product.end_to_end.pushed_settings import push_account
from tests.product.end_to_end.site import BUILT_APP, product_python
from tests.standins.splunk.client import SplunkStandin
from tests.standins.splunk.script_documents import Caller, run_document

if TYPE_CHECKING:
    from types import TracebackType

    from tests.measured.bench.bodies import Body

CONTESTANTS = ("textbook", "floor", "ours", "workers")
_ACCOUNT = "bench"
_HERE = Path(__file__).parent


class Contest:
    """The two servers, and the way to let somebody run against them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._plans: dict[str, dict[str, object]] = {}
        self._numbers = count(1)
        self._splunk = SplunkStandin(
            folder / "splunk", BUILT_APP, "--manual", python=product_python()
        )

    def __enter__(self) -> Contest:
        folder = self._folder / "replay"
        folder.mkdir()
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.measured.bench.replay_server", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._server.stdout is not None
        self._host = f"localhost:{self._server.stdout.readline().strip()}"
        self._ca = folder / "ca.pem"
        self._splunk.start()
        secrets = dict.fromkeys(("client_token", "client_secret", "access_token"), "akab-sample")
        account = {"host": self._host, "ca_bundle": str(self._ca), **secrets}
        push_account(self._splunk, _ACCOUNT, account)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.kill()
        self._server.communicate()
        self._splunk.__exit__(kind, error, trace)

    def plan(self, body: Body, pages: int) -> int:
        """The configuration id under which `body` comes `pages` times."""
        number = len(self._plans) + 1
        self._plans[str(number)] = {
            "lines": str(body.lines),
            "times": body.times,
            "events": body.events,
            "size": body.size,
            "pages": pages,
        }
        plans = json.dumps(self._plans)
        (self._folder / "replay" / "plans.json").write_text(plans, encoding="utf-8")
        return number

    def run(self, who: str, python: str, plan: int, keep: Path | None = None) -> Measured:
        """Let one of `CONTESTANTS` collect a plan. `keep`: a file for what it writes."""
        environment = {
            "PATH": "/usr/bin:/bin",
            "SPLUNK_HOME": str(self._folder / "home"),
            "PYTHONPYCACHEPREFIX": str(self._folder / "bytecode"),
        }
        if who in ("textbook", "floor"):
            url = f"https://{self._host}/siem/v1/configs/{plan}"
            script = [str(_HERE / f"{who}.py"), str(BUILT_APP / "lib"), url, str(self._ca)]
            return measure([python, *script], environment, keep=keep)
        script = [str(BUILT_APP / "bin" / "akamai_siem.py")]
        return measure([python, *script], environment, self._document(who, plan), keep)

    def _document(self, who: str, plan: int) -> bytes:
        """As splunkd hands it over, for an input that has never run."""
        caller = Caller(
            server_host="bench",
            server_uri=self._splunk.management,
            session_key=self._splunk.session_key,
            checkpoint_dir=str(self._folder / "checkpoints"),
        )
        events = self._plans[str(plan)]["events"]
        parameters = {
            "account": _ACCOUNT,
            "config_ids": str(plan),
            "start": "-1h",
            "limit": str(events),
            "workers": "2" if who == "workers" else "1",
        }
        stanza = f"akamai_siem://bench{next(self._numbers)}"
        return run_document(caller, stanza, "TA_akamai_siem", parameters)
