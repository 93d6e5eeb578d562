"""`make update`: the table that it shows for two versions of a lock file."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[3] / "packaging"

OLD = """# Written by packaging/lock.py from dev.in.
cffi==2.0.0 ; python_full_version < '3.10' \\
    --hash=sha256:aa
cffi==2.1.0 ; python_full_version >= '3.10' \\
    --hash=sha256:ab
gone==1 \\
    --hash=sha256:bb
idna==3.10 \\
    --hash=sha256:cc
ruff==0.17.6 \\
    --hash=sha256:dd \\
    --hash=sha256:de
"""
NEW = """# Written by packaging/lock.py from dev.in.
cffi==2.0.0 ; python_full_version < '3.10' \\
    --hash=sha256:aa
cffi==2.2.0 ; python_full_version >= '3.10' \\
    --hash=sha256:ac
idna==3.10 \\
    --hash=sha256:cc
added-later==4.0b1 \\
    --hash=sha256:ee
ruff==0.17.6 \\
    --hash=sha256:dd
"""
LOCKER = """
from pathlib import Path
for name, text in {texts!r}.items():
    (Path(__file__).parent / name).write_text(text, encoding="utf-8")
"""


def shown(folder: Path, before: dict[str, str], after: dict[str, str]) -> str:
    """The output of the script if `lock.py` writes `after`. `before`, `after`: texts by file
    name.
    """
    shutil.copy(PACKAGING / "update.py", folder)
    for name, text in before.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "lock.py").write_text(LOCKER.format(texts=after), encoding="utf-8")
    command = [sys.executable, "-X", "utf8", str(folder / "update.py")]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def test_each_lock_that_changed_has_a_table(tmp_path: Path) -> None:
    before = {"dev.lock": OLD, "slim.lock": OLD}
    after = {"dev.lock": NEW, "slim.lock": OLD, "search.lock": "lark==1.3.1 \\\n"}
    assert shown(tmp_path, before, after).splitlines() == [
        "dev.lock",
        "  added-later             - → 4.0b1",
        "  cffi         2.0.0, 2.1.0 → 2.0.0, 2.2.0",
        "  gone                    1 → -",
        "  ruff               0.17.6 → 0.17.6 (other files)",
        "",
        "search.lock",
        "  lark  - → 1.3.1",
    ]


def test_nothing_to_update(tmp_path: Path) -> None:
    assert shown(tmp_path, {"dev.lock": OLD}, {}) == "All lock files are up to date.\n"


def test_a_lock_that_cannot_be_made_is_no_update(tmp_path: Path) -> None:
    shutil.copy(PACKAGING / "update.py", tmp_path)
    (tmp_path / "lock.py").write_text("raise SystemExit('no network')\n", encoding="utf-8")
    command = [sys.executable, str(tmp_path / "update.py")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert "up to date" not in done.stdout


@pytest.mark.parametrize("lock", sorted(PACKAGING.glob("*.lock")), ids=lambda path: path.name)
def test_every_pin_of_our_lock_files_is_read(lock: Path) -> None:
    sys.path.insert(0, str(PACKAGING))
    try:
        from update import read_lock
    finally:
        sys.path.remove(str(PACKAGING))
    text = lock.read_text(encoding="utf-8")
    found = read_lock(text)
    pins = [line for line in text.splitlines() if line[:1] not in {"", " ", "#"}]
    assert sum(len(each.versions) for each in found.values()) == len(pins) > 0
    assert all(each.hashes for each in found.values())
