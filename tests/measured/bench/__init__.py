"""What an event costs, beside others in the same run: `make bench`."""

import sys

from tests import ROOT

sys.path.insert(0, str(ROOT / "bin"))
