"""Everything that tests the product: stand-ins, oracles, tests of the product, measurements."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The repository's root."""

# Also without make, nothing is left in the system's temporary folder. pytest keeps three runs.
_TEMPORARY = ROOT / "build" / "tmp"
_TEMPORARY.mkdir(parents=True, exist_ok=True)
for _name in ("TMPDIR", "PYTEST_DEBUG_TEMPROOT"):
    os.environ.setdefault(_name, str(_TEMPORARY))
# pytest has asked for it before.
tempfile.tempdir = None
