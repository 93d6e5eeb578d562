"""Entry script of the modular input `akamai_siem_backfill`; splunkd starts it once a stanza."""

import sys
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parent),
    str(Path(__file__).resolve().parents[1] / "lib"),
]

from ta_akamai_siem.modular_input import main

if __name__ == "__main__":
    sys.exit(main("akamai_siem_backfill", sys.argv[1:]))
