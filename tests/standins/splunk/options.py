"""The command line."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The behaviour of the stand-in; see README.md."""

    home: Path
    app: Path | None = None
    app_name: str = "TA_akamai_siem"
    python: str = sys.executable
    stands_for: str = ""
    port: int = 0
    kvstore: str = "ready"
    kvstore_of: str = ""
    kvstore_lag: float = 0.0
    full_records: bool = True
    commit_delay: float = 0.0
    strict_contract: bool = True
    manual: bool = False
    grace: float = 5.0
    call_timeout: float = 30.0
    server_name: str = "standin.example.com"
    server_roles: list[str] = field(default_factory=list)
    instance_type: str = ""
    search_peers: list[Path] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    python_path: str = ""
    environment: dict[str, str] = field(default_factory=dict)


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tests.standins.splunk", description=__doc__)
    add = parser.add_argument
    add("--home", required=True, type=Path, help="SPLUNK_HOME, made if it is not there")
    add("--app", type=Path, help="built app; without it the app already in the home is used")
    add("--app-name", default="TA_akamai_siem", help="the app's id")
    add("--python", default=sys.executable, help="interpreter for the app's scripts")
    add("--stands-for", default="", metavar="3.13", help="the version that PATH counts as")
    add("--port", type=int, default=0, help="management port; 0 takes a free one")
    add("--kvstore", default="ready", help="ready | starting[:SECONDS] | disabled | failed")
    add("--kvstore-of", default="", metavar="URL,KEY", help="use another stand-in's KV store")
    add("--kvstore-lag", type=float, default=0.0, metavar="S", help="age of what is read of it")
    add("--index", choices=("records", "digest"), default="records", help="what is kept")
    add("--add-index", action="append", default=[], metavar="NAME", help="a further index")
    add("--commit-delay", type=float, default=0.0, metavar="S", help="read but not yet indexed")
    add("--loose-contract", action="store_true", help="allow every documented child of <event>")
    add("--manual", action="store_true", help="inputs run only when told to")
    add("--grace", type=float, default=5.0, metavar="S", help="from SIGTERM to SIGKILL")
    add("--call-timeout", type=float, default=30.0, metavar="S", help="--scheme, validation")
    add("--server-name", default="standin.example.com", help="serverName of server.conf")
    add("--server-role", action="append", default=[], metavar="NAME", help="of server/info")
    add("--instance-type", default="", help="of server/info: cloud")
    add("--search-peer", action="append", default=[], type=Path, metavar="HOME", help="searched")
    add("--python-path", default="", metavar="DIR", help="for the scripts, before all others")
    add("--env", action="append", type=_pair, default=[], metavar="K=V", help="for the scripts")
    return parser


def parse_options(arguments: list[str]) -> Options:
    """Parse the command line; exits with a message if it is wrong."""
    chosen = _parser().parse_args(arguments)
    return Options(
        home=chosen.home.resolve(),
        app=chosen.app.resolve() if chosen.app else None,
        app_name=chosen.app_name,
        python=chosen.python,
        stands_for=chosen.stands_for,
        port=chosen.port,
        kvstore=chosen.kvstore,
        kvstore_of=chosen.kvstore_of,
        kvstore_lag=chosen.kvstore_lag,
        full_records=chosen.index == "records",
        commit_delay=chosen.commit_delay,
        strict_contract=not chosen.loose_contract,
        manual=chosen.manual,
        grace=chosen.grace,
        call_timeout=chosen.call_timeout,
        server_name=chosen.server_name,
        server_roles=chosen.server_role,
        instance_type=chosen.instance_type,
        search_peers=chosen.search_peer,
        indexes=chosen.add_index,
        python_path=chosen.python_path,
        environment=dict(chosen.env),
    )
