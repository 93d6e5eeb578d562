"""Malicious bodies: seconds and memory of the input's own code for each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zlib
from typing import TYPE_CHECKING

from tests import ROOT
from tests.product.end_to_end.site import product_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEMORY_MAX = 150
"""Megabytes of the process, start included."""
SECONDS_MAX = 60.0
MEGABYTE = 1 << 20
CONTEXT = b'{"total":%d,"offset":"71cca;x"}\n'
EVENT = b'{"httpMessage":{"start":"1750000000","path":"%s"}}\n'

TINY = 5_000_000 * 3 // (MEGABYTE // 3 * 3) * (MEGABYTE // 3)
"""Number of objects of three bytes, a multiple of a whole block."""


def repeated(piece: bytes, count: int) -> Iterator[bytes]:
    block = piece * max(1, MEGABYTE // len(piece))
    for _ in range(max(1, count * len(piece) // len(block))):
        yield block


def one_line(value: bytes, size: int) -> Iterator[bytes]:
    head, tail = EVENT.split(b"%s")
    yield head
    yield from repeated(value, size // len(value))
    yield tail
    yield CONTEXT % 1


BODIES: dict[str, Callable[[], Iterator[bytes]]] = {
    "100 MB of blank lines": lambda: repeated(b"\n", 100 * MEGABYTE),
    "100 MB of blank lines, then the context": lambda: iter(
        [*repeated(b"\n", 100 * MEGABYTE), CONTEXT % 0]
    ),
    "100 MB of blank lines behind an event and its context": lambda: iter(
        [EVENT % b"/", CONTEXT % 1, *repeated(b"\r\n", 50 * MEGABYTE)]
    ),
    "1 GB without a line end": lambda: repeated(b"x", 1 << 30),
    "1 GB of blanks without a line end": lambda: repeated(b" ", 1 << 30),
    "1 GB in one event": lambda: one_line(b"x", 1 << 30),
    "50 MB in one event": lambda: one_line(b"x", 50 * MEGABYTE),
    "15.9 MB in one event": lambda: one_line(b"x", 15 * MEGABYTE + 900_000),
    "15.9 MB in one event, no ASCII": lambda: one_line("\U0001f600".encode(), 15 * MEGABYTE),
    "15.9 MB in one event, one wide character": lambda: one_line(
        b"x" * 15_000_000 + "\U0001f600".encode(), 15_000_004
    ),
    "15 MB of escapes in one event": lambda: one_line(b"%41", 15 * MEGABYTE),
    "15 MB of brackets in one event": lambda: one_line(b"[", 15 * MEGABYTE),
    "5 million empty objects": lambda: iter([*repeated(b"{}\n", 5_000_000), CONTEXT % TINY]),
}
WORK = """
import import_declare_test
import json, resource, sys, time
from pathlib import Path
import ta_akamai_siem.continuous.job
from ta_akamai_siem.akamai.spool import SpoolFolder
from ta_akamai_siem.akamai.page import PageSpool
from ta_akamai_siem.errors import CollectionError
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.writing.delivery import Delivery
from ta_akamai_siem.writing.event_stream import EventStream
from ta_akamai_siem.writing.progress import ProgressFile
folder = Path(sys.argv[1])
spool_folder = SpoolFolder(folder)
spool_folder.prepare()
began, page = time.process_time(), None
try:
    spool = PageSpool(spool_folder.new_file(10))
    while piece := sys.stdin.buffer.read(16384):
        spool.feed(piece)
    page = spool.finish()
    delivery = Delivery(EventStream(1), ProgressFile(folder / "p", 1.0), lambda: None,
                        lambda: Moment.of(1.75e9, 1.75e9))
    made = delivery.deliver(page, "x")
    said = f"{made.events} records, {made.unparsed} of them no event"
except CollectionError as error:
    said = error.code
seconds = time.process_time() - began
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([said, seconds, memory]), file=sys.stderr)
"""


def measured(folder: str, body: Iterator[bytes]) -> tuple[str, float, int, int]:
    """The result, seconds of CPU time, megabytes, and bytes as sent."""
    app = ROOT / "build" / "TA_akamai_siem"
    path = os.pathsep.join([str(app / "bin"), str(app / "lib")])
    process = subprocess.Popen(
        [product_python(), "-c", WORK, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdin is not None
    assert process.stderr is not None
    stream, sent = zlib.compressobj(1, zlib.DEFLATED, 31), 0
    for piece in body:
        packed = stream.compress(piece)
        sent += process.stdin.write(packed)
    sent += process.stdin.write(stream.flush())
    process.stdin.close()
    text = process.stderr.read().decode()
    process.wait()
    said, seconds, memory = json.loads(text.splitlines()[-1])
    return said, seconds, memory, sent


def main() -> bool:
    kept = True
    for name, body in BODIES.items():
        with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
            said, seconds, memory, sent = measured(folder, body())
        bounded = memory <= MEMORY_MAX and seconds <= SECONDS_MAX
        kept = kept and bounded
        print(
            f"  {name} ({sent / 1024:,.0f} KB sent): {said}; {seconds:.1f} s, {memory} MB"
            f"{'' if bounded else '   BROKEN'}",
            flush=True,
        )
    return kept


if __name__ == "__main__":
    sys.exit(not main())
