"""What the KV store tells between two runs, read by the rules of docs/delivery.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.standins.akamai.client import AkamaiStandin

SAFE_AGE = 30.0
"""Seconds before the last save to which an input goes back after a crash of splunkd."""
STOP_AGE = 60.0
"""Seconds before splunkd's start: a save since then counts as lost where nothing proves a stop."""
MARGIN = 60.0
"""Seconds of storage time that a replay repeats."""
CLOCKS = 2.0
"""Seconds: moments are cut to whole ones in a request, and hosts measure them one after another."""


class Stored(NamedTuple):
    """`number`: of the newest document. `position`: number of the first event behind it.
    `is_replay`: it has no offset. `margin`: number of the first event that a replay may repeat.
    `safe`, `safe_margin`: both for the position to which a crash takes the input back;
    `safe_is_replay`: that one has no offset, or one of other ids. `saved_at`:
    of the last save. `ended`: whether the last run marked itself as ended, `read`: and splunkd had
    read all of it.
    """

    number: int = 0
    position: int = 0
    is_replay: bool = False
    margin: int = 0
    safe: int = 0
    safe_margin: int = 0
    safe_is_replay: bool = False
    saved_at: float = 0.0
    ended: bool = True
    read: bool = True


def stored(
    documents: Sequence[dict[str, Any]], claim: Optional[dict[str, Any]], akamai: AkamaiStandin
) -> Stored:
    """`documents`: of the input, lowest number first. `claim`: of the run that saved the newest."""
    if not documents:
        return Stored()
    newest, safe = documents[-1], _safe(documents)
    released = claim is not None and bool(claim["released"])
    return Stored(
        number=int(newest["number"]),
        position=_position(newest, akamai),
        is_replay=newest.get("offset") is None,
        margin=_margin(newest, akamai),
        safe=_position(safe, akamai),
        safe_margin=_margin(safe, akamai),
        safe_is_replay=safe.get("offset") is None or safe["config_ids"] != newest["config_ids"],
        saved_at=float(newest["saved_at"]),
        ended=released,
        read=released and bool(claim and claim["read"]),
    )


def _safe(documents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The newest position that was saved `SAFE_AGE` before the last, else the first of all."""
    last = documents[-1]["saved_at"]
    for document in reversed(documents):
        if document["saved_at"] <= last - SAFE_AGE:
            return document
    return documents[0]


def _position(document: dict[str, Any], akamai: AkamaiStandin) -> int:
    if document.get("reset"):
        return 0
    if document["offset"] is not None:
        return akamai.order(offset=document["offset"])
    return akamai.order(stored=document["since"] - CLOCKS)


def _margin(document: dict[str, Any], akamai: AkamaiStandin) -> int:
    known = document.get("complete_until")
    if known is None:
        return 0
    return akamai.order(stored=known - MARGIN - CLOCKS)
