"""The built app uses the libraries for the Python that runs it, before all others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

APP = ROOT / "build" / "TA_akamai_siem"
sys.path.insert(0, str(ROOT / "packaging"))

from find_pythons import find  # noqa: E402 - from the folder just added
from runtime_libraries import by_folder  # noqa: E402 - likewise

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.usefixtures("built_app")
PYTHONS = {"3.9": "lib39", "3.10": "lib39", "3.12": "lib39", "3.13": "lib313"}
MODULES = {"requests": "requests", "splunk-sdk": "splunklib", "urllib3": "urllib3"}


def pythons() -> Iterator[tuple[str, str]]:
    """The available Pythons, with the folder that each uses; at least the one that runs the
    tests.
    """
    here = ".".join(map(str, sys.version_info[:2]))
    wanted = {**PYTHONS, here: "lib313" if sys.version_info >= (3, 13) else "lib39"}
    for version, folder in wanted.items():
        found = (Path(sys.executable), version) if version == here else find(version)
        if found:
            yield str(found[0]), folder


def said(python: str, script: Path, **settings: str) -> list[list[str]]:
    done = subprocess.run(
        [python, str(script)],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **settings},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


@pytest.mark.parametrize(("python", "folder"), pythons())
def test_each_library_comes_from_the_folder_of_this_python(python: str, folder: str) -> None:
    """Even if others with the same names come first on its path."""
    locked = {library.name: library.version for library in by_folder()[folder]}
    other = "lib39" if folder == "lib313" else "lib313"
    found = said(python, APP / "bin" / "library_path.py", PYTHONPATH=str(APP / other))
    assert found == [
        [name, locked[name], str(APP / folder / module / "__init__.py")]
        for name, module in MODULES.items()
    ]


@pytest.mark.parametrize(("python", "folder"), pythons())
def test_pythons_own_modules_are_not_looked_for_among_the_libraries(
    python: str, folder: str
) -> None:
    """That takes a stat of each folder for each module. So none of them may have the name of one of
    Python's.
    """
    program = (
        "import library_path, os, sys; order = sys.path; own = os.path.dirname(os.__file__)\n"
        "print(order.index(own), order.index(library_path.FOLDERS[0]))\n"
        "print(*getattr(sys, 'stdlib_module_names', ()))"
    )
    done = subprocess.run(
        [python, "-c", program],
        check=True,
        capture_output=True,
        cwd=APP / "bin",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        text=True,
    )
    order, names = done.stdout.splitlines()
    own, ours = map(int, order.split())
    assert own < ours
    folders = (APP / "bin", APP / "lib", APP / folder)
    assert not {path.stem for each in folders for path in each.iterdir()} & set(names.split())


def test_make_origins_tells_it_for_each_of_splunks_pythons() -> None:
    lines = said(sys.executable, ROOT / "packaging" / "origins.py")
    for version, folder in (("3.9", "lib39"), ("3.13", "lib313")):
        found = find(version)
        if found:
            at = lines.index(["Python", found[1]])
            files = [line[2] for line in lines[at + 1 : at + 4]]
            assert files == [str(APP / folder / name / "__init__.py") for name in MODULES.values()]


def test_every_script_asks_for_the_libraries_first() -> None:
    """All except the worker and diag, which need no libraries."""
    for script in APP.glob("bin/*.py"):
        lines = script.read_text(encoding="utf-8").splitlines()
        imports = [line.split()[1] for line in lines if line.startswith(("import ", "from "))]
        own = [
            name
            for name in imports
            if name not in {"importlib", "logging", "os", "pathlib", "signal", "sys"}
        ]
        if script.name == "akamai_siem_diag.py":
            assert set(own) <= {"__future__", "os", "re", "typing"}, script
        elif script.name in {"library_path.py", "akamai_siem_worker.py"}:
            assert all(name.startswith("ta_akamai_siem.") for name in own), script
        else:
            assert own[0] in {"library_path", "import_declare_test"}, script


def test_a_library_is_in_one_folder_or_in_both_of_those_that_differ() -> None:
    folders = by_folder()
    names = {folder: {library.name for library in found} for folder, found in folders.items()}
    assert names["lib39"] == names["lib313"] == set(MODULES)
    assert not names["lib"] & names["lib39"]
    modules = {folder: {path.name for path in (APP / folder).iterdir()} for folder in folders}
    assert not modules["lib"] & (modules["lib39"] | modules["lib313"])
