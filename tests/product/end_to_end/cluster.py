"""A search head cluster: members with their own homes and indexes, one KV store between them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.standins.akamai.client import AkamaiStandin
from tests.standins.akamai.multiset import find_marker

from .pushed_settings import push_account, push_input
from .site import ACCOUNT, STANZA, Site, splunk_with_the_app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.standins.splunk.client import SplunkStandin

LEASES = "ta_akamai_siem_leases"
CHECKPOINTS = "ta_akamai_siem_checkpoints"


class Cluster:
    """`captain` has the KV store and runs no input; `members` run the same input each.

    `options`: of all members' stand-ins. `only`: further options of the member of that name.
    """

    def __init__(
        self, folder: Path, names: tuple[str, ...], *options: str, **only: tuple[str, ...]
    ) -> None:
        self.akamai = AkamaiStandin(folder / "akamai")
        self._folder = folder
        self._names = names
        self._options = options
        self._only = only
        self.captain = self._standin("captain", "--manual")
        self.members: dict[str, SplunkStandin] = {}

    def _standin(self, name: str, *options: str) -> SplunkStandin:
        return splunk_with_the_app(
            self._folder / name, f"--server-name={name}.example.com", *options
        )

    def __enter__(self) -> Cluster:
        self.captain.start()
        store = f"--kvstore-of={self.captain.management},{self.captain.session_key}"
        for name in self._names:
            member = self._standin(name, store, *self._options, *self._only.get(name, ()))
            member.start()
            self.members[name] = member
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for standin in (*self.members.values(), self.captain):
                standin.end()
        finally:
            self.akamai.stop()

    def set_up(self, **changed: object) -> None:
        """Create the same account and input on every member, as a deployer does."""
        for member in self.members.values():
            push_account(member, ACCOUNT, account_values(self.akamai))
            push_input(member, STANZA, Site.input_values(**changed))

    def newest(self) -> dict[str, Any]:
        """The position of the input; empty if it never ran."""
        found = self.captain.kv_documents(CHECKPOINTS).values()
        return max(found, key=lambda each: int(each["number"]), default={})

    def leases(self) -> list[dict[str, Any]]:
        """All leases, lowest number first."""
        found = self.captain.kv_documents(LEASES).values()
        return sorted(found, key=lambda lease: lease["number"])

    def owner(self) -> str:
        """The member with the lease in force; empty if there is none."""
        leases = self.leases()
        if not leases or leases[-1]["released"] or leases[-1]["run"] != self.newest()["run"]:
            return ""
        return next(name for name in self.members if self.guid(name) == leases[-1]["owner"])

    def guid(self, name: str) -> str:
        text = (self._folder / name / "etc" / "instance.cfg").read_text(encoding="utf-8")
        return text.partition("guid")[2].partition("=")[2].split()[0]

    def watched_longer(self, name: str, seconds: float) -> None:
        """Make it look as if a member had begun to watch the owner's claim that much earlier."""
        (path,) = self._folder.glob(f"{name}/var/lib/splunk/modinputs/*/*/watch.json")
        noted = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**noted, "since": noted["since"] - seconds}), encoding="utf-8")

    def log_text(self, name: str) -> str:
        path = self._folder / name / "var" / "log" / "splunk" / "ta_akamai_siem_first.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def markers(self, name: str) -> list[str | None]:
        return [find_marker(record["raw"].encode()) for record in self.members[name].records()]


def account_values(akamai: AkamaiStandin) -> dict[str, str]:
    return {
        "host": akamai.host,
        "client_token": akamai.client_token,
        "client_secret": akamai.client_secret,
        "access_token": akamai.access_token,
        "ca_bundle": akamai.ca,
    }
