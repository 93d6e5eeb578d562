"""The floor: the work that no program can avoid. TLS, gunzip, whole lines, write; no conversion.

`python floor.py BIN URL CA`: runs until a page is empty.
"""

from __future__ import annotations

import json
import os
import sys
import zlib

sys.path.insert(0, sys.argv[1])

from typing import TYPE_CHECKING

import library_path  # noqa: F401 - the app's libraries for this Python
import requests

if TYPE_CHECKING:
    import urllib3

PIECE = 64 << 10


def main(url: str, trusted: str) -> None:
    query = "from=1"
    while True:
        response = requests.get(f"{url}?{query}", verify=trusted, timeout=120, stream=True)
        response.raise_for_status()
        context = json.loads(through(response.raw))
        if not context["total"]:
            break
        query = f"offset={context['offset']}"


def through(body: urllib3.HTTPResponse) -> bytes:
    """Write all lines of a body except the last, and return the last."""
    inflate = zlib.decompressobj(31)
    rest = b""
    while piece := body.read(PIECE, decode_content=False):
        while piece:
            if inflate.eof:
                inflate = zlib.decompressobj(31)
            data = rest + inflate.decompress(piece)
            piece = inflate.unused_data
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            block = memoryview(data)[:cut]
            while block:
                block = block[os.write(1, block) :]
    return rest


if __name__ == "__main__":
    main(*sys.argv[2:])
