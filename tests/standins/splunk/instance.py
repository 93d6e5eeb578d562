"""One splunkd: all parts of the stand-in, started and stopped together."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from typing import TYPE_CHECKING

from .bulletin import Bulletin
from .conf_layers import ConfLayers
from .credentials import Credentials
from .endings import Endings
from .external_handlers import ExternalHandlers
from .index_queue import IndexQueue
from .interpreter import version_of
from .kv_state import KvState
from .kv_store import KvStore
from .modular_inputs import ModularInputs
from .other_apps import OtherApps
from .pipe_gate import PipeGate
from .sessions import Sessions
from .splunk_home import SplunkHome
from .splunkd_log import SplunkdLog

if TYPE_CHECKING:
    from .index_files import Origin
    from .options import Options
    from .rest_request import CallRecord

USER = "admin"
_STARTING = "Splunkd starting (build 000000000000)."
PASSWORD = "standin-password"


class Instance:
    """One splunkd. Create it first; call `start` when its management port is known."""

    def __init__(self, options: Options) -> None:
        """Create the home and the parts."""
        self.options = options
        self.home = SplunkHome(options.home, options.app_name)
        self.home.make(options.app, options.server_name)
        self.guid = self.home.guid()
        self.management = ""
        self.startup_time = time.time()
        self.python_version = options.stands_for or version_of(options.python)
        self.environment = self.home.environment(
            options.server_name, options.environment, options.python_path
        )
        self.layers = ConfLayers(self.home.etc)
        self.credentials = Credentials(self.layers, self.home.auth / "splunk.secret")
        self.sessions = Sessions(USER, PASSWORD)
        self.bulletin = Bulletin()
        self.log = SplunkdLog(self.home.logs / "splunkd.log")
        self.kv_state = KvState(options.kvstore, options.kvstore_lag)
        self.kv_store = KvStore(self.home.data / "kvstore" / "documents.sqlite")
        self.endings = Endings()
        self.gate = PipeGate()
        self.indexes = IndexQueue(
            self.home.data,
            [*self._indexes_of_conf(), *options.indexes],
            full=options.full_records,
            on_dropped=self._dropped,
        )
        self.indexes.delay = options.commit_delay
        self.handlers = ExternalHandlers(self)
        self.inputs = ModularInputs(self)
        self.other_apps = OtherApps(self.layers, self.home.app)
        self.calls: list[CallRecord] = []
        self.calls_lock = threading.Lock()
        self.stopping = threading.Event()

    def start(self, port: int) -> None:
        """Set the number of the management port and start the inputs."""
        self.management = f"https://127.0.0.1:{port}"
        self.home.set_management_port(port)
        self.log.write("INFO", "loader", _STARTING)
        self.inputs.start()
        self._write_ready()

    def restart(self, kvstore: str | None = None) -> None:
        """Stop and start again in place: new start time, same data, expired keys."""
        self.inputs.close()
        self.handlers.close()
        self.indexes.flush()
        self._note_stop()
        self.sessions.expire(keep=self.sessions.first_key)
        self.kv_state.set(kvstore or "ready")
        self.startup_time = time.time()
        self.gate.set(paused=False, rate=0, leave=False)
        self.log.write("INFO", "loader", _STARTING)
        self.inputs.start()
        self._write_ready()

    def close(self) -> None:
        """Stop the inputs, commit what was read, and close the files."""
        self.inputs.close()
        self.handlers.close()
        self.indexes.close()
        self.kv_store.close()
        self._note_stop()
        self.log.close()
        with contextlib.suppress(FileNotFoundError):
            (self.home.root / "ready.json").unlink()

    def _note_stop(self) -> None:
        """Write the last lines of splunkd's log at an orderly stop."""
        for level in ("Exec", "IndexProcessor"):
            text = f'shutting down level="ShutdownLevel_{level}"'
            self.log.write("INFO", "ShutdownHandler [1 Shutdown]", text)
        text = "Shutdown complete in 0.010 seconds"
        self.log.write("INFO", "ShutdownHandler [1 Shutdown]", text)
        self.log.write("INFO", "loader [0 MainThread]", "All pipelines finished.")

    def ready(self) -> dict[str, str]:
        """Return what a client needs to know."""
        return {
            "management": self.management,
            "session_key": self.sessions.first_key,
            "user": self.sessions.user,
            "password": self.sessions.password,
            "home": str(self.home.root),
        }

    def _write_ready(self) -> None:
        path = self.home.root / "ready.json"
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps({**self.ready(), "pid": os.getpid()}))
        temporary.replace(path)

    def _indexes_of_conf(self) -> list[str]:
        return list(self.layers.stanzas("indexes", self.home.app))

    def _dropped(self, origin: Origin, count: int) -> None:
        text = (
            f"Received event for unconfigured/disabled/deleted index={origin.index} with "
            f'source="source::{origin.source}" host="host::{origin.host}" '
            f'sourcetype="sourcetype::{origin.sourcetype}". Dropped {count} events.'
        )
        self.bulletin.add(f"missing_index_{origin.index}", text)
        self.log.write("WARN", "IndexProcessor", text)
