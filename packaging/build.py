"""Build the app: ``python packaging/build.py [--force]`` → ``build/TA_akamai_siem/``.

Arranges the sources as Splunk's UCC framework expects them, runs ``ucc-gen``, checks that the app
is complete (ucc-gen exits with 0 even after a failure), removes unused files, and sets dates that
depend only on the source. A build of unchanged sources is skipped.
https://splunk.github.io/addonfactory-ucc-generator/
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from app_identity import APP, APP_ID, BUILD, CONF_PREFIX, PACKAGING, ROOT, source_date, version
from help_links import give_links_back, without_links
from load_page_script import load_page_script
from lock import pure_python
from package_docs import README, write_docs
from package_docs import SOURCES as DOCS
from page_licences import give_each_text_once
from prune import normalise_dates, prune, remove_compiled, write_notices
from runtime_libraries import COMMON, LOCKS, PYTHON, by_folder
from setup_venv import environment

if TYPE_CHECKING:
    from pathlib import Path

PIP_VERSION = "25.3"
SOURCES = (
    "app.manifest",
    "appserver",
    "bin",
    "default",
    "lookups",
    "metadata",
    "static",
    "README",
)
NEVER_COPIED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
REWRITTEN = ("app.manifest", "default/app.conf", "lib/requirements.txt")
"""Our own files that ucc-gen completes, or that this script completes after it."""
VERSION_ON_PAGES = "{version}"
"""What globalConfig.json has in texts in place of the version."""
_STAMP = BUILD / "build.sha256"
_STAGE = BUILD / "stage"

EXPECTED = (
    "app.manifest",
    "LICENSES/Apache-2.0.txt",
    "README/inputs.conf.spec",
    f"README/{CONF_PREFIX}_account.conf.spec",
    f"README/{CONF_PREFIX}_settings.conf.spec",
    "appserver/static/js/build/custom/account_cell.js",
    "appserver/static/js/build/custom/input_cell.js",
    "appserver/static/js/build/custom/input_row.js",
    "appserver/static/js/build/custom/last_test.js",
    "appserver/static/js/build/custom/form_hook.js",
    "appserver/static/js/build/custom/page.js",
    "appserver/static/js/build/entry_page.js",
    "appserver/static/js/build/globalConfig.json",
    "appserver/templates/base.html",
    f"bin/{APP_ID}_rh_account.py",
    f"bin/{APP_ID}_rh_akamai_siem.py",
    f"bin/{APP_ID}_rh_akamai_siem_backfill.py",
    f"bin/{APP_ID}_rh_akamai_siem_names.py",
    f"bin/{APP_ID}_rh_settings.py",
    "bin/akamai_siem.py",
    "bin/akamai_siem_backfill.py",
    "bin/akamai_siem_diag.py",
    "bin/akamai_siem_names.py",
    "bin/akamai_siem_worker.py",
    "bin/library_path.py",
    "bin/ta_akamai_siem/__init__.py",
    "default/app.conf",
    "default/collections.conf",
    "default/data/ui/views/configuration.xml",
    "default/data/ui/views/inputs.xml",
    "default/inputs.conf",
    "default/props.conf",
    "default/restmap.conf",
    f"default/{CONF_PREFIX}_settings.conf",
    "default/web.conf",
    "lib/akamai/edgegrid/__init__.py",
    "lib/certifi/cacert.pem",
    "lib/solnlib/__init__.py",
    "lib/splunktaucclib/__init__.py",
    "metadata/default.meta",
    "static/appIcon.png",
    *(
        f"{folder}/{library}/__init__.py"
        for folder in LOCKS
        for library in ("requests", "splunklib", "urllib3")
    ),
)


def _is_source(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    return path.is_file() and not hidden and "__pycache__" not in path.parts


def _tree_digest(folders: list[Path]) -> str:
    digest = hashlib.sha256(f"{source_date()}\n".encode())
    for top in folders:
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if _is_source(path):
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _fingerprint() -> str:
    """Return a digest of the sources and of the built app."""
    own = [ROOT / name for name in (*SOURCES, "LICENSES", "globalConfig.json")]
    own += [*DOCS, README]
    locks = [*LOCKS.values(), PACKAGING / "tools.lock"]
    return _tree_digest([*own, *locks, *sorted(PACKAGING.glob("*.py")), APP])


def _stage() -> None:
    """Arrange the sources as ucc-gen expects them, in a folder called ``package``."""
    shutil.rmtree(_STAGE, ignore_errors=True)
    package = _STAGE / "package"
    package.mkdir(parents=True)
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, package / name, ignore=NEVER_COPIED)
        elif source.is_file():
            shutil.copyfile(source, package / name)
    shutil.copytree(ROOT / "LICENSES", _STAGE / "LICENSES")
    (_STAGE / "globalConfig.json").write_text(without_links(_pages()), encoding="utf-8")
    for folder, libraries in by_folder().items():
        requirements = _requirements(folder)
        requirements.parent.mkdir(exist_ok=True)
        text = "".join(library.requirement() for library in libraries)
        requirements.write_text(text, encoding="utf-8")


def _pages() -> str:
    """globalConfig.json with the version in its texts."""
    text = (ROOT / "globalConfig.json").read_text(encoding="utf-8")
    return text.replace(VERSION_ON_PAGES, version())


def _requirements(folder: str) -> Path:
    """Return the file that lists a folder's libraries. ucc-gen itself installs those of lib/."""
    return _STAGE / ("package/lib/requirements.txt" if folder == COMMON else f"{folder}.txt")


def _install_options(folder: str) -> list[str]:
    version = PYTHON.get(folder, min(PYTHON.values(), key=_numbers))
    options = [*pure_python(version), "--require-hashes", "--no-build-isolation"]
    return [*options, "--no-compile", "--ignore-installed"]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _environment(python: Path) -> dict[str, str]:
    # Our own cache: a splunk-sdk wheel that another setuptools built differs in its bytes.
    locked = hashlib.sha256((PACKAGING / "tools.lock").read_bytes()).hexdigest()[:12]
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", "")]),
        "PIP_CACHE_DIR": str(BUILD / "cache" / f"pip-{locked}"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _install(python: Path, folder: str, target: Path) -> str:
    """Install the libraries of lib39/ or lib313/. Return pip's output."""
    command = [str(python), "-m", "pip", "install", *_install_options(folder)]
    command += ["--target", str(target), "-r", str(_requirements(folder))]
    done = subprocess.run(
        command,
        check=False,
        env=_environment(python),
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        message = f"{done.stdout}\npip could not install {folder}/"
        raise SystemExit(message)
    return done.stdout


def _run_ucc_gen(python: Path) -> str:
    command = [str(python.with_name("ucc-gen")), "build", "--source", str(_STAGE / "package")]
    command += ["--ta-version", version(), "-o", str(_STAGE / "out")]
    command += ["--python-binary-name", str(python), "--pip-version", PIP_VERSION]
    command += [f"--pip-custom-flag={' '.join(_install_options(COMMON))}"]
    done = subprocess.run(
        command,
        check=False,
        cwd=_STAGE,
        env=_environment(python),
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    (BUILD / "ucc-gen.log").write_text(done.stdout, encoding="utf-8")
    return done.stdout


def _write_doc_pages(python: Path, out: Path) -> None:
    """Make the documentation that the pages link to, with the library of the environment."""
    command = [str(python), str(PACKAGING / "doc_pages.py"), str(out), version()]
    subprocess.run(command, check=True, env=_environment(python))


def _check(out: Path, said: str) -> None:
    """Exit with ucc-gen's output if a part is missing or one of our files has changed."""
    missing = [name for name in EXPECTED if not (out / name).is_file()]
    if missing:
        message = f"{said}\nucc-gen did not produce: {', '.join(missing)}"
        raise SystemExit(message)
    package = _STAGE / "package"
    staged = [path for path in package.rglob("*") if path.is_file()]
    ours = {path.relative_to(package).as_posix(): path for path in staged}
    changed = [
        name
        for name, path in ours.items()
        if name not in REWRITTEN and path.read_bytes() != (out / name).read_bytes()
    ]
    if changed:
        message = f"{said}\nucc-gen changed files of ours: {', '.join(changed)}"
        raise SystemExit(message)


def build(*, force: bool = False) -> None:
    """Bring ``build/TA_akamai_siem/`` up to date."""
    fresh = not force and _STAMP.is_file() and APP.is_dir()
    if fresh and _STAMP.read_text(encoding="utf-8") == _fingerprint():
        remove_compiled(APP)
        print(f"{APP.relative_to(ROOT)} is up to date")
        return
    for script in ("akamai_siem.py", "akamai_siem_backfill.py", "akamai_siem_names.py"):
        if not (ROOT / "bin" / script).is_file():
            raise SystemExit(f"bin/{script} is missing; ucc-gen would make one of its own")
    python = environment("tools")
    _stage()
    said = _run_ucc_gen(python)
    out = _STAGE / "out" / APP_ID
    said += "".join(_install(python, folder, out / folder) for folder in LOCKS)
    _check(out, said)
    prune(out)
    _check(out, said)
    give_each_text_once(out)
    write_notices(out)
    write_docs(out)
    _write_doc_pages(python, out)
    load_page_script(out)
    give_links_back(_pages(), out)
    normalise_dates(out, source_date())
    shutil.rmtree(APP, ignore_errors=True)
    out.rename(APP)
    _STAMP.write_text(_fingerprint(), encoding="utf-8")
    print(f"built {APP.relative_to(ROOT)} {version()}")


if __name__ == "__main__":
    build(force="--force" in sys.argv[1:])
