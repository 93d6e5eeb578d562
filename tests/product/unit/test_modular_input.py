"""The entry point of an input: its message after an unexpected error."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import ROOT

SECRET = "token-akab-of-nobody"
NO_DOCUMENT = f"<input><server_uri>https://127.0.0.1:1</server_uri><session_key>{SECRET}".encode()


def start(*arguments: str, script: str = "akamai_siem.py") -> subprocess.CompletedProcess[str]:
    """Its script with an incomplete document on stdin."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "bin" / script), *arguments],
        check=False,
        capture_output=True,
        input=NO_DOCUMENT,
        timeout=60,
    )
    texts = (done.stdout.decode(), done.stderr.decode())
    assert SECRET not in "".join(texts)
    return subprocess.CompletedProcess(done.args, done.returncode, *texts)


@pytest.mark.parametrize(
    "script", ["akamai_siem.py", "akamai_siem_backfill.py", "akamai_siem_names.py"]
)
def test_an_unforeseen_error_is_one_line_that_splunkd_understands(script: str) -> None:
    done = start(script=script)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("ERROR run.failed ")


def test_whoever_saves_sees_that_it_could_not_be_checked() -> None:
    done = start("--validate-arguments")
    assert done.returncode == 1
    assert done.stdout.startswith("<error><message>")
    (line,) = done.stderr.splitlines()
    assert line.startswith("ERROR validation.failed ")
