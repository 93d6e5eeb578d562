"""The views over what a running workbench has indexed: `make views IN=workbench`."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

from tests.by_hand.views import live
from tests.by_hand.views.server import Server
from tests.oracles.search_time.clock import CLOCK
from tests.product.search import view_scene
from tests.product.search.alert_scene import request

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_is_indexed_later_is_shown_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_EACH_S", 0.0)
    monkeypatch.setattr(CLOCK, "moment", None)
    records = tmp_path / "splunk" / "var" / "lib" / "splunk" / "main" / "records.ndjson"
    records.parent.mkdir(parents=True)
    now = int(time.time())

    def index(ago: float) -> None:
        kept = asdict(request(ago, now=now))
        with records.open("a", encoding="utf-8") as file:
            file.write(json.dumps({k: v for k, v in kept.items() if k != "indexed"}) + "\n")

    index(60)
    server = Server(tmp_path, view_scene.VIEWS, live.Live(tmp_path).searcher)
    asked = {
        "search": '| from datamodel:"Akamai_SIEM.Requests" | stats count',
        "range": {"earliest": "-60m", "latest": "now"},
        "offset": 0,
        "count": 10,
        "sort": {},
    }
    with server:
        assert server.answer(asked)["columns"] == [["1"]]
        index(30)
        assert server.answer(asked)["columns"] == [["2"]]
        index(7_200)
        assert server.answer(asked)["columns"] == [["2"]]
