"""Why the emulation does not go on: three reasons that must not be mixed up."""

from __future__ import annotations


class Refused(ValueError):
    """Splunk itself refuses this."""


class Unspecified(ValueError):
    """Splunk's documents do not say what happens; our configuration must not depend on it."""


class UnsureResult(Unspecified):
    """The same of a value alone: whatever it is, it is a value, and a field gets it."""


class NotInSubset(ValueError):
    """Splunk knows this, and the emulation does not."""


class Unsure:
    """A value that Splunk's documents leave open: to have it is harmless, to read it is not."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"Unsure({self.why!r})"


class Unsummed(Unsure):
    """What `sum()` of no number gives: refused where a search ends with it."""
