"""What each form can refuse by itself: a wrong value for each check of globalConfig.json."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPED = ("text", "textarea")
_CANDIDATES = ("!", "a b", "https://a/b", "yesterday", "ü" * 3, "17 x")


@dataclass(frozen=True)
class Wrong:
    """A value of a field, and the message that it must bring."""

    field: str
    value: str
    message: str


def form(name: str) -> dict[str, Any]:
    """A tab or a service of globalConfig.json."""
    pages = json.loads((ROOT / "globalConfig.json").read_text(encoding="utf-8"))["pages"]
    forms = [*pages["configuration"]["tabs"], *pages["inputs"]["services"]]
    (found,) = [each for each in forms if each.get("name") == name]
    return dict(found)


def wrong_values(name: str) -> list[Wrong]:
    """One for each check of each field that a user can type into."""
    return [
        wrong
        for entity in form(name)["entity"]
        if entity["type"] in TYPED
        and entity.get("options", {}).get("enable", True)
        and entity.get("options", {}).get("display", True)
        for wrong in _wrong(entity)
    ]


def _wrong(entity: dict[str, Any]) -> Iterator[Wrong]:
    field, label = entity["field"], entity["label"]
    if entity.get("required"):
        yield Wrong(field, "", f"{label}: this field is required.")
    for check in entity.get("validators", []):
        if check["type"] == "string":
            yield Wrong(field, "x" * (check["maxLength"] + 1), check["errorMsg"])
        elif check["type"] == "regex":
            pattern = re.compile(check["pattern"])
            value = next(each for each in _CANDIDATES if not pattern.search(each))
            yield Wrong(field, value, check["errorMsg"])
        elif check["type"] == "number":
            # For a fraction, the framework has words of its own.
            yield Wrong(field, "1.5", check["errorMsg"])
        else:
            raise AssertionError(f"{field}: no wrong value is known for {check['type']}")
