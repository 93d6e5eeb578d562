"""Imported first by every generated REST handler; UCC gives the name.

Puts the add-on's libraries before all others and keeps the handlers' calls to splunkd from any
proxy of the environment: they carry the session key.
"""

import sys
from pathlib import Path

_BIN = Path(__file__).resolve().parent
_LIB = _BIN.parent / "lib"
sys.path = [
    str(_LIB),
    str(_BIN),
    *[path for path in sys.path if path not in (str(_LIB), str(_BIN))],
]

from ta_akamai_siem.splunk.no_proxy import never_through_a_proxy

never_through_a_proxy()
