"""The conf files of the instance in their layers: local over default, the app over system."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import conf_file
from .rest_fault import RestFault, not_found

if TYPE_CHECKING:
    from pathlib import Path

SYSTEM = "system"


@dataclass
class Stanza:
    """One stanza as read: merged values, and the app of its highest layer."""

    name: str
    app: str
    values: dict[str, str] = field(default_factory=dict)
    local: bool = False


class ConfLayers:
    """All conf files below etc/. Thread-safe; every call reads the files again."""

    def __init__(self, etc: Path) -> None:
        """Use this etc folder."""
        self._etc = etc
        self._lock = threading.RLock()

    def apps(self) -> list[str]:
        """Return the installed apps' names."""
        return sorted(path.name for path in (self._etc / "apps").iterdir() if path.is_dir())

    def app_folder(self, app: str) -> Path:
        """Return the folder of an app, or of system."""
        return self._etc / SYSTEM if app == SYSTEM else self._etc / "apps" / app

    def _layers(self, app: str) -> list[tuple[str, str]]:
        layers = [(SYSTEM, "default")]
        chosen = {"-": self.apps, "search": self.apps, SYSTEM: list}.get(app, lambda: [app])
        for name in chosen():
            layers += [(name, "default"), (name, "local")]
        return [*layers, (SYSTEM, "local")]

    def _path(self, app: str, layer: str, conf: str) -> Path:
        return self.app_folder(app) / layer / f"{conf}.conf"

    def require_app(self, app: str) -> None:
        """Refuse a namespace whose app is not installed."""
        if app not in {"-", SYSTEM, "search"} and app not in self.apps():
            raise RestFault(404, f"Application does not exist: {app}")

    def has_file(self, conf: str, app: str) -> bool:
        """Whether any layer has the file."""
        return any(self._path(name, layer, conf).is_file() for name, layer in self._layers(app))

    def has_spec(self, conf: str, app: str) -> bool:
        """Whether the app describes the file in README/."""
        return (self.app_folder(app) / "README" / f"{conf}.conf.spec").is_file()

    def stanzas(self, conf: str, app: str, *, bare: bool = False) -> dict[str, Stanza]:
        """Return the merged stanzas. Unless `bare`, each of the others includes `default`."""
        merged: dict[str, Stanza] = {}
        with self._lock:
            for name, layer in self._layers(app):
                for title, values in conf_file.read(self._path(name, layer, conf)).items():
                    stanza = merged.setdefault(title, Stanza(title, name))
                    stanza.app = name
                    stanza.local = stanza.local or layer == "local"
                    stanza.values.update(values)
        common = merged.pop("default", Stanza("default", SYSTEM)).values
        if bare:
            return merged
        for stanza in merged.values():
            stanza.values = {**common, **stanza.values}
        return merged

    def defaults(self, conf: str, app: str) -> dict[str, str]:
        """Return the merged values of the `default` stanza."""
        values: dict[str, str] = {}
        with self._lock:
            for name, layer in self._layers(app):
                values.update(
                    conf_file.read(self._path(name, layer, conf)).get("default", {}),
                )
        return values

    def stanza(self, conf: str, app: str, name: str) -> Stanza:
        """Return one merged stanza, or refuse with 404."""
        found = self.stanzas(conf, app).get(name)
        if found is None:
            raise not_found(f"conf-{conf}", name)
        return found

    def write(self, conf: str, app: str, name: str, values: dict[str, str]) -> None:
        """Merge values into the stanza of the app's local layer."""
        self.require_app(app)
        path = self._path(app, "local", conf)
        with self._lock:
            stanzas = conf_file.read(path)
            stanzas.setdefault(name, {}).update(values)
            conf_file.write(path, stanzas)

    def remove(self, conf: str, app: str, name: str) -> None:
        """Remove the stanza from the app's local layer. A stanza of the default layer stays
        (403).
        """
        path = self._path(app, "local", conf)
        with self._lock:
            self.stanza(conf, app, name)
            stanzas = conf_file.read(path)
            if name in conf_file.read(self._path(app, "default", conf)) or name not in stanzas:
                raise RestFault(403, f"Cannot remove '{name}': it is not in the local layer.")
            del stanzas[name]
            conf_file.write(path, stanzas)
