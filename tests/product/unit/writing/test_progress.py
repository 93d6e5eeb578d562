"""A record that is only a help: its content is checked, and nothing depends on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ta_akamai_siem.writing.progress import Progress, ProgressFile

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"position": "71cca;x", "events": 7, "digest": "ab", "splunkd_started": 1.0}


def test_round_trip(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "progress.json", 1.0)
    file.save(Progress("71cca;x", 7, "ab"))
    assert file.load() == Progress("71cca;x", 7, "ab")
    assert ProgressFile(tmp_path / "progress.json", 2.0).load() is None


@pytest.mark.parametrize(
    "content",
    ["", "null", "[]", "{}", "[" * 100_000, *(
        json.dumps({**GOOD, **wrong})
        for wrong in (
            {"events": -7},
            {"events": 0},
            {"events": 7.5},
            {"events": True},
            {"events": "7"},
            {"position": None},
            {"digest": 7},
        )
    )],
)  # fmt: skip
def test_anything_else_is_no_record(tmp_path: Path, content: str) -> None:
    path = tmp_path / "progress.json"
    path.write_text(content, encoding="utf-8")
    assert ProgressFile(path, 1.0).load() is None


def test_a_file_that_cannot_be_written_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "progress.json"
    (path / "inside").mkdir(parents=True)
    file = ProgressFile(path, 1.0, told.append)
    for _ in range(3):
        file.save(Progress("71cca;x", 7, "ab"))
        assert file.load() is None
        file.clear()
    assert len(told) == 1
