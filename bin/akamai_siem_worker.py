"""Worker process of a modular input: converts blocks of events that it receives through a pipe."""

import os
import signal
import sys

# It ends with its pipe, not by a signal, so that an input that splunkd stops can finish its block.
for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_IGN)

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))

from ta_akamai_siem.writing.worker_protocol import serve

if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
