"""Why the emulation stops: three reasons that must stay separate."""

from __future__ import annotations


class Refused(ValueError):
    """Splunk itself refuses this."""


class Unspecified(ValueError):
    """Splunk's documents do not define the result; our configuration must not depend on it."""


class UnsureResult(Unspecified):
    """The same for a value alone: the field exists, but its value is not defined."""


class NotInSubset(ValueError):
    """Splunk supports this; the emulation does not."""


class Unsure:
    """A value that Splunk's documents leave open: a field may have it, but nothing may read it."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __repr__(self) -> str:
        return f"Unsure({self.why!r})"


class Unsummed(Unsure):
    """What `sum()` of no number gives: refused where a search ends with it."""
