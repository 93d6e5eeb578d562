"""Hypothesis's profiles, the built app, the package, and tests of other environments."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, configuration, settings

from tests import ROOT
from tests.environments import elsewhere, environment_of
from tests.examples import FULL
from tests.made import make

if TYPE_CHECKING:
    from pathlib import Path

# All but `long` use the same examples in every run, so that only a change can make a test fail.
# `quick` and `brief` are for the two Pythons of `make test`, `full` for `make test-all`. `unshrunk`
# is for mutants, where only the first failure matters. `long` searches for new examples.
_ANY = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("full", _ANY, max_examples=FULL, derandomize=True)
settings.register_profile("quick", _ANY, max_examples=FULL // 4, derandomize=True)
settings.register_profile("brief", _ANY, max_examples=FULL // 10, derandomize=True)
settings.register_profile(
    "unshrunk",
    _ANY,
    max_examples=FULL,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)
settings.register_profile("long", _ANY, max_examples=100_000, print_blob=True)
configuration.set_hypothesis_home_dir(ROOT / "build" / "hypothesis")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    """Raises UsageError if a named test runs in another environment."""
    for argument in config.args:
        file = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if _is_elsewhere(file):
            raise pytest.UsageError(elsewhere(file.relative_to(ROOT).as_posix()))


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """In a named folder, skip the tests that run in another environment."""
    return _is_elsewhere(collection_path) or None


def _is_elsewhere(file: Path) -> bool:
    if ROOT not in file.parents:
        return False
    wanted = environment_of(file.relative_to(ROOT).as_posix())
    return wanted not in {"dev", os.environ.get("TEST_ENVIRONMENT", "dev")}


@pytest.fixture(scope="session")
def built_app() -> None:
    """build/TA_akamai_siem, brought up to date."""
    make("build")


@pytest.fixture(scope="session")
def package() -> None:
    """dist/TA_akamai_siem-<version>.tar.gz, brought up to date."""
    make("package")


@pytest.fixture(scope="session")
def tools(built_app: None) -> Path:  # noqa: ARG001 - to build makes the environment
    """The Python of the environment that builds and inspects the app."""
    return ROOT / "build" / "venv" / "tools" / "bin" / "python"
