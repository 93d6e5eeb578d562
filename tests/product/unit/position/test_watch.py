"""How long another member has not renewed its claim, measured by this host's clock alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ta_akamai_siem.position.watch import Watch

if TYPE_CHECKING:
    from pathlib import Path


def test_a_later_run_knows_how_long_it_has_been_so(tmp_path: Path) -> None:
    clock = [100.0]

    def watch() -> Watch:
        return Watch(tmp_path / "input" / "watch.json", lambda: clock[0])

    assert watch().unchanged_for("a") == 0
    clock[0] += 60
    assert watch().unchanged_for("a") == 60
    assert watch().unchanged_for("b") == 0
    clock[0] += 1
    assert watch().unchanged_for("b") == 1
    watch().forget()
    assert watch().unchanged_for("b") == 0


def test_a_host_that_was_started_again_begins_anew(tmp_path: Path) -> None:
    clock = [5_000.0]
    watch = Watch(tmp_path / "watch.json", lambda: clock[0])
    watch.unchanged_for("a")
    clock[0] = 20.0
    assert watch.unchanged_for("a") == 0
    clock[0] = 30.0
    assert watch.unchanged_for("a") == 10


def test_a_damaged_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "watch.json"
    watch = Watch(path, lambda: 50.0)
    for text in ("", "7", "[]", '{"seen": "a"}', '{"seen": "a", "since": "x"}', "\0"):
        path.write_text(text)
        assert watch.unchanged_for("a") == 0


def test_where_no_file_can_be_kept_nobody_can_tell(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    watch = Watch(tmp_path / "file" / "watch.json", lambda: 50.0)
    assert watch.unchanged_for("a") is None
    watch.forget()
