"""Draw the app's icons: ``python packaging/icons.py [--check]`` → ``static/*.png``.

From ``icon.svg`` and ``logo.svg``, in the sizes that Splunk Web requires. ``--check`` draws nothing
and fails if a picture differs from its source. Runs in the ``tools`` environment.
"""

from __future__ import annotations

import sys

import resvg_py
from app_identity import PACKAGING, ROOT

ICONS = {
    "appIcon.png": ("icon.svg", 36, 36),
    "appIcon_2x.png": ("icon.svg", 72, 72),
    "appIconAlt.png": ("icon.svg", 36, 36),
    "appIconAlt_2x.png": ("icon.svg", 72, 72),
    "appLogo.png": ("logo.svg", 160, 40),
    "appLogo_2x.png": ("logo.svg", 320, 80),
}
"""Name, source, width and height in pixels. "Alt" is what Splunk Web shows on a dark bar."""


def drawn(source: str, width: int, height: int) -> bytes:
    """Return a picture as PNG."""
    text = (PACKAGING / source).read_text(encoding="utf-8")
    return bytes(resvg_py.svg_to_bytes(svg_string=text, width=width, height=height))


def main() -> None:
    """Draw or check all of them."""
    stale = []
    for name, (source, width, height) in ICONS.items():
        picture = drawn(source, width, height)
        path = ROOT / "static" / name
        if "--check" not in sys.argv[1:]:
            path.write_bytes(picture)
        elif path.read_bytes() != picture:
            stale.append(name)
    if stale:
        raise SystemExit(f"make icons draws other pictures than: {', '.join(stale)}")
    print(f"{len(ICONS)} icons are what packaging/*.svg give")


if __name__ == "__main__":
    main()
