"""Hypothesis's profiles, for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, configuration, settings

from tests import ROOT

# `quick` tries the same examples at every run, so that a change is judged by what it changed;
# `long` (HYPOTHESIS_PROFILE=long) goes looking for new ones; `brief` is for the second Python.
_ANY = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _ANY, max_examples=500, derandomize=True)
settings.register_profile("brief", _ANY, max_examples=150, derandomize=True)
settings.register_profile("long", _ANY, max_examples=100_000, print_blob=True)
configuration.set_hypothesis_home_dir(ROOT / "build" / "hypothesis")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
