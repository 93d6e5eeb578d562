"""What a run under way has collected, as its claim carries it to the inputs page.

The claim is renewed anyway, so this costs no write of its own. Nothing but the page reads it: a
missing or damaged member hides the progress and stops nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBER = "so_far"


class SoFar(NamedTuple):
    """`began_at`, `at`: when the run began, and when this was so, by the owner's clock in epoch
    seconds. `dropped`: events. `newest`, `share`, `remaining`: as in `run.report.Totals`.
    """

    began_at: float
    at: float
    pages: int = 0
    events: int = 0
    dropped: int = 0
    newest: Optional[float] = None
    share: Optional[float] = None
    remaining: Optional[float] = None

    def to_document(self) -> dict[str, Any]:
        return self._asdict()


def read(claim: Mapping[str, Any]) -> SoFar | None:
    """The member of a claim. None if there is none, or it has another format."""
    try:
        member = claim[MEMBER]
        optional = {
            name: None if member.get(name) is None else float(member[name])
            for name in ("newest", "share", "remaining")
        }
        return SoFar(
            began_at=float(member["began_at"]),
            at=float(member["at"]),
            pages=int(member["pages"]),
            events=int(member["events"]),
            # Claims of earlier versions do not have it.
            dropped=int(member.get("dropped") or 0),
            **optional,
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
