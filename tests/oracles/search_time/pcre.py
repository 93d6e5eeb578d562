"""Regular expressions as Splunk runs them: PCRE2, interpreted, with Splunk's limits.

In Splunk, a pattern that reaches a limit gives no field; here it raises an error.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pcre2

from tests.oracles.search_time.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

MATCH_LIMIT = 100_000
DEPTH_LIMIT = 1_000
"""Defaults of props.conf and transforms.conf."""


class LimitHit(Refused):
    """The pattern reached a limit on this text."""


class Pattern:
    """One pattern. Raises Refused if it is invalid."""

    def __init__(self, text: str, match_limit: int, depth_limit: int) -> None:
        self.text = text
        limits = f"(*LIMIT_MATCH={match_limit})(*LIMIT_DEPTH={depth_limit})"
        try:
            # JIT code does not count the steps that the interpreter counts.
            self._pattern = pcre2.compile(limits + text, jit=False)
        except pcre2.PatternError as error:
            message = f"no regular expression: {text} ({error})"
            raise Refused(message) from error

    @property
    def names(self) -> list[str]:
        """Names of its groups."""
        return list(self._pattern.groupindex)

    @property
    def groups(self) -> int:
        return int(self._pattern.groups)

    def search(self, text: str) -> pcre2.Match | None:
        """The first match. Raises LimitHit."""
        try:
            return self._pattern.search(text)
        except pcre2.LibraryError as error:
            raise self._hit(text, error) from error

    def every(self, text: str) -> Iterator[pcre2.Match]:
        """All matches in sequence. Raises LimitHit."""
        try:
            yield from self._pattern.finditer(text)
        except pcre2.LibraryError as error:
            raise self._hit(text, error) from error

    def _hit(self, text: str, error: Exception) -> LimitHit:
        return LimitHit(f"{error}: {self.text[:200]} on {len(text)} characters")


@lru_cache(4096)
def pattern(text: str, match_limit: int = MATCH_LIMIT, depth_limit: int = DEPTH_LIMIT) -> Pattern:
    """Cached: each pattern is compiled once."""
    return Pattern(text, match_limit, depth_limit)
