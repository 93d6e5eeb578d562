"""Sites for the scenarios, and the choice between all scenarios and their core."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from .site import Site

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """END_TO_END=core skips tests that are not marked `core`."""
    if os.environ.get("END_TO_END") != "core":
        return
    here = os.path.dirname(__file__)
    left_out = [
        item
        for item in items
        if str(item.path).startswith(here) and item.get_closest_marker("core") is None
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def _built(built_app: None) -> None:
    """Every scenario runs it."""


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all tests of a module."""
    with Site(tmp_path_factory.mktemp("shared")) as running:
        yield running


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """Both programs, newly started; inputs run only when a test starts them.

    In a module marked `shared_site`, they were started once and are cleared after each test.
    """
    if request.node.get_closest_marker("shared_site"):
        shared: Site = request.getfixturevalue("shared_site")
        yield shared
        shared.clear()
        return
    with Site(tmp_path) as running:
        yield running
