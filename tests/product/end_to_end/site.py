"""A site: both stand-ins, with the built app in Splunk's and an account for Akamai's."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.measured.reached import standin_options
from tests.standins.akamai.client import AkamaiStandin
from tests.standins.splunk.client import PATIENCE, SplunkStandin
from tests.standins.splunk.interpreter import version_of

from .compiled_app import BUILT_APP, compile_for
from .pushed_settings import push_account, push_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standins.proxy import ProxyServer

KIND = "akamai_siem"
ACCOUNT = "main"
INPUT = "first"
STANZA = f"{KIND}://{INPUT}"
CONFIG_ID = 76213
CHECKPOINTS = "ta_akamai_siem_checkpoints"
COLLECTIONS = (
    *(CHECKPOINTS, "ta_akamai_siem_leases", "ta_akamai_siem_runs"),
    "ta_akamai_siem_coverage",
)
SPLUNKS_PYTHONS = ("3.9", "3.13")
"""Splunk runs on no other versions. If neither is available, this Python is treated as the newest.
"""
DEAD_PROXY = "http://127.0.0.1:9"
"""Nothing listens on the discard port, so every use of this proxy fails."""


@lru_cache(1)
def compile_app() -> None:
    """Compile the app, as Splunk's Python does at its first run, so that all sites share the
    bytecode.
    """
    compile_for(product_python())


def product_python() -> str:
    """The interpreter of the built app, without packages of the tests' environment."""
    base: str = getattr(sys, "_base_executable", sys.executable)
    return os.environ.get("PRODUCT_PYTHON") or base


def splunk_with_the_app(home: Path, *options: str) -> SplunkStandin:
    """The Splunk stand-in with the built app, not started yet."""
    compile_app()
    known = version_of(product_python()) in SPLUNKS_PYTHONS
    stands_for = [] if known else [f"--stands-for={SPLUNKS_PYTHONS[-1]}"]
    more = (*stands_for, *standin_options(), *options)
    return SplunkStandin(home, BUILT_APP, *more, python=product_python())


class Site:
    """Starts both programs; as a context manager it ends them. `folder` contains all their
    files.
    """

    def __init__(self, folder: Path, *splunk_options: str, manual: bool = True) -> None:
        options = [f"--env={name}={DEAD_PROXY}" for name in ("HTTP_PROXY", "HTTPS_PROXY")]
        options += [f"--env={name}={DEAD_PROXY}" for name in ("http_proxy", "https_proxy")]
        if manual:
            options.append("--manual")
        self.home = folder / "splunk"
        self.splunk = splunk_with_the_app(self.home, *options, *splunk_options)
        # Both start at the same time.
        self.splunk.begin()
        try:
            self.akamai = AkamaiStandin(folder / "akamai")
        except BaseException:
            self.splunk.kill()
            raise

    def __enter__(self) -> Site:
        self.splunk.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.splunk.end()
        finally:
            self.akamai.stop()

    def account_values(self, **changed: str) -> dict[str, str]:
        akamai = self.akamai
        return {
            "host": akamai.host,
            "client_token": akamai.client_token,
            "client_secret": akamai.client_secret,
            "access_token": akamai.access_token,
            "ca_bundle": akamai.ca,
            **changed,
        }

    def create_account(self, name: str = ACCOUNT, **changed: str) -> None:
        """Create an account as the setup page does."""
        self.splunk.create_account(name, **self.account_values(**changed))

    def push_account(self, name: str = ACCOUNT, **changed: str) -> None:
        """Create an account as a deployment tool does: without a test request."""
        push_account(self.splunk, name, self.account_values(**changed))

    def use_refusing_proxy(self, proxy: ProxyServer) -> None:
        """Set up a proxy that has another password afterwards. `proxy`: of "someone", "right"."""
        self.splunk.edit_settings(
            "proxy",
            proxy_enabled="1",
            proxy_type="http",
            proxy_url="127.0.0.1",
            proxy_port=str(proxy.port),
            proxy_username="someone",
            proxy_password="right",
        )
        proxy.change_password("another")

    def create_input(self, name: str = INPUT, **changed: object) -> None:
        """Create an input as the inputs page does, with validation."""
        self.splunk.create_input(KIND, name, **self.input_values(**changed))

    @staticmethod
    def input_values(**changed: object) -> dict[str, object]:
        return {
            "account": ACCOUNT,
            "config_ids": str(CONFIG_ID),
            "start": "-2h",
            "interval": "60",
            "index": "main",
            **changed,
        }

    def clear(self) -> None:
        """Make it as if newly started: nothing set up, stored at Akamai, indexed or logged."""
        splunk = self.splunk
        splunk.set_pipe(paused=0, rate=0, leave=0, commit_delay=0)
        splunk.set_kvstore("ready")
        shutil.rmtree(self.home / "etc" / "apps" / splunk.app_name / "local", ignore_errors=True)
        splunk.reload_inputs()
        for collection in COLLECTIONS:
            splunk.delete("storage", "collections", "data", collection)
        for name in splunk.messages():
            splunk.delete_message(name)
        modinputs = self.home / "var" / "lib" / "splunk" / "modinputs"
        for kind in modinputs.glob(f"{KIND}*"):
            shutil.rmtree(kind, ignore_errors=True)
        # Handlers keep their log open.
        for log in (self.home / "var" / "log" / "splunk").glob("ta_akamai_siem_*.log"):
            os.truncate(log, 0)
        splunk.forget_records()
        splunk.forget_calls()
        self.akamai.clear()

    def set_up(self, **changed: object) -> None:
        """Create an account and an input with the values that most scenarios need."""
        self.push_account()
        push_input(self.splunk, STANZA, self.input_values(**changed))

    def load(self, count: int, *, ago: float = 3600.0, **options: Any) -> None:
        """Store events, evenly from `ago` seconds to ten seconds before now."""
        now = self.akamai.now()
        self.akamai.load(count, stored_from=now - ago, stored_to=now - 10, **options)

    def run(self, stanza: str = STANZA, timeout: float = PATIENCE) -> dict[str, Any]:
        return self.splunk.run(stanza, timeout)

    def checkpoints(self, key: str = f"{KIND}:{INPUT}") -> list[dict[str, Any]]:
        """All documents of an input, lowest number first."""
        found = self.splunk.kv_documents(CHECKPOINTS).values()
        return sorted(
            (each for each in found if each["input"] == key), key=lambda each: int(each["number"])
        )

    def checkpoint(self, key: str = f"{KIND}:{INPUT}") -> dict[str, Any]:
        """The position of the input."""
        return self.checkpoints(key)[-1]

    def change_documents(self, collection: str, documents: list[dict[str, Any]]) -> None:
        """Replace the position; only tests do this."""
        path = self.splunk.app_path("storage", "collections", "data", collection, "batch_save")
        self.splunk.call("POST", path, document=documents)

    def raws(self) -> Iterator[bytes]:
        """The texts of the indexed records."""
        for record in self.splunk.records():
            yield record["raw"].encode()

    def log_text(self, name: str = INPUT) -> str:
        path = self.home / "var" / "log" / "splunk" / f"ta_akamai_siem_{name}.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def splunkd_log(self) -> str:
        path = self.home / "var" / "log" / "splunk" / "splunkd.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def handler_processes(self, name: str) -> list[int]:
        """The running processes of a REST handler of the app."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                text = path.read_bytes()
                if name.encode() in text and str(self.home).encode() in text:
                    found.append(int(path.parent.name))
        return found

    def requests(self) -> list[dict[str, Any]]:
        """The requests that Akamai answered with a page, without those of validation."""
        return [
            entry
            for entry in self.akamai.log()
            if entry["status"] == 200 and entry["mode"] and entry["query"].get("limit") != "1"
        ]
