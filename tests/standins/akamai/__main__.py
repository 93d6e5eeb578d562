"""Start the stand-in from the shell: ``python -m tests.standins.akamai --folder DIR``."""

from __future__ import annotations

import argparse
import atexit
import json
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from tests.standins.ending import Ending

from .certificates import make_certificates, server_context
from .clock import Clock
from .control import Control, ControlServer
from .loading import Loading
from .pages import Configurations, Pages
from .server import Api, ApiServer
from .settings import Settings
from .signature import Credentials, Verifier
from .store import Store
from .tokens import Tokens

DEFAULT_CONFIG_ID = 76213


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Return the options; exits with a message if they are wrong."""
    parser = argparse.ArgumentParser("tests.standins.akamai", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where files go (made if new)")
    parser.add_argument("--port", type=int, default=0, help="HTTPS port (0: any)")
    parser.add_argument("--control-port", type=int, default=0, help="control port (0: any)")
    parser.add_argument("--client-token", help="a random one if left out")
    parser.add_argument("--client-secret", help="a random one if left out")
    parser.add_argument("--access-token", help="a random one if left out")
    parser.add_argument(
        "--config", type=int, action="append", help="an existing configuration (repeatable)"
    )
    parser.add_argument(
        "--forbidden", type=int, action="append", help="one that may not be read (repeatable)"
    )
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", help="a setting (repeatable)"
    )
    parser.add_argument(
        "--load", metavar="JSON", action="append", help="events to load, as POST /events takes them"
    )
    return parser.parse_args(arguments)


def build(options: argparse.Namespace) -> tuple[ApiServer, ControlServer, dict[str, str]]:
    """Create both servers from the options; return them and the content of the ready line."""
    options.folder.mkdir(parents=True, exist_ok=True)
    folder = options.folder.resolve()
    authority, server_certificate = make_certificates(folder)
    chance = Credentials.random()
    credentials = Credentials(
        options.client_token or chance.client_token,
        options.client_secret or chance.client_secret,
        options.access_token or chance.access_token,
    )
    settings = Settings()
    settings.change({name: _value(text) for name, text in _pairs(options.set or [])})
    clock = Clock()
    configurations = Configurations(
        set(options.config or [DEFAULT_CONFIG_ID]), set(options.forbidden or [])
    )
    # Each start uses a new folder, because files of an earlier start are of no use to this one.
    store = Store(Path(tempfile.mkdtemp(prefix="store-", dir=folder)))
    atexit.register(shutil.rmtree, store.folder, ignore_errors=True)
    pages = Pages(store, Tokens(), settings, clock)
    api = Api(Verifier(credentials), configurations, pages, settings, clock)
    loading = Loading(store, clock, configurations)
    for text in options.load or []:
        loading.load(json.loads(text))
    server = ApiServer(options.port, server_context(server_certificate), api)
    control = ControlServer(options.control_port, Control(api, store, loading, folder))
    ready = {
        "host": f"127.0.0.1:{server.server_address[1]}",
        "ca": str(authority),
        "control": f"http://127.0.0.1:{control.server_address[1]}",
        "client_token": credentials.client_token,
        "client_secret": credentials.client_secret,
        "access_token": credentials.access_token,
    }
    _write_private(folder / "ready.json", json.dumps(ready) + "\n")
    return server, control, ready


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM or SIGINT."""
    ending = Ending("SIGTERM", "SIGINT")
    server, control, ready = build(parse_arguments(arguments))
    for each in (server, control):
        threading.Thread(target=each.serve_forever, args=(0.05,), daemon=True).start()
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    ending.wait()
    for each in (server, control):
        each.shutdown()
        each.server_close()
    return 0


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    return [(text.partition("=")[0], text.partition("=")[2]) for text in texts]


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
