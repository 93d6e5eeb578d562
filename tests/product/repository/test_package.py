"""What is shipped: complete, the same bytes when built in two places, nothing that does not
belong.
"""

from __future__ import annotations

import configparser
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
from load_page_script import load_page_script

from ta_akamai_siem.pages.input_state import STATES
from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

APP_ID = "TA_akamai_siem"
APP = ROOT / "build" / APP_ID
DOC_PAGES = APP / "appserver" / "static" / "docs"
MANIFEST = json.loads((ROOT / "app.manifest").read_text(encoding="utf-8"))
VERSION = MANIFEST["info"]["id"]["version"]
PACKAGE = ROOT / "dist" / f"{APP_ID}-{VERSION}.tar.gz"
SPLUNKBASE = ROOT / "dist" / f"{APP_ID}-{VERSION}-splunkbase.tar.gz"
SOURCES = ("app.manifest", "CHANGELOG.md", "globalConfig.json")
FOLDERS = (
    "appserver",
    "bin",
    "default",
    "docs",
    "LICENSES",
    "lookups",
    "metadata",
    "packaging",
    "README",
    "static",
)
BYTES_AT_MOST = 3_200_000
TOOLS = ROOT / "build" / "venv" / "tools" / "bin" / "python"
"""A link to the interpreter that built the app."""
ONE_DATE = "1700000000"
pytestmark = pytest.mark.usefixtures("package")


def run(script: str, root: Path, *arguments: str, python: Path | None = None) -> str:
    """Run one of the packaging scripts of a source tree; return its output."""
    done = subprocess.run(
        [str(python or TOOLS.resolve()), str(root / "packaging" / script), *arguments],
        check=False,
        capture_output=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": ONE_DATE},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def copy_of_the_sources(root: Path) -> Path:
    """Create a second source tree. It uses the first one's tools, because the lock is the same."""
    (root / "build").mkdir(parents=True)
    (root / "build" / "venv").symlink_to(ROOT / "build" / "venv")
    for name in FOLDERS:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in SOURCES:
        shutil.copy(ROOT / name, root / name)
    return root


def built_and_packed(root: Path) -> dict[str, str]:
    """SHA-256 by name of all that `make package` leaves in dist/."""
    run("build.py", root)
    run("pack.py", root)
    run("sbom.py", root, python=TOOLS)
    run("checksums.py", root)
    return {path.name: sha256(path) for path in (root / "dist").iterdir()}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    assert len(here) == 4
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", f"{APP_ID}-{VERSION}.sha256"],
        check=False,
        capture_output=True,
        cwd=second / "dist",
        text=True,
    )
    assert done.stdout.count(": OK") == 3, done.stdout + done.stderr


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
    """The packer itself refuses such files, whatever the build left behind."""
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
        pack(app, tmp_path / "refused.tar.gz", {})
    assert not (tmp_path / "refused.tar.gz").exists()


@pytest.mark.parametrize("packed", [PACKAGE, SPLUNKBASE], ids=["private", "splunkbase"])
def test_size(packed: Path) -> None:
    size = packed.stat().st_size
    print(f"{packed.name}: {size:,} bytes")
    assert size < BYTES_AT_MOST


def contents(package: Path) -> dict[str, bytes]:
    with tarfile.open(package) as archive:
        files = [member for member in archive.getmembers() if member.isfile()]
        return {
            member.name.removeprefix(f"{APP_ID}/"): reader.read()
            for member in files
            if (reader := archive.extractfile(member))
        }


def test_only_the_package_for_splunkbase_asks_for_updates() -> None:
    private, splunkbase = contents(PACKAGE), contents(SPLUNKBASE)
    assert private.keys() == splunkbase.keys()
    pages = "appserver/static/js/build/globalConfig.json"
    different = {name for name, data in private.items() if splunkbase[name] != data}
    assert different == {"default/app.conf", pages}
    for files, on in ((private, False), (splunkbase, True)):
        app_conf = conf(files["default/app.conf"].decode())
        assert app_conf["package"]["check_for_updates"] == str(on).lower()
        assert json.loads(files[pages])["meta"]["checkForUpdates"] is on


@pytest.mark.parametrize("packed", [PACKAGE, SPLUNKBASE], ids=["private", "splunkbase"])
def test_it_holds_nothing_of_a_site(packed: Path) -> None:
    kinds = rb"akab-[a-z0-9]{16}-[a-z0-9]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\$[17]\$[\w+/]{20}"
    for name, data in contents(packed).items():
        folders, _, file = name.rpartition("/")
        assert "local" not in folders.split("/")
        assert file not in {"passwords.conf", "local.meta", ".edgerc", "splunk.secret"}
        assert not re.search(kinds, data), name


def test_an_administrator_who_has_only_the_package_can_read_on() -> None:
    """README, release notes and all pages of docs/, as text whose links stay in the package."""
    assert (APP / "README.txt").is_file()
    assert (APP / "CHANGELOG.md").read_text(encoding="utf-8").startswith("# Changelog")
    pages = {path.name for path in (ROOT / "docs").glob("*.md")} - {
        "believed.md",
        "delivery-measured.md",
        "release.md",
    }
    assert {path.name for path in (APP / "docs").glob("*.md")} == pages
    for path in (ROOT / "docs" / "examples").rglob("*.conf"):
        assert (APP / path.relative_to(ROOT)).read_bytes() == path.read_bytes()
    listed = re.findall(r"^docs/(\S+)", (APP / "README.txt").read_text("utf-8"), re.MULTILINE)
    assert {*listed} == {*pages, "examples/"}
    for page in [APP / "CHANGELOG.md", *(APP / "docs").glob("*.md")]:
        text = page.read_text(encoding="utf-8")
        assert "![" not in text
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"


def test_what_conf_and_spec_files_point_to_is_there() -> None:
    found = set()
    files = [*APP.glob("default/*.conf"), *APP.glob("README/*.spec"), *APP.glob("metadata/*")]
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "source of the add-on" not in text
        assert "add-on's source" not in text
        assert not re.search(r"`make |\b(?:packaging|tests)/", text), path.name
        pattern = r"(?<![\w/])(?:docs|README|LICENSES|bin|lookups|static|default)/[\w./-]*\w"
        for target in re.findall(pattern, text):
            found.add(target)
            assert (APP / target).exists(), f"{path.name}: {target}"
    assert {"docs/alerts.md", "docs/cim.md", "docs/masking.md"} <= found


def test_the_manifest_is_complete() -> None:
    info = json.loads((APP / "app.manifest").read_text(encoding="utf-8"))["info"]
    assert {*info["commonInformationModels"]} == {"Alerts", "Intrusion_Detection", "Web"}
    for name in ("license", "privacyPolicy", "releaseNotes"):
        assert (APP / info[name]["text"]).is_file()
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## {re.escape(VERSION)} \((\d{{4}}-\d\d-\d\d)\)"
    released = re.search(heading, changelog, re.MULTILINE)
    assert info["releaseDate"] == (released[1] if released else None)


def test_nobody_is_invented() -> None:
    """No e-mail address in our own files. Those of the libraries stay."""
    for path in APP.rglob("*"):
        inside = path.relative_to(APP)
        if path.is_dir() or path.suffix in {".png", ".pyc"} or inside.parts[0].startswith("lib"):
            continue
        if inside.parts[0] == "appserver":
            continue
        found = re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", path.read_text(encoding="utf-8"))
        assert [each for each in found if not each.endswith("example.com")] == [], inside
    author = MANIFEST["info"]["author"]
    assert author == [{"name": "TA_akamai_siem contributors", "email": None, "company": None}]


def test_no_address_in_what_is_ours() -> None:
    """AppInspect reports each one (check_hostnames_and_ips), including those in comments."""
    for folder in ("bin", "default", "lookups", "metadata", "README"):
        for path in (APP / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                found = re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", path.read_text("utf-8"))
                assert found == [], path.relative_to(APP)


def test_no_script_that_nothing_loads() -> None:
    folder = APP / "appserver/static/js/build"
    scripts = {path.name: path.read_text("utf-8") for path in folder.glob("*.js")}
    loaded = {name for name in scripts for other in scripts if name in scripts[other]}
    assert {*scripts} - loaded <= {"entry_page.js"}
    assert not [name for name in scripts if re.match("purify|html2canvas", name)]


def anchors(page: str) -> set[str]:
    """Those of a page of the documentation that the package has for browsers."""
    return set(re.findall(r' id="([^"]+)"', (DOC_PAGES / page).read_text(encoding="utf-8")))


def test_the_documentation_can_be_read_in_a_browser() -> None:
    """Each page, with links that lead somewhere; and whatever the setup pages link to."""
    pages = {path.name for path in DOC_PAGES.glob("*.html")}
    assert pages == {f"{path.stem}.html" for path in (APP / "docs").glob("*.md")} | {"index.html"}
    links = []
    for name in pages:
        text = (DOC_PAGES / name).read_text(encoding="utf-8")
        assert f"Splunk {VERSION}</title>" in text
        links += [(name, target) for target in re.findall(r'href="(?![a-z]+:)([^"]+)"', text)]
    config = (APP / "appserver/static/js/build/globalConfig.json").read_text(encoding="utf-8")
    assert len(links) > 100
    own = re.findall(rf'"[./]+/static/app/{APP_ID}/docs/([^"]+)"', config)
    assert len(own) > 5
    links += [("", target) for target in own]
    for name, target in links:
        page, _, anchor = target.partition("#")
        assert (page or name) in pages, (name, target)
        assert not anchor or anchor in anchors(page or name), (name, target)
    for path in (APP / "docs").glob("*.md"):
        text = (DOC_PAGES / f"{path.stem}.html").read_text(encoding="utf-8")
        code = html.unescape("".join(re.findall(r"<pre><code>(.*?)</code></pre>", text, re.DOTALL)))
        searches = re.findall(
            r"^ {4,}((?:index=|`akamai|\| ).*)", path.read_text("utf-8"), re.MULTILINE
        )
        assert [each for each in searches if each not in code] == [], path.name
    topics = {state.replace(" ", "-") for state in STATES}
    assert topics | {"credential.refused", "server.trouble"} <= anchors("troubleshooting.html")


def test_the_page_template_waits_for_our_script(tmp_path: Path) -> None:
    template = "appserver/templates/base.html"
    text = (APP / template).read_text(encoding="utf-8")
    assert text.index("js/build/custom/page.js'") < text.index("js/build/entry_page.js'")
    (tmp_path / template).parent.mkdir(parents=True)
    (tmp_path / template).write_text("<html>", encoding="utf-8")
    with pytest.raises(SystemExit, match="ucc-gen has changed"):
        load_page_script(tmp_path)


def test_the_built_page_has_the_help_of_inputs_with_its_links() -> None:
    """ucc-gen gets it without."""
    ours, built = (
        json.loads((place / "globalConfig.json").read_text(encoding="utf-8"))["pages"]["inputs"]
        for place in (ROOT, APP / "appserver/static/js/build")
    )
    helps = [
        [entity.get("help") for service in pages["services"] for entity in service["entity"]]
        for pages in (ours, built)
    ]
    assert helps[0] == helps[1]
    assert any(isinstance(each, dict) for each in helps[0])


def test_the_links_of_the_pages_lead_to_a_place_of_the_documents() -> None:
    text = (ROOT / "globalConfig.json").read_text(encoding="utf-8")
    links = set(re.findall(r'/static/app/TA_akamai_siem/docs/([\w.]+)#?([^"]*)"', text))
    assert {"quickstart.html", "volume.html"} <= {page for page, _ in links}
    for page, anchor in links:
        document = (DOC_PAGES / page).read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor}"' in document, f"{page}#{anchor}"


def test_each_licence_text_of_the_pages_once() -> None:
    path = APP / "appserver/static/js/build/licenses.txt"
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 400_000
    packages = re.findall(r"^Name: (\S+)\nVersion: (\S+)\nLicense: .+\n", text, re.MULTILINE)
    assert len(packages) > 200
    numbers = re.findall(r"^Text: (\d+)$", text, re.MULTILINE)
    assert len(numbers) + text.count("\nText: none published\n") == len(packages)
    head, *texts = re.split(r"^---- Text \d+ ----\n", text, flags=re.MULTILINE)
    assert sorted(map(int, {*numbers})) == list(range(1, len(texts) + 1))
    assert len({" ".join(each.split()) for each in texts}) == len(texts)
    # React is under the MIT licence, with its own copyright line.
    react = re.search(r"^Name: react\n(?:.+\n)*Text: (\d+)$", head, re.MULTILINE)
    assert react
    assert "Copyright (c) Facebook, Inc." in texts[int(react[1]) - 1]


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
    complete: dict[str, dict[str, str]] = {}
    for folder, name in (("lib39", "runtime-39.lock"), ("lib313", "runtime-313.lock")):
        lock = (ROOT / "packaging" / name).read_text(encoding="utf-8")
        entry = r"^([a-z0-9-]+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$"
        complete[folder] = dict(re.findall(entry, lock, re.MULTILINE))
        assert lock.count("==") == lock.count("--hash") == len(complete[folder])
    common = shipped("lib")
    assert common
    for folder, locked in complete.items():
        assert {**common, **shipped(folder)} == locked


def shipped(folder: str) -> dict[str, str]:
    names = [path.name for path in (APP / folder).glob("*.dist-info")]
    pairs = [re.fullmatch(r"(.+)-([^-]+)\.dist-info", name) for name in names]
    return {match[1].lower().replace("_", "-"): match[2] for match in pairs if match}


def test_each_library_brings_its_licence() -> None:
    listed = (APP / "LICENSES" / "third-party.txt").read_text(encoding="utf-8")
    for folder in APP.glob("lib*/*.dist-info"):
        name, _, version = folder.name[: -len(".dist-info")].rpartition("-")
        assert f"{name.replace('_', '-')} {version}: " in listed
        texts = [path for path in folder.rglob("*") if "LICEN" in path.name.upper()]
        # splunk-sdk 2 publishes no licence text; it is Apache-2.0, whose text the app has.
        assert texts or (name, version[:2]) == ("splunk_sdk", "2.")


def test_the_list_of_components_is_that_of_the_locks() -> None:
    bill = json.loads((ROOT / "dist" / f"{APP_ID}-{VERSION}.cdx.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    locked = set()
    for name in ("runtime-39.lock", "runtime-313.lock"):
        lock = (ROOT / "packaging" / name).read_text(encoding="utf-8")
        locked |= {*re.findall(r"^(\S+)==(\S+) \\\n +--hash=sha256:(\w+)$", lock, re.MULTILINE)}
    listed = [
        (each["name"], each["version"], each["hashes"][0]["content"]) for each in bill["components"]
    ]
    print(f"{len(listed)} components, {len(locked)} in the locks")
    assert sorted(listed) == sorted(locked)
    assert all(each["licenses"] for each in bill["components"])


@pytest.mark.parametrize("kind", ["akamai_siem", "akamai_siem_backfill", "akamai_siem_names"])
def test_input_form_and_defaults_and_spec_name_the_same_settings(kind: str) -> None:
    form = {str(entity["field"]): entity for entity in global_config()[kind]}
    defaults = conf((ROOT / "default" / "inputs.conf").read_text(encoding="utf-8"))[kind]
    spec = conf((ROOT / "README" / "inputs.conf.spec").read_text(encoding="utf-8"))
    # These take effect when the form is saved, and are not stored.
    stored = {*form} - {"reset", "reset_confirmed", "connector"}
    assert {*spec[f"{kind}://<name>"], "name"} == {*stored, "python.required"}
    with_default = {name for name, entity in form.items() if "defaultValue" in entity}
    platform = {"sourcetype", "python.version", "python.required", "start_by_shell"}
    assert {*defaults} - platform == with_default
    assert defaults["start_by_shell"] == "false"
    for name in with_default:
        assert defaults[name] == form[name]["defaultValue"]


def test_our_settings_handler_has_the_fields_of_the_form() -> None:
    text = (ROOT / "bin" / f"{APP_ID}_rh_settings.py").read_text(encoding="utf-8")
    proxy = text[text.index("PROXY = (") : text.index("LOGGING = (")]
    search = text[text.index("SEARCH = (") : text.index("if __name__")]
    for part, name in ((proxy, "proxy"), (search, "search")):
        form = [each for each in global_config()[name] if each["type"] != "helpLink"]
        assert re.findall(r'RestField\(\s*"(\w+)"', part) == [entity["field"] for entity in form]
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
        for entity in [each for each in entities if each["type"] != "helpLink"]:
            assert entity.get("help"), (form, entity["field"])
            if entity["type"] not in {"checkbox", "custom", "index"}:
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
