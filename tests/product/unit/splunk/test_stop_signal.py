"""A signal ends what waits, whichever thread the system gives it to."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import ROOT

PROGRAM = """
import signal, sys, threading, time
sys.path.insert(0, "bin")
from ta_akamai_siem.errors import StopRequested
from ta_akamai_siem.splunk.stop_signal import Stop

main, here = threading.get_ident(), {main}
stop = Stop()
stop.install()

def end():
    while sys._current_frames()[main].f_code.co_name != "wait":
        pass
    # Until it sleeps. Earlier, the signal would find it awake, and prove nothing.
    time.sleep(0.5)
    signal.pthread_kill(main if here else threading.get_ident(), signal.SIGTERM)

threading.Thread(target=end, daemon=True).start()
try:
    stop.wait(60)
except StopRequested:
    print("ended")
"""


@pytest.mark.parametrize("main", [True, False])
def test_a_wait_ends(main: bool) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(main=main)],
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
        cwd=ROOT,
    )
    assert ran.stdout == "ended\n"
