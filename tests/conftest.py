"""What every test needs: the product's package on the path, and Hypothesis's profiles."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, configuration, settings

ROOT = Path(__file__).resolve().parent.parent
for folder in (ROOT, ROOT / "bin"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

# `quick` tries the same examples at every run, so that a change is judged by what it changed;
# `long` (HYPOTHESIS_PROFILE=long) goes looking for new ones; `brief` is for the second Python.
_ANY = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _ANY, max_examples=500, derandomize=True)
settings.register_profile("brief", _ANY, max_examples=150, derandomize=True)
settings.register_profile("long", _ANY, max_examples=100_000, print_blob=True)
configuration.set_hypothesis_home_dir(ROOT / "build" / "hypothesis")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
