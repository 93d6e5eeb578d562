"""The product's CPU time by stage, from the sampler's chains of calls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

START = "start, checkpoint, log"
"""Everything that does not depend on the number of events."""
_STAGES = {
    "TLS, read": ("_receive",),
    "gunzip": ("_Inflate.feed", "_Inflate._held_back"),
    "spool, proof": (
        "PageSpool.feed",
        "PageSpool.finish",
        "PageSpool._keep",
        "_LineProof.feed",
        "_LineProof._prove",
        "Page.blocks",
        "Page._event_data",
        "_chunks",
    ),
    "known shapes: find the values": (
        "KnownShapes.lines",
        "_Fitting.shape",
        "KnownShapes._note",
        "KnownShapes._learn",
        "learn",
    ),
    "known shapes: fill the record": ("ShapedRecords.add",),
    "parse": ("parse_object",),
    "rules, custom": (
        "_rewrite_members",
        "_attack_data",
        "_custom",
        "_items",
        "ShapedRecords._add_rules",
        "all_rules_as_json",
    ),
    "headers, start": ("_rewrite_headers", "_rewrite_start", "as_json", "event_time", "is_usual"),
    "order of keys": ("_ordered", "_small_object", "_in_order", "_decoded_attack_order", "ordered"),
    "encode": ("event.<lambda>", "JSONEncoder.encode"),
    "marks, checks": ("record", "laid_out"),
    "XML": ("event_elements", "convert"),
    "write": ("EventStream.write",),
    "digest, progress": ("LineDigest.add", "Delivery._record"),
    "lines, delivery": ("Lines.__iter__", "Lines.of", "Delivery.deliver"),
}
STAGES = (*_STAGES, START)
_EARLIER = {
    "_rewrite_http_message": "headers, start",
    "transform": "XML",
    "framed": "XML",
    "_rules": "rules, custom",
}
"""The names of the same functions in earlier versions."""
_STAGE_OF = {
    **_EARLIER,
    **{name: stage for stage, names in _STAGES.items() for name in names},
}


def by_stage(chains: Mapping[str, int]) -> dict[str, float]:
    """The share of each stage. A call belongs to the innermost listed function."""
    found: Counter[str] = Counter()
    for chain, times in chains.items():
        found[_stage(chain)] += times
    samples = sum(found.values())
    return {stage: found[stage] / samples for stage in STAGES}


def _stage(chain: str) -> str:
    for call in chain.split():
        stage = _STAGE_OF.get(call) or _STAGE_OF.get(call.partition(".")[2])
        if stage:
            return stage
    return START
