"""The folders and system conf files of a SPLUNK_HOME."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from . import conf_file

_LIBRARIES = ("lib", "lib39", "lib313")
_MODULES = Path(__file__).resolve().parent / "splunk_modules"


class SplunkHome:
    """Paths below the home. `make` creates them and keeps existing files."""

    def __init__(self, root: Path, app: str) -> None:
        """Name the home and the app in it."""
        self.root = root
        self.app = app
        self.etc = root / "etc"
        self.app_folder = self.etc / "apps" / app
        self.auth = self.etc / "auth"
        self.logs = root / "var" / "log" / "splunk"
        self.data = root / "var" / "lib" / "splunk"
        self.checkpoints = self.data / "modinputs"
        self.run = root / "var" / "run" / "splunk"

    def make(self, built_app: Path | None, server_name: str) -> None:
        """Create the home. The app's files are replaced by the built ones; `local` stays."""
        for folder in (self.auth, self.logs, self.checkpoints, self.run, self.root / "bin"):
            folder.mkdir(parents=True, exist_ok=True)
        if built_app is not None:
            self._install(built_app)
        if not self.app_folder.is_dir():
            raise SystemExit(f"no app {self.app} in {self.etc / 'apps'} and none given")
        self._system(server_name)

    def set_management_port(self, port: int) -> None:
        """Write the management port to the file from which the app's libraries read it."""
        path = self.etc / "system" / "local" / "web.conf"
        stanzas = conf_file.read(path)
        stanzas.setdefault("settings", {})["mgmtHostPort"] = f"127.0.0.1:{port}"
        conf_file.write(path, stanzas)

    def guid(self) -> str:
        """Return the instance's GUID, created once."""
        path = self.etc / "instance.cfg"
        known = conf_file.read(path)
        if "general" not in known:
            known = {"general": {"guid": str(uuid.uuid4()).upper()}}
            conf_file.write(path, known)
        return known["general"]["guid"]

    def environment(
        self, server_name: str, extra: dict[str, str], python_path: str = ""
    ) -> dict[str, str]:
        """Return the environment of the app's scripts: splunkd's, without that of a shell."""
        return {
            "SPLUNK_HOME": str(self.root),
            "SPLUNK_ETC": str(self.etc),
            "SPLUNK_DB": str(self.data),
            "SPLUNK_SERVER_NAME": server_name,
            "SPLUNK_WEB_NAME": "splunkweb",
            "PATH": os.pathsep.join([str(self.root / "bin"), "/usr/bin", "/bin"]),
            "PYTHONHTTPSVERIFY": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONNOUSERSITE": "1",
            "PYTHONPATH": os.pathsep.join([*([python_path] if python_path else []), str(_MODULES)]),
            **extra,
        }

    def _install(self, built_app: Path) -> None:
        if not (built_app / "default" / "app.conf").is_file():
            raise SystemExit(f"{built_app} is no built app: it has no default/app.conf")
        if (built_app / "local").exists():
            raise SystemExit(f"{built_app} holds a local folder, which a package must not")
        local = self.app_folder / "local"
        kept = self.root / "var" / "local-kept"
        if local.is_dir():
            shutil.move(str(local), str(kept))
        if self.app_folder.exists():
            shutil.rmtree(self.app_folder)
        # Including compiled files: an app that has run before has them. Nothing writes to the
        # libraries, which are two thirds of all files, so a link to them is enough.
        shutil.copytree(built_app, self.app_folder, ignore=shutil.ignore_patterns(*_LIBRARIES))
        for name in _LIBRARIES:
            if (built_app / name).is_dir():
                (self.app_folder / name).symlink_to((built_app / name).resolve())
        if kept.is_dir():
            shutil.move(str(kept), str(local))

    def _system(self, server_name: str) -> None:
        default = self.etc / "system" / "default"
        conf_file.write(
            default / "server.conf",
            {
                "general": {"serverName": server_name},
                "sslConfig": {"enableSplunkdSSL": "true", "sslRootCAPath": ""},
                "kvstore": {"disabled": "false", "port": "8191"},
            },
        )
        conf_file.write(default / "web.conf", {"settings": {"mgmtHostPort": "127.0.0.1:8089"}})
        conf_file.write(
            default / "inputs.conf",
            {"default": {"index": "default", "host": "$decideOnStartup"}},
        )
        conf_file.write(
            default / "limits.conf", {"kvstore": {"max_documents_per_batch_save": "1000"}}
        )
