"""The modular inputs of the other apps in the home: their stanzas, without any process.

An app's README/inputs.conf.spec declares its kinds and their settings. As in splunkd, a stanza is
kept in the app in whose namespace it was saved, and is seen from there and from the namespace `-`
only, because nothing here is exported to other apps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .input_settings import ALWAYS, effective
from .rest_fault import RestFault, missing_arguments, not_found, unknown_argument

if TYPE_CHECKING:
    from .conf_layers import ConfLayers

_KIND = re.compile(r"^\[([A-Za-z0-9_-]+)://<name>\]$", re.MULTILINE)
_SETTING = re.compile(r"^([a-z_]+) = ", re.MULTILINE)
_REQUIRED = "* Required."


class OtherApps:
    """`own`: the app whose inputs run."""

    def __init__(self, layers: ConfLayers, own: str) -> None:
        """Read nothing yet: an app may be added while splunkd runs."""
        self._layers = layers
        self._own = own

    def settings_of(self, kind: str) -> dict[str, bool] | None:
        """Return the settings of a kind and whether each is required; None if no app has it."""
        for app in self._layers.apps():
            if app == self._own or self._is_disabled(app):
                continue
            path = self._layers.app_folder(app) / "README" / "inputs.conf.spec"
            text = path.read_text(encoding="utf-8") if path.is_file() else ""
            if kind in _KIND.findall(text):
                parts = _SETTING.split(text)[1:]
                return {name: _REQUIRED in about for name, about in zip(parts[::2], parts[1::2])}
        return None

    def _is_disabled(self, app: str) -> bool:
        install = self._layers.stanzas("app", app).get("install")
        return bool(install) and install is not None and install.values.get("state") == "disabled"

    def names(self, kind: str, app: str) -> dict[str, str]:
        """Return the stanzas of a kind that are seen from an app's namespace, each with its app."""
        found = self._layers.stanzas("inputs", app, bare=True)
        return {name: stanza.app for name, stanza in found.items() if name.startswith(f"{kind}://")}

    def effective(self, stanza: str, app: str) -> dict[str, str]:
        """Return a stanza's settings; 404 if it is not seen from the app's namespace."""
        kind, _, name = stanza.partition("://")
        if stanza not in self.names(kind, app):
            raise not_found(kind, name)
        return effective(self._layers, "-", stanza)

    def write(self, stanza: str, app: str, values: dict[str, str], *, creating: bool) -> None:
        """Create or change a stanza. Its script's own validation is not run."""
        kind = stanza.partition("://")[0]
        known = self.settings_of(kind) or {}
        for name in values:
            if name not in known and name not in ALWAYS:
                raise unknown_argument(name)
        missing = [name for name, required in known.items() if required and not values.get(name)]
        if missing:
            raise missing_arguments(missing)
        if creating and app == "-":
            raise RestFault(400, "An app's namespace is needed to save an input.")
        place = app if creating else self.names(kind, app)[stanza]
        (self._layers.app_folder(place) / "local").mkdir(parents=True, exist_ok=True)
        self._layers.write("inputs", place, stanza, values)

    def switch(self, stanza: str, app: str, *, disabled: bool) -> None:
        """Enable or disable a stanza."""
        self.effective(stanza, app)
        place = self.names(stanza.partition("://")[0], app)[stanza]
        self._layers.write("inputs", place, stanza, {"disabled": "1" if disabled else "0"})
