"""The programs that are measured: the built app, the textbooks, the floor, an earlier version.

Each is a process of one of Splunk's Pythons with the built app's libraries, and requests pages from
the same replaying server. An app is started as splunkd starts it, and has its own Splunk stand-in
for its settings and its checkpoint.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests import ROOT
from tests.measured.bench.bodies import Bodies
from tests.measured.bench.measured import Measured, cpu_of, measure
from tests.measured.bench.mixes import MIXES
from tests.measured.bench.replay_server import REQUESTS
from tests.product.end_to_end.compiled_app import BUILT_APP
from tests.product.end_to_end.pushed_settings import push_account
from tests.product.end_to_end.site import product_python
from tests.standins.splunk.client import SplunkStandin
from tests.standins.splunk.script_documents import Caller, run_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.measured.bench.bodies import Body

SCRIPTS = {"least": "least.py", "same": "same_record.py", "floor": "floor.py"}
"""The textbook with the least code, the textbook that creates the same record, the floor."""
TEXTBOOKS = ("least", "same")
INPUT, WORKERS, BEFORE = "input", "workers", "before"
"""The built app alone and with two workers, and the app of an earlier version."""
_ACCOUNT = "bench"
_HERE = Path(__file__).parent


class Call(NamedTuple):
    """A call of splunkd: when it came, and when it was answered. Seconds since a run began."""

    came: float
    answered: float


class Contest:
    """The servers, and the method that runs a contestant.

    `folder`: for temporary files. `before`: the app of an earlier version.
    """

    def __init__(self, folder: Path, before: Path | None = None) -> None:
        self.folder = folder
        self.bodies = Bodies(folder)
        self._plans: dict[str, dict[str, object]] = {}
        self._numbers = count(1)
        self._apps = {INPUT: BUILT_APP, **({BEFORE: before} if before else {})}
        self._splunks = {
            who: SplunkStandin(
                folder / f"splunk-{who}",
                app,
                "--manual",
                python=product_python(),
            )
            for who, app in self._apps.items()
        }
        self._ending = ExitStack()

    @property
    def contestants(self) -> tuple[str, ...]:
        """All whose costs are compared."""
        return (*SCRIPTS, *self._apps)

    def __enter__(self) -> Contest:
        folder = self.folder / "replay"
        folder.mkdir()
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.measured.bench.replay_server", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ending.callback(self._server.communicate)
        self._ending.callback(self._server.kill)
        assert self._server.stdout is not None
        self._host = f"localhost:{self._server.stdout.readline().strip()}"
        self._ca = folder / "ca.pem"
        secrets = dict.fromkeys(("client_token", "client_secret", "access_token"), "akab-sample")
        account = {"host": self._host, "ca_bundle": str(self._ca), **secrets}
        for splunk in self._splunks.values():
            self._ending.enter_context(splunk)
            push_account(splunk, _ACCOUNT, account)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def plan(self, body: Body, pages: int, *, more: bool = True) -> int:
        """The configuration id that returns `body` for that many `pages`.

        `more`: each page announces that more events are available; without it, the first page ends
        a run.
        """
        plan: dict[str, object] = {
            "lines": str(body.lines),
            "times": body.times,
            "events": body.events,
            "size": body.size,
            "pages": pages,
            "more": more,
        }
        for number, known in self._plans.items():
            if known == plan:
                return int(number)
        number = str(len(self._plans) + 1)
        self._plans[number] = plan
        plans = json.dumps(self._plans)
        (self.folder / "replay" / "plans.json").write_text(plans, encoding="utf-8")
        return int(number)

    def warm_up(self, python: str) -> None:
        """Run each once, so that its bytecode exists."""
        nothing = self.plan(self.bodies.page(next(iter(MIXES)), 1_000), 0)
        for who in self.contestants:
            self.run(who, python, nothing)
        for who in self._apps:
            self.scheme(who, python)

    def run(
        self,
        who: str,
        python: str,
        plan: int,
        *,
        keep: Path | None = None,
        samples: Path | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> Measured:
        """Run a contestant on a plan.

        `keep`: a file for its output. `samples`: a file for the sampler's report on an app.
        `parameters`: more settings of an app's stanza.
        """
        document = b""
        if who in SCRIPTS:
            url = f"https://{self._host}/siem/v1/configs/{plan}"
            command = [str(_HERE / SCRIPTS[who]), str(BUILT_APP / "bin"), url, str(self._ca)]
        else:
            app = self._apps[INPUT if who == WORKERS else who]
            command = [str(app / "bin" / "akamai_siem.py")]
            if samples:
                command = [str(_HERE / "sampler.py"), str(samples), *command]
            document = self._document(who, plan, parameters or {})
        before = cpu_of(self._server.pid)
        measured = measure([python, *command], self._environment(), document, keep)
        return replace(
            measured,
            server=cpu_of(self._server.pid) - before,
            request=max(0.0, self._first_request(measured.began) - measured.began),
        )

    def scheme(self, who: str, python: str) -> Measured:
        """Let an app print its scheme."""
        script = self._apps[who] / "bin" / "akamai_siem.py"
        return measure([python, str(script), "--scheme"], self._environment())

    def forget_calls(self, who: str) -> None:
        """Forget the calls that an app has made of its splunkd."""
        self._splunks[who].forget_calls()

    def calls(self, who: str, run: Measured) -> list[Call]:
        """The calls that an app has made since they were forgotten, in seconds of its run."""
        began = time.time() - (time.monotonic() - run.began)
        found = [(each["at"] - began, each["seconds"]) for each in self._splunks[who].calls()]
        return [Call(came, came + seconds) for came, seconds in sorted(found)]

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "SPLUNK_HOME": str(self.folder / "home"),
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
        }

    def _first_request(self, since: float) -> float:
        """When the first request after a moment came; 0 if none did."""
        known = self.folder / "replay" / REQUESTS
        times = known.read_text(encoding="utf-8").split() if known.exists() else []
        return next((moment for moment in map(float, times) if moment >= since), 0.0)

    def _document(self, who: str, plan: int, more: Mapping[str, str]) -> bytes:
        """The document that splunkd passes for an input that has never run."""
        splunk = self._splunks[INPUT if who == WORKERS else who]
        caller = Caller(
            server_host="bench",
            server_uri=splunk.management,
            session_key=splunk.session_key,
            checkpoint_dir=str(self.folder / "checkpoints"),
        )
        asked = self._plans[str(plan)]
        parameters = {
            "account": _ACCOUNT,
            "config_ids": str(plan),
            "start": "-1h",
            # A page far below the limit is the last one.
            "limit": str(asked["events"] if asked["more"] else 600_000),
            "workers": "2" if who == WORKERS else "1",
            **more,
        }
        stanza = f"akamai_siem://bench{next(self._numbers)}"
        return run_document(caller, stanza, "TA_akamai_siem", parameters)
