"""A worker of the modular inputs: transforms blocks of events that an input hands it by a pipe.

Its arguments are the kinds of values to mask, as the setting `mask` names them.
"""

import signal
import sys
from pathlib import Path

# It ends with its pipe, so that an input which splunkd stops can still write what it began.
for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_IGN)

sys.path.insert(0, str(Path(__file__).resolve().parent))

from ta_akamai_siem.record.masking import Masking
from ta_akamai_siem.writing.worker_protocol import serve

if __name__ == "__main__":
    kinds = tuple(sys.argv[1:])
    serve(sys.stdin.buffer, sys.stdout.buffer, Masking(kinds) if kinds else None)
