"""Where pages are spooled: free space, permissions, and no remaining files."""

from __future__ import annotations

import contextlib
import os
import shutil
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.akamai.page import PageSpool
from ta_akamai_siem.akamai.spool import SpoolFolder
from ta_akamai_siem.errors import SpoolUnusable

if TYPE_CHECKING:
    from pathlib import Path


def test_a_spool_file_has_no_name_and_no_readers(tmp_path: Path) -> None:
    folder = SpoolFolder(tmp_path / "spool")
    folder.prepare()
    with contextlib.closing(folder.new_file(10)) as file:
        file.write(b"x")
        assert list((tmp_path / "spool").iterdir()) == []
        assert os.fstat(file.fileno()).st_mode & 0o777 == 0o600


def test_the_folder_is_this_users_own(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        SpoolFolder(tmp_path / "spool").prepare()
    finally:
        os.umask(before)
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700


def test_left_overs_are_removed(tmp_path: Path) -> None:
    (tmp_path / "page-abc").write_bytes(b"left by a killed run")
    (tmp_path / "progress.json").write_bytes(b"{}")
    SpoolFolder(tmp_path).prepare()
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


def test_room_is_looked_at_first(tmp_path: Path) -> None:
    folder = SpoolFolder(tmp_path)
    with pytest.raises(SpoolUnusable, match="MB free"):
        folder.new_file(10**12)


@pytest.mark.parametrize(("missing", "refused"), [(0, False), (1, True)])
def test_room_for_the_page_and_some_more(
    missing: int, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4,096 bytes an event, and 64 MB that stay free."""
    free = 64 * 1024 * 1024 + 1000 * 4096 - missing
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    expected = pytest.raises(SpoolUnusable) if refused else contextlib.nullcontext()
    with expected:
        SpoolFolder(tmp_path).new_file(1000).close()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SpoolUnusable, match="cannot be spooled"):
        SpoolFolder(tmp_path / "file" / "spool").prepare()


def test_a_disk_that_fills_up_meanwhile() -> None:
    with open("/dev/full", "wb", buffering=0) as full:
        spool = PageSpool(full)
        with pytest.raises(SpoolUnusable, match="No space left"):
            spool.feed(b"{}\n")
