"""requests works without the library that guesses encodings, and others still find it."""

from __future__ import annotations

import subprocess
import sys

from tests import ROOT

PROGRAM = """
import sys
from ta_akamai_siem.akamai.session import requests
assert not [name for name in sys.modules if name.startswith(("chardet", "charset_normalizer"))]
answer = requests.Response()
answer._content = "\\u00fc".encode()
assert answer.text == "\\u00fc"
import charset_normalizer
"""


def test_nothing_is_guessed_and_nothing_warns() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=ROOT / "bin",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
