"""One run of the connector: a page, the offset, the secrets, in the order of `Main.streamEvents`.

What it would write to splunkd is kept here, line by line as Akamai sent it. The facts that matter
to an input that takes over: a run collects one page; it stores the offset last, also after an
error; five errors delete the offset; a run that takes longer than the interval enables its input.
"""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from akamai.edgegrid.edgegrid import EdgeGridAuthHeaders
from requests.auth import AuthBase

from tests.standins.akamai.multiset import find_marker
from tests.standins.akamai.signed_session import SignedSession

from .app import APP, COLLECTION, KIND, SECRETS, install

if TYPE_CHECKING:
    from requests import PreparedRequest

    from tests.standins.akamai.client import AkamaiStandin
    from tests.standins.splunk.client import SplunkStandin

HIDDEN = "<hidden>"
_ERRORS_MAX = 5
_LIMIT = 150_000
_SAVED_IN = "search"
"""The app in whose namespace Settings > Data inputs saves an input, if a user comes from there."""


class Signature(AuthBase):
    """Signs one request. `now`: the clock of a host that is in time with Akamai's."""

    def __init__(self, secrets: dict[str, str], now: float) -> None:
        """Keep both."""
        self._signer = EdgeGridAuthHeaders(
            secrets["client_token"], secrets["client_secret"], secrets["access_token"]
        )
        self._stamp = time.strftime("%Y%m%dT%H:%M:%S+0000", time.gmtime(now))

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the signature."""
        signed = self._signer.make_auth_header(request, self._stamp, str(uuid.uuid4()))
        request.headers["Authorization"] = str(signed)
        return request


class Connector:
    """The app on one Splunk. `lines`: the events that its runs wrote, by their marker."""

    def __init__(self, splunk: SplunkStandin, akamai: AkamaiStandin) -> None:
        """Install the app."""
        self._splunk = splunk
        self._akamai = akamai
        self.lines: Counter[str] = Counter()
        install(splunk.home)

    def uninstall(self) -> None:
        """Remove the app, its input and its documents."""
        for app in (APP, _SAVED_IN):
            folder = self._splunk.home / "etc" / "apps" / app
            if app == APP and folder.exists():
                self._splunk.call("DELETE", self._collection())
            shutil.rmtree(folder, ignore_errors=True)

    def create_input(self, name: str, config_ids: str, **changed: str) -> None:
        """Create an input as a user does under Settings > Data inputs: secrets in clear text."""
        akamai = self._akamai
        values = {
            "hostname": akamai.host,
            "security_configuration_id_s_": config_ids,
            "client_token": akamai.client_token,
            "client_secret": akamai.client_secret,
            "access_token": akamai.access_token,
            "log_level": "INFO",
            **changed,
        }
        self._post(self._path(_SAVED_IN), name=name, **values)

    def switch(self, name: str, *, enabled: bool) -> None:
        """Enable or disable an input under Settings > Data inputs."""
        self._post(self._path("-", name, "enable" if enabled else "disable"))

    def edit(self, name: str, **changed: str) -> None:
        """Change settings of an input."""
        kept = {key: self.settings(name)[key] for key in ("hostname", *SECRETS)}
        kept["security_configuration_id_s_"] = self.settings(name)["security_configuration_id_s_"]
        self._post(self._path("-", name), **{**kept, **changed})

    def settings(self, name: str) -> dict[str, Any]:
        """Return the settings of an input as splunkd shows them."""
        found = self._splunk.call("GET", self._path("-", name))
        content: dict[str, Any] = found["entry"][0]["content"]
        return content

    def state(self, name: str) -> dict[str, Any]:
        """Return the document of an input in the KV store; empty if there is none."""
        stanza = f"{KIND}://{name}".lower()
        found = self._splunk.call("GET", self._collection())
        return next((each for each in found if each["stanza"].lower() == stanza), {})

    def set_state(self, name: str, **changed: object) -> None:
        """Change the document of an input."""
        document = {
            "stanza": f"{KIND}://{name}",
            "offset": "",
            "error_count": 0,
            "stanza_change": "0",
            **self.state(name),
            **changed,
        }
        key = document.pop("_key", None)
        document.pop("_user", None)
        path = self._collection(*([str(key)] if key else []))
        self._splunk.call("POST", path, document=document)

    def run(self, name: str, seconds: float = 0.0) -> int:
        """Run once and return the HTTP status. `seconds`: what the run is said to have taken."""
        settings = self.settings(name)
        secrets = self._secrets(name, settings)
        offset = self.state(name).get("offset") or "NULL"
        session = SignedSession(self._akamai)
        session.auth = Signature(secrets, self._akamai.now())
        ids = quote(str(settings["security_configuration_id_s_"]), safe="")
        limit = int(settings.get("limit") or _LIMIT)
        answer = session.ask(ids, offset=offset, limit=limit)
        errors = int(self.state(name).get("error_count", 0))
        if answer.status_code == 200:
            *events, context = answer.content.rstrip(b"\n").split(b"\n")
            self.lines.update(marker for line in events if (marker := find_marker(line)))
            self.set_state(name, offset=_offset_of(context), error_count=0)
        elif errors >= _ERRORS_MAX:
            self.set_state(name, offset="", error_count=0)
        else:
            self.set_state(name, offset="" if offset == "NULL" else offset, error_count=errors + 1)
        self._hide(name, settings)
        if seconds >= float(settings["interval"]):
            self.switch(name, enabled=True)
        return answer.status_code

    def _secrets(self, name: str, settings: dict[str, Any]) -> dict[str, str]:
        if settings["client_secret"].lower() != HIDDEN:
            return {key: settings[key] for key in SECRETS}
        stored = self._splunk.call("GET", f"{self._app('storage/passwords')}?{_JSON}&count=0")
        clear = {
            each["content"]["username"]: each["content"]["clear_password"]
            for each in stored["entry"]
            if each["content"]["realm"] == name
        }
        return {key: clear.get(key) or settings[key] for key in SECRETS}

    def _hide(self, name: str, settings: dict[str, Any]) -> None:
        """Store secrets that are still in clear text as passwords of the app."""
        for key in SECRETS:
            if settings[key] != HIDDEN:
                path = f"{self._app('storage/passwords')}?{_JSON}"
                self._post(path, name=key, password=settings[key], realm=name)
        self.edit(name, **dict.fromkeys(SECRETS, HIDDEN))

    def _post(self, path: str, **form: str) -> None:
        self._splunk.call("POST", path, form=form)

    @staticmethod
    def _app(rest: str) -> str:
        return f"/servicesNS/nobody/{APP}/{rest}"

    def _path(self, app: str, *parts: str) -> str:
        rest = "/".join(quote(part, safe="") for part in parts)
        return f"/servicesNS/nobody/{app}/data/inputs/{KIND}{'/' * bool(rest)}{rest}?{_JSON}"

    def _collection(self, *key: str) -> str:
        return self._app("/".join(["storage/collections/data", COLLECTION, *key]))


_JSON = urlencode({"output_mode": "json"})


def _offset_of(context: bytes) -> str:
    return str(json.loads(context)["offset"])
