"""Messages name a setting as the form labels it."""

from __future__ import annotations

import json

from ta_akamai_siem.setting_labels import LABELS, labelled
from ta_akamai_siem.splunk.input_settings import INPUT_SETTINGS
from tests import ROOT


def fields(part: object) -> list[tuple[str, str]]:
    """Field and label of each entry of a form, at any depth."""
    if isinstance(part, list):
        return [each for item in part for each in fields(item)]
    if not isinstance(part, dict):
        return []
    own = [(part["field"], part["label"])] if {"field", "label"} <= set(part) else []
    return own + [each for item in part.values() for each in fields(item)]


def test_labels_are_those_of_the_forms() -> None:
    shown = set(fields(json.loads((ROOT / "globalConfig.json").read_text(encoding="utf-8"))))
    assert set(LABELS.items()) <= shown


def test_labels_are_those_of_the_table() -> None:
    table = {each.name: each.label for each in INPUT_SETTINGS}
    assert {name: LABELS[name] for name in table if name in LABELS} == {
        name: label for name, label in table.items() if name in LABELS
    }
    assert labelled("limit") == "Events per page (limit)"
