"""What is shipped: complete, the same bytes from two places, nothing that does not belong."""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING, Any

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

APP_ID = "TA_akamai_siem"
APP = ROOT / "build" / APP_ID
MANIFEST = json.loads((ROOT / "app.manifest").read_text(encoding="utf-8"))
VERSION = MANIFEST["info"]["id"]["version"]
PACKAGE = ROOT / "dist" / f"{APP_ID}-{VERSION}.tar.gz"
SOURCES = ("app.manifest", "bin", "default", "globalConfig.json", "LICENSES", "packaging")
SOURCES_IF_ANY = ("lookups", "metadata", "README", "static")
BYTES_AT_MOST = 2_500_000
TOOLS = ROOT / "build" / "venv" / "tools" / "bin" / "python"
"""A link to the interpreter that built the app."""
ONE_DATE = "1700000000"
pytestmark = pytest.mark.usefixtures("package")


def run(script: str, root: Path, *arguments: str) -> str:
    """Run one of the packaging scripts of a source tree; return what it printed."""
    done = subprocess.run(
        [str(TOOLS.resolve()), str(root / "packaging" / script), *arguments],
        check=False,
        capture_output=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": ONE_DATE},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def copy_of_the_sources(root: Path) -> Path:
    """Lay a second source tree; its tools are the first one's, the lock being the same."""
    (root / "build").mkdir(parents=True)
    (root / "build" / "venv").symlink_to(ROOT / "build" / "venv")
    for name in (*SOURCES, *SOURCES_IF_ANY):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif name in SOURCES:
            shutil.copy(source, root / name)
    return root


def built_and_packed(root: Path) -> str:
    run("build.py", root)
    run("pack.py", root)
    return hashlib.sha256((root / "dist" / PACKAGE.name).read_bytes()).hexdigest()


def conf(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(
        interpolation=None, delimiters=("=",), comment_prefixes=("#", "*"), strict=False
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


def global_config() -> dict[str, list[dict[str, Any]]]:
    """Return the entities by service or tab, predefined tabs left out."""
    pages = json.loads((ROOT / "globalConfig.json").read_text(encoding="utf-8"))["pages"]
    forms = [*pages["configuration"]["tabs"], *pages["inputs"]["services"]]
    return {form["name"]: form["entity"] for form in forms if "entity" in form}


@pytest.fixture(scope="module")
def members() -> dict[str, tarfile.TarInfo]:
    with tarfile.open(PACKAGE) as archive:
        return {member.name: member for member in archive.getmembers()}


def test_two_places_give_the_same_bytes(tmp_path: Path) -> None:
    here = built_and_packed(copy_of_the_sources(tmp_path / "first"))
    second = copy_of_the_sources(tmp_path / "a longer path" / "second")
    os.utime(second / "default" / "app.conf", (1, 1))
    (second / "bin" / "akamai_siem.py").chmod(0o700)
    assert built_and_packed(second) == here


def test_the_package_holds_the_built_app_and_nothing_else(
    members: dict[str, tarfile.TarInfo],
) -> None:
    built = {
        f"{APP_ID}/{path.relative_to(APP).as_posix()}"
        for path in APP.rglob("*")
        if "__pycache__" not in path.parts
    }
    assert set(members) == {APP_ID, *built}


def test_modes_owner_and_date_are_fixed(members: dict[str, tarfile.TarInfo]) -> None:
    assert {member.mode for member in members.values() if member.isdir()} == {0o755}
    assert {member.mode for member in members.values() if member.isfile()} == {0o644}
    assert all(member.isdir() or member.isfile() for member in members.values())
    assert {(member.uid, member.gid, member.uname) for member in members.values()} == {(0, 0, "")}
    assert len({member.mtime for member in members.values()}) == 1


@pytest.mark.parametrize(
    "unwanted",
    [
        r"\.(pyc|pyo|so|pyd|dll|dylib)$",
        r"__pycache__",
        r"/\.",
        r"/tests?/",
        r"/local/",
        r"edgerc$",
        r"\.pem$(?<!certifi/cacert\.pem)",
    ],
)
def test_nothing_compiled_hidden_or_of_tests(
    members: dict[str, tarfile.TarInfo], unwanted: str
) -> None:
    assert [name for name in members if re.search(unwanted, name)] == []


def test_what_must_not_be_shipped_is_refused(tmp_path: Path) -> None:
    """The packer itself says no, whatever the build left behind."""
    sys.path.insert(0, str(ROOT / "packaging"))
    try:
        from pack import pack, refusals
    finally:
        sys.path.remove(str(ROOT / "packaging"))
    wanted = ["bin/akamai_siem.py", "lib/akamai/edgegrid/edgerc.py", "lib/solnlib/pattern.py"]
    unwanted = [
        "lib/a/__pycache__/b.cpython-39.pyc",
        "lib/charset_normalizer/md.cpython-39-x86_64-linux-gnu.so",
        ".gitignore",
        "bin/.hidden/file.py",
        "lib/akamai/edgegrid/test/sample_edgerc",
        "bin/test_page.py",
        "local/inputs.conf",
        "metadata/local.meta",
    ]
    assert refusals(wanted) == []
    assert {line.split(": ")[0] for line in refusals(unwanted)} == set(unwanted)
    app = tmp_path / APP_ID
    (app / "local").mkdir(parents=True)
    (app / "local" / "inputs.conf").write_text("[akamai_siem://x]\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"local/inputs\.conf: local settings"):
        pack(app, tmp_path / "refused.tar.gz")
    assert not (tmp_path / "refused.tar.gz").exists()


def test_size_is_about_two_megabytes() -> None:
    size = PACKAGE.stat().st_size
    print(f"{PACKAGE.name}: {size:,} bytes")
    assert size < BYTES_AT_MOST


def test_one_version_everywhere() -> None:
    app_conf = conf((APP / "default" / "app.conf").read_text(encoding="utf-8"))
    pages = json.loads(
        (APP / "appserver/static/js/build/globalConfig.json").read_text(encoding="utf-8")
    )
    shipped = json.loads((APP / "app.manifest").read_text(encoding="utf-8"))
    assert shipped["info"]["id"]["version"] == VERSION
    assert app_conf["launcher"]["version"] == VERSION
    assert app_conf["id"]["version"] == VERSION
    assert pages["meta"]["version"] == VERSION
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(VERSION)}\b", changelog, re.MULTILINE)


def test_our_sources_win_over_generated_files() -> None:
    for name in ("bin", "default", "README"):
        for path in (ROOT / name).rglob("*"):
            if path.suffix == ".pyc" or path.is_dir() or path.name == "app.conf":
                continue
            assert (APP / path.relative_to(ROOT)).read_bytes() == path.read_bytes(), path


def test_libraries_are_locked_to_one_file_each() -> None:
    lock = (ROOT / "packaging" / "runtime.lock").read_text(encoding="utf-8")
    locked = dict(
        re.findall(r"^([a-z0-9-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", lock, re.MULTILINE)
    )
    assert lock.count("==") == lock.count("--hash") == len(locked)
    shipped = [path.name for path in (APP / "lib").glob("*.dist-info")]
    pairs = [re.fullmatch(r"(.+)-([^-]+)\.dist-info", name) for name in shipped]
    found = {match[1].lower().replace("_", "-"): match[2] for match in pairs if match}
    assert found == locked


def test_each_library_brings_its_licence() -> None:
    listed = (APP / "LICENSES" / "third-party.txt").read_text(encoding="utf-8")
    for folder in (APP / "lib").glob("*.dist-info"):
        name, _, version = folder.name[: -len(".dist-info")].rpartition("-")
        assert f"{name.replace('_', '-')} {version}: " in listed
        texts = [path for path in folder.rglob("*") if "LICEN" in path.name.upper()]
        # splunk-sdk publishes no licence text; it is Apache-2.0, whose text the app has.
        assert texts or name == "splunk_sdk"


@pytest.mark.parametrize("kind", ["akamai_siem", "akamai_siem_backfill"])
def test_input_form_and_defaults_and_spec_name_the_same_settings(kind: str) -> None:
    form = {str(entity["field"]): entity for entity in global_config()[kind]}
    defaults = conf((ROOT / "default" / "inputs.conf").read_text(encoding="utf-8"))[kind]
    spec = conf((ROOT / "README" / "inputs.conf.spec").read_text(encoding="utf-8"))
    # Done when the form is saved, and not stored.
    stored = {*form} - {"reset", "reset_confirmed"}
    assert {*spec[f"{kind}://<name>"], "name"} == {*stored, "python.required"}
    with_default = {name for name, entity in form.items() if "defaultValue" in entity}
    assert {*defaults} - {"sourcetype", "python.version", "python.required"} == with_default
    for name in with_default:
        assert defaults[name] == form[name]["defaultValue"]


def test_our_settings_handler_has_the_fields_of_the_form() -> None:
    text = (ROOT / "bin" / f"{APP_ID}_rh_settings.py").read_text(encoding="utf-8")
    proxy = text[text.index("PROXY = (") : text.index("LOGGING = (")]
    form = global_config()["proxy"]
    assert re.findall(r'RestField\(\s*"(\w+)"', proxy) == [entity["field"] for entity in form]
    assert re.findall(r'"(\w+)", encrypted=True', proxy) == ["proxy_password"]


def test_secrets_are_encrypted_and_others_are_not() -> None:
    encrypted = {
        (form, entity["field"])
        for form, entities in global_config().items()
        for entity in entities
        if entity.get("encrypted")
    }
    assert encrypted == {
        ("account", "client_token"),
        ("account", "client_secret"),
        ("account", "access_token"),
        ("proxy", "proxy_password"),
    }


def test_every_entity_says_what_to_enter() -> None:
    for form, entities in global_config().items():
        for entity in entities:
            assert entity.get("help"), (form, entity["field"])
            if entity["type"] not in {"checkbox", "index"}:
                assert all(check.get("errorMsg") for check in entity["validators"])


def accepts(form: str, field: str, value: str) -> bool:
    entity = next(entity for entity in global_config()[form] if entity["field"] == field)
    for check in entity["validators"]:
        if check["type"] == "regex" and not re.match(check["pattern"], value):
            return False
        if check["type"] == "string" and not check["minLength"] <= len(value) <= check["maxLength"]:
            return False
    return True


@pytest.mark.parametrize(
    ("form", "field", "good", "bad"),
    [
        ("account", "host", "akab-x.example.com:8443", "https://akab-x.example.com"),
        ("account", "host", "192.0.2.7", "akab-x.example.com/siem"),
        ("account", "host", "[2001:db8::1]:443", ""),
        ("account", "client_secret", " abc+/= ", "two words"),
        ("proxy", "proxy_url", "proxy.example.com", "http://proxy.example.com"),
        ("proxy", "proxy_url", "", "a b"),
        ("proxy", "proxy_type", "https", "socks4"),
        ("akamai_siem", "config_ids", "14227", "14227;x"),
        ("akamai_siem", "config_ids", "14227;20718", ";"),
        ("akamai_siem", "config_ids", " 14227 , 20718; ", "-1"),
        ("akamai_siem", "interval", "10", "9"),
        ("akamai_siem", "interval", "60.5", "-1"),
        ("akamai_siem", "interval", "*/5 * * * *", "*/5 * *"),
        ("akamai_siem", "start", "now", "12h"),
        ("akamai_siem", "start", "-30m", "-1d"),
    ],
)
def test_the_form_accepts_and_refuses(form: str, field: str, good: str, bad: str) -> None:
    assert accepts(form, field, good)
    assert not accepts(form, field, bad)
