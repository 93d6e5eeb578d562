"""Converts the header blocks of many events at once, which takes a quarter of the time.

Almost always a block is percent-encoded text whose lines end in CR LF. Then many blocks are decoded
together, and their lines become JSON by replacing their ends. If one of them has anything else, it
is looked for in halves, and converted alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .decoding import percent_decoded, percent_decoded_bytes, text_of
from .event import json_text
from .headers import header_lines
from .xml_text import is_xml_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_END = b"\x7f"
"""After each block. A block that contains this character is converted alone."""
_FEW = 3
"""Blocks that are converted alone if one of them is odd."""
_BETWEEN = b'","'
"""Between two lines in JSON, in the place of a line end."""
_CONTROLS = bytes(code for code in range(32) if code not in b"\r\n")
_FIRST_PRINTED = b"!"
"""Sorts after space, TAB and the empty line."""


def as_json(blocks: Sequence[bytes]) -> list[bytes]:
    """The header lines of each block as a JSON list that XML can carry.

    `blocks`: UTF-8, percent-encoded.
    """
    lists = _together(blocks)
    if lists is not None:
        return lists
    if len(blocks) <= _FEW:
        return [_alone(block) for block in blocks]
    half = len(blocks) // 2
    return as_json(blocks[:half]) + as_json(blocks[half:])


def _alone(block: bytes) -> bytes:
    return json_text(header_lines(percent_decoded(block.decode()))).encode()


def _together(blocks: Sequence[bytes]) -> list[bytes] | None:
    """The same for all blocks at once; None if the result might differ."""
    data = percent_decoded_bytes(_END.join([*blocks, b""]))
    if data is None:
        return None
    if not data.isascii():
        text = text_of(data)
        if not is_xml_text(text):
            return None
        data = text.encode()
    if len(data.translate(None, _CONTROLS)) != len(data):
        return None
    joined = _joined(data.replace(b"\\", b"\\\\").replace(b'"', b'\\"'))
    if joined is None:
        return None
    *lists, _ = joined.split(_END)
    if len(lists) != len(blocks):
        return None
    # No line contains such a quote: those of its own have a backslash before them.
    return [
        b'["%b"]' % lines.removesuffix(_BETWEEN) if block else b"[]"
        for block, lines in zip(blocks, lists)
    ]


def _joined(data: bytes) -> bytes | None:
    """`data` with `_BETWEEN` in the place of each CR LF; None if a line is folded or empty, or has
    another end.

    `splitlines` takes half as long as replacing two characters. It knows CR and LF alone too: only
    if each end had two characters, the text grows by one for each.
    """
    lines = data.splitlines()
    joined = _BETWEEN.join(lines)
    if len(joined) - len(data) != len(lines) - 1 or min(lines) < _FIRST_PRINTED:
        return None
    return joined
