"""Programs that show the delivery guarantees at full size, and print figures: `make shown`."""

import sys

from tests import ROOT

sys.path.insert(0, str(ROOT / "bin"))
