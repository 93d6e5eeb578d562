"""What `splunk diag` collects: the built app's script, called as splunkd does, and no secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests import ROOT
from tests.standins.splunk import conf_file

APP = ROOT / "build" / "TA_akamai_siem"
CALLER = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("extension", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

class Parser: pass
class Callback: pass

class Diag:
    def __init__(self): self.found = {}
    def add_file(self, path, name): self.add_string(open(path, encoding="utf-8").read(), name)
    def add_string(self, text, name):
        assert isinstance(text, str) and name not in self.found and not name.startswith("/")
        self.found[name] = text

diag = Diag()
module.setup(parser=Parser(), callback=Callback())
module.collect_diag_info(
    diag=diag, options=None, global_options=None, app_dir=sys.argv[2], someday="more"
)
print(json.dumps(diag.found))
"""
"""The interface according to app.conf.spec [diag] and Splunk's page on extending diag."""
SECRETS = ("s3cret-token", "s3cret-key", "s3cret-line", "s3cret-name")
LOCAL = {
    "inputs.conf": "[akamai_siem://first]\nconfig_ids = 14227\n",
    "ta_akamai_siem_account.conf": f"[main]\nhost = h.example.com\nclient_secret = {SECRETS[0]}\n"
    f"access_token={SECRETS[1]}\nedgerc = [default] \\\nclient_secret = {SECRETS[2]}\nnote = a\n",
    "ta_akamai_siem_settings.conf": f"[proxy]\nproxy_username = {SECRETS[3]}\nproxy_port = 8080\n",
    "passwords.conf": "[credential:x:y:]\npassword = $7$encrypted\n",
}


pytestmark = pytest.mark.usefixtures("built_app")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("splunk")
    logs, app = home / "var" / "log" / "splunk", home / "app"
    logs.mkdir(parents=True)
    (app / "local").mkdir(parents=True)
    (app / "VERSION").write_text("1.2.3\n", encoding="utf-8")
    for name in ("ta_akamai_siem_first.log", "ta_akamai_siem_first.log.1", "splunkd.log"):
        (logs / name).write_text(f"a line of {name}\n", encoding="utf-8")
    for name, text in LOCAL.items():
        (app / "local" / name).write_text(text, encoding="utf-8")
    named = conf_file.read(APP / "default" / "app.conf")["diag"]["extension_script"]
    script = APP / "bin" / named
    done = subprocess.run(
        [sys.executable, "-I", "-c", CALLER, str(script), str(app)],
        check=False,
        env={**os.environ, "SPLUNK_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def test_what_it_takes(found: dict[str, Any]) -> None:
    assert set(found) == {
        "about.txt",
        "log/ta_akamai_siem_first.log",
        "log/ta_akamai_siem_first.log.1",
        "local/inputs.conf",
        "local/ta_akamai_siem_account.conf",
        "local/ta_akamai_siem_settings.conf",
    }
    assert found["local/inputs.conf"] == LOCAL["inputs.conf"]
    assert "version 1.2.3" in found["about.txt"]
    assert "local/passwords.conf" in found["about.txt"]


def test_no_secret_is_in_it(found: dict[str, Any]) -> None:
    for text in found.values():
        assert [secret for secret in (*SECRETS, "$7$") if secret in text] == []
    account = found["local/ta_akamai_siem_account.conf"]
    assert account.splitlines() == [
        "[main]",
        "host = h.example.com",
        "client_secret = (left out)",
        "access_token= (left out)",
        "edgerc = (left out)",
        "note = a",
    ]


def test_every_secret_of_the_forms_is_known() -> None:
    """All settings that the framework encrypts have names that are left out."""
    sys.path.insert(0, str(APP / "bin"))
    from akamai_siem_diag import without_secrets

    page = json.loads((ROOT / "globalConfig.json").read_text(encoding="utf-8"))["pages"]
    entities = [entity for tab in page["configuration"]["tabs"] for entity in tab.get("entity", [])]
    secret = [entity["field"] for entity in entities if entity.get("encrypted")]
    assert len(secret) > 2
    for name in [*secret, "edgerc"]:
        assert without_secrets(f"{name} = x") == f"{name} = (left out)\n"
