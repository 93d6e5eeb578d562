"""The icons match their vector source, have Splunk Web's sizes, and are visible on any
background.
"""

from __future__ import annotations

import struct
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {
    "appIcon.png": (36, 36),
    "appIcon_2x.png": (72, 72),
    "appIconAlt.png": (36, 36),
    "appIconAlt_2x.png": (72, 72),
    "appLogo.png": (160, 40),
    "appLogo_2x.png": (320, 80),
}
GROUNDS = {"light": "ffffff", "page": "f7f8fa", "bar": "3c444d", "dark": "171d21"}
"""Splunk Web's backgrounds: light theme, its pages, the default bar of an app, dark theme."""
LEAST_CONTRAST = 3.0


def pixels(path: Path) -> tuple[tuple[int, int], list[tuple[int, ...]]]:
    """Size, and the pixels as red, green, blue, alpha. 8 bits, not interlaced."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, *kind = struct.unpack(">IIBBBBB", data[16:29])
    assert kind == [8, 6, 0, 0, 0]
    packed, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * 4
    above = bytearray(stride)
    found: list[tuple[int, ...]] = []
    for y in range(height):
        start = y * (stride + 1)
        line = bytearray(raw[start + 1 : start + 1 + stride])
        for x in range(stride):
            left = line[x - 4] if x >= 4 else 0
            corner = above[x - 4] if x >= 4 else 0
            line[x] = (line[x] + predicted(raw[start], left, above[x], corner)) % 256
        found += [tuple(line[x : x + 4]) for x in range(0, stride, 4)]
        above = line
    return (width, height), found


def predicted(method: int, left: int, up: int, corner: int) -> int:
    """PNG's filters: https://www.w3.org/TR/png-3/#9Filter-types"""
    if method == 4:
        nearest = left + up - corner
        return min((left, up, corner), key=lambda value: abs(nearest - value))
    return (0, left, up, (left + up) // 2)[method]


def luminance(colour: tuple[int, ...]) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    parts = [value / 255 for value in colour[:3]]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear))


@pytest.mark.parametrize("name", SIZES)
def test_size_and_contrast(name: str) -> None:
    size, found = pixels(ROOT / "static" / name)
    assert size == SIZES[name]
    full = {pixel for pixel in found if pixel[3] == 255}
    assert full
    for ground in GROUNDS.values():
        behind = luminance(tuple(bytes.fromhex(ground)))
        for pixel in full:
            light, dark = sorted((luminance(pixel), behind), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= LEAST_CONTRAST, (pixel, ground)


def test_the_icons_are_those_of_their_source(tools: Path) -> None:
    done = subprocess.run(
        [str(tools), str(ROOT / "packaging" / "icons.py"), "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    if "No module named 'resvg_py'" in done.stderr:
        pytest.skip("what draws the icons needs Python 3.10")
    assert done.returncode == 0, done.stderr
