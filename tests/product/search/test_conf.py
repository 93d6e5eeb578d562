"""Our own rules and ksconf find no error in the conf files."""

from __future__ import annotations

import subprocess
import sys

from tests import ROOT
from tests.product.search import conf_rules


def test_our_rules() -> None:
    assert list(conf_rules.findings(ROOT)) == []


def test_ksconf() -> None:
    """No duplicate stanzas and keys, and no invalid lines."""
    files = sorted(str(path) for path in (ROOT / "default").glob("*.conf"))
    done = subprocess.run(
        [sys.executable, "-m", "ksconf", "check", *files],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_what_is_for_all_apps() -> None:
    """Search-time knowledge is exported; saved searches, pages, navigation and settings are not."""
    meta = (ROOT / "metadata" / "default.meta").read_text(encoding="utf-8")
    stanzas = dict(part.split("]", 1) for part in meta.split("\n[")[1:])
    assert "export = none" in stanzas.pop("")
    assert all("export = system" in settings for settings in stanzas.values())
    confs = {path.stem for path in (ROOT / "default").glob("*.conf")}
    stay = {"app", "collections", "inputs", "savedsearches"}
    assert {*stanzas} - {"lookups", "models", "datamodels"} == confs - stay
