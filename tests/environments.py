"""The environment in `build/venv` that a test runs in: `dev`, unless it is listed here. And what
all of them have in common.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import PurePosixPath

from tests import ROOT

BYTECODE = {
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bytecode"),
}
"""Tests start hundreds of stand-ins. Without stored bytecode each start compiles its modules, which
takes longer than all the rest of it. The stand-ins give the product an environment of its own.
"""
SEARCH = (
    "tests/product/search",
    "tests/oracles/tests/test_emulation.py",
    "tests/oracles/tests/test_rulesets.py",
    "tests/oracles/tests/test_spl_models.py",
    "tests/oracles/tests/test_spl_tables.py",
    "tests/oracles/tests/test_time_range.py",
)
ADDON_SUITE = "tests/product/splunk_addon_suite"
BROWSER = "tests/product/browser"
_OF = {**dict.fromkeys((*SEARCH, ADDON_SUITE), "search"), BROWSER: "browser"}
_SEARCH_OPTIONS = ("--confcutdir=tests/product/search", "-p", "no:plugin", "-p", "no:splunk")
"""Without the plugins of Splunk's test suite, and without what the other tests need."""


def environment_of(path: str) -> str:
    """`path`: of a test file or a folder of tests, from the repository's root."""
    here = PurePosixPath(path)
    for known, name in _OF.items():
        if here == PurePosixPath(known) or PurePosixPath(known) in here.parents:
            return name
    return "dev"


def options_of(path: str, root: str) -> list[str]:
    """The pytest options for a test. `root`: the repository."""
    if path.startswith(ADDON_SUITE):
        return [
            *("-c", f"{root}/{ADDON_SUITE}/pytest.ini", "--splunk-type=external"),
            *(f"--splunk-app={root}", f"--splunk-data-generator={root}"),
        ]
    return list(_SEARCH_OPTIONS) if environment_of(path) == "search" else []


def elsewhere(path: str) -> str:
    """The message for a test that was started in the wrong environment."""
    return f"{path} runs in the environment `{environment_of(path)}`: make one T={path}"


def require(module: str, path: str) -> None:
    """Exit with that message if a module of the environment is missing."""
    if find_spec(module) is None:
        raise SystemExit(elsewhere(path))
