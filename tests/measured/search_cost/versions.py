"""The two versions: this tree, and 0.1.0 from the repository's history.

0.1.0 is unpacked to `build/search-cost/` when needed; the tree contains nothing of it.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT
from tests.oracles.golden_files import COLLECTED

BEFORE = "d3061ad"
"""The commit of 0.1.0's search side."""
_HERE = Path(__file__).parent
_MAKER = """
import json, sys
sys.path.insert(0, sys.argv[1] + "/bin")
from ta_akamai_siem.event import record
for line in sys.stdin.buffer:
    print(json.dumps(record(line.rstrip(b"\\n"), "1700000000.000").text))
"""


@dataclass(frozen=True)
class Version:
    """`app`: a folder with `default` and `lookups`."""

    title: str
    app: Path

    def records(self, lines: list[bytes]) -> list[str]:
        """The records that this version's input creates from source events."""
        if self.app == ROOT:
            from ta_akamai_siem.record.event import record

            return [record(line, COLLECTED).text for line in lines]
        done = subprocess.run(
            [sys.executable, "-c", _MAKER, str(self.app)],
            input=b"\n".join(lines),
            stdout=subprocess.PIPE,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]


def now() -> Version:
    """This tree."""
    return Version("now", ROOT)


def before() -> Version | None:
    """0.1.0; None in a source tree without its Git history."""
    folder = ROOT / "build" / "search-cost" / BEFORE
    if not (folder / "default").is_dir():
        done = subprocess.run(
            ["git", "archive", BEFORE, "default", "lookups", "bin"],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return None
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            # Python before 3.11.4, such as Debian 12's, has no filters. This archive is our own.
            if hasattr(tarfile, "data_filter"):
                archive.extraction_filter = tarfile.data_filter
            archive.extractall(folder)
    return Version("0.1.0", folder)
