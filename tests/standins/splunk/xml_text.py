"""Character data of XML 1.0, checked byte by byte and decoded."""

from __future__ import annotations

import re

FORBIDDEN_BYTES = bytes([*range(9), 11, 12, *range(14, 32)])
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_ENTITIES = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&apos;": b"'", b"&amp;": b"&"}
_REFERENCE = re.compile(rb"&(?:#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot|apos));|&")
_MANY = 30
_NAMED = {b"lt": b"<", b"gt": b">", b"amp": b"&", b"quot": b'"', b"apos": b"'"}


class TextError(ValueError):
    """Text that no XML 1.0 document may contain."""

    def __init__(self, offset: int, reason: str) -> None:
        """Keep the byte position in the text and the reason."""
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def allowed_code_point(code: int) -> bool:
    """Whether XML 1.0 allows this character."""
    if code < 0x20:
        return code in {0x9, 0xA, 0xD}
    return code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF


def is_clean(block: bytes) -> bool:
    """Whether a block is UTF-8 without forbidden characters or CR; fast."""
    if b"\r" in block:
        return False
    if len(block.translate(None, FORBIDDEN_BYTES)) != len(block):
        return False
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return b"\xef" not in block or not any(mark in block for mark in _NONCHARACTERS)


def unescape_plain(text: bytes) -> bytes | None:
    """Resolve the five named entities; None if there is any other `&`."""
    head, *rest = text.split(b"&", _MANY)
    if len(rest) == _MANY:
        marks = text.count(b"&")
        if sum(text.count(entity) for entity in _ENTITIES) != marks:
            return None
        for entity, char in _ENTITIES.items():
            text = text.replace(entity, char)
        return text
    parts = [head]
    for part in rest:
        name, _, tail = part.partition(b";")
        resolved = _NAMED.get(name)
        if resolved is None or len(name) == len(part):
            return None
        parts += (resolved, tail)
    return b"".join(parts)


def decode_text(text: bytes) -> bytes:
    """Check character data completely and return what a parser would return; TextError if
    invalid.
    """
    for match in re.finditer(b"[" + re.escape(FORBIDDEN_BYTES) + b"]", text):
        code = text[match.start()]
        raise TextError(match.start(), f"raw control character U+{code:04X}")
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise TextError(error.start, f"invalid UTF-8 ({error.reason})") from error
    for mark in _NONCHARACTERS:
        at = text.find(mark)
        if at >= 0:
            raise TextError(at, f"code point U+{ord(mark.decode()):04X} is not in XML 1.0")
    at = text.find(b"]]>")
    if at >= 0:
        raise TextError(at, "']]>' in character data")
    normal = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _REFERENCE.sub(_resolve, normal)


def _resolve(match: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, named = match.groups()
    if named:
        return _NAMED[named]
    if decimal is None and hexadecimal is None:
        raise TextError(match.start(), "unknown entity or bare ampersand")
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if not allowed_code_point(code):
        raise TextError(match.start(), f"reference to U+{code:04X}, which is not in XML 1.0")
    return chr(code).encode()
