"""The sentence in an input's row."""

from __future__ import annotations

from typing import Any

from ta_akamai_siem.names.coverage import sentence

NOTED: dict[int, dict[str, Any]] = {
    1: {"name": "shop", "left_out": ["policy mobile-api", "alerts of rate controls"]},
    2: {"name": "intranet", "left_out": []},
    3: {"name": "two\nlines", "left_out": [f"policy {n}" for n in range(12)]},
}


def test_of_one_configuration() -> None:
    wanted = "Akamai leaves out: policy mobile-api; alerts of rate controls."
    assert sentence(NOTED, [1, 2, 9]) == wanted
    assert sentence(NOTED, [2]) == ""


def test_of_several_each_is_named() -> None:
    told = sentence({**NOTED, 4: {"left_out": ["JA4 fingerprints"]}}, [1, 3, 4])
    assert told.startswith("Akamai leaves out of shop (1): policy mobile-api;")
    assert "; policy 9; 2 more. " in told
    assert told.endswith("Akamai leaves out of 4 (4): JA4 fingerprints.")
