"""The XML that splunkd writes to a script's stdin, and the error message that it reads back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True)
class Caller:
    """What every script receives about the instance."""

    server_host: str
    server_uri: str
    session_key: str
    checkpoint_dir: str


def _head(caller: Caller) -> str:
    return (
        f"  <server_host>{escape(caller.server_host)}</server_host>\n"
        f"  <server_uri>{escape(caller.server_uri)}</server_uri>\n"
        f"  <session_key>{escape(caller.session_key)}</session_key>\n"
        f"  <checkpoint_dir>{escape(caller.checkpoint_dir)}</checkpoint_dir>\n"
    )


def _parameters(parameters: dict[str, str], indent: str) -> str:
    return "".join(
        f"{indent}<param name={quoteattr(key)}>{escape(value)}</param>\n"
        for key, value in sorted(parameters.items())
    )


def run_document(caller: Caller, stanza: str, app: str, parameters: dict[str, str]) -> bytes:
    """Return the configuration of one stanza for a run."""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<input>\n{_head(caller)}  <configuration>\n'
        f"    <stanza name={quoteattr(stanza)} app={quoteattr(app)}>\n"
        f"{_parameters(parameters, '      ')}    </stanza>\n  </configuration>\n</input>\n"
    )
    return text.encode()


def validation_document(caller: Caller, name: str, parameters: dict[str, str]) -> bytes:
    """Return the document for `--validate-arguments`, with one item."""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<items>\n{_head(caller)}'
        f"  <item name={quoteattr(name)}>\n{_parameters(parameters, '    ')}  </item>\n</items>\n"
    )
    return text.encode()


def refusal_message(output: bytes) -> str | None:
    """Return the text of `<error><message>`; None if the output is something else."""
    match = re.fullmatch(rb"\s*<error>\s*<message>([^<]*)</message>\s*</error>\s*", output)
    if match is None:
        return None
    text = match.group(1).decode("utf-8", "replace")
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, char)
    return text.replace("&amp;", "&")
