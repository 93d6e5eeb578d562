"""Reads what splunkd passes on standard input: its address, a session key, one stanza.

https://help.splunk.com/en/splunk-enterprise/developing-views-and-apps-for-splunk-web/9.3/modular-inputs
"""

from __future__ import annotations

import xml.etree.ElementTree as ET  # the document comes from splunkd alone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class InputDefinition(NamedTuple):
    """`kind`, `name`: of the stanza `<kind>://<name>`. `parameters`: its settings, merged."""

    kind: str
    name: str
    parameters: Mapping[str, str]
    server_uri: str
    server_host: str
    checkpoint_dir: Path
    session_key: str

    def __repr__(self) -> str:
        """Without the session key and what a stanza may hold."""
        return f"InputDefinition(kind={self.kind!r}, name={self.name!r})"


def read_run(document: bytes, kind: str) -> InputDefinition:
    """The document of a run: exactly one stanza. Raises ValueError."""
    root = ET.fromstring(document)  # noqa: S314 - see the import
    stanzas = root.findall("configuration/stanza")
    if len(stanzas) != 1:
        message = f"splunkd passed {len(stanzas)} stanzas instead of one"
        raise ValueError(message)
    stanza_kind, _, name = (stanzas[0].get("name") or "").partition("://")
    return _definition(root, stanzas[0], stanza_kind or kind, name)


def read_validation(document: bytes, kind: str) -> InputDefinition:
    """The document of a validation: exactly one item, named without its kind. Raises ValueError."""
    root = ET.fromstring(document)  # noqa: S314 - see the import
    items = root.findall("item")
    if len(items) != 1:
        message = f"splunkd passed {len(items)} items instead of one"
        raise ValueError(message)
    name = items[0].get("name") or ""
    return _definition(root, items[0], kind, name.partition("://")[2] or name)


def _definition(root: ET.Element, stanza: ET.Element, kind: str, name: str) -> InputDefinition:
    return InputDefinition(
        kind=kind,
        name=name,
        parameters={
            param.get("name") or "": (param.text or "").strip() for param in stanza.findall("param")
        },
        server_uri=root.findtext("server_uri", "").strip(),
        server_host=root.findtext("server_host", "").strip(),
        session_key=root.findtext("session_key", "").strip(),
        checkpoint_dir=Path(root.findtext("checkpoint_dir", "").strip() or "."),
    )
