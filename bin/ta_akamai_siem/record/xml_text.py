"""The code points that XML 1.0 cannot carry. In JSON they are written as escapes.

https://www.w3.org/TR/xml/#charsets
"""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


def is_xml_text(text: str) -> bool:
    """Whether XML can carry all code points of a text that was decoded from UTF-8."""
    return "\ufffe" not in text and "\uffff" not in text


def escaped(json: str) -> str:
    """JSON with those code points as escapes."""
    return _NOT_IN_XML.sub(_escape, json)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
