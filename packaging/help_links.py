"""Links in the help of an input's fields.

The framework's schema and its pages allow them, but ucc-gen 6.6.0 takes the help of an input's
field for a string when it writes inputs.conf.spec (`create_inputs_conf.py` calls its `replace`),
and fails. So ucc-gen gets the text without its links, and the built page gets the help as it is in
globalConfig.json. The app has an inputs.conf.spec of its own.
https://splunk.github.io/addonfactory-ucc-generator/entity/
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BUILT = "appserver/static/js/build/globalConfig.json"
_LINK = re.compile(r"\s*\[\[\w+\]\]\.?")


def without_links(text: str) -> str:
    """globalConfig.json for ucc-gen."""
    config = json.loads(text)
    for _, entity in _fields(config):
        if isinstance(entity.get("help"), dict):
            entity["help"] = _LINK.sub("", entity["help"]["text"])
    return json.dumps(config, ensure_ascii=False, indent=4)


def give_links_back(text: str, app: Path) -> None:
    """`text`: globalConfig.json with its links. `app`: what ucc-gen has built of it without."""
    path = app / _BUILT
    built = json.loads(path.read_text(encoding="utf-8"))
    ours = dict(_fields(json.loads(text)))
    for place, entity in _fields(built):
        if "help" in entity and place in ours:
            entity["help"] = ours[place]["help"]
    path.write_text(json.dumps(built, ensure_ascii=False, indent=4), encoding="utf-8")


def _fields(config: dict[str, Any]) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The fields of the inputs, each with its place: the input's kind and the field's name."""
    for service in config["pages"]["inputs"]["services"]:
        for entity in service["entity"]:
            yield (service["name"], entity["field"]), entity
