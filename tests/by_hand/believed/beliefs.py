"""All assumptions, by subject. docs/believed.md is made from this list."""

from __future__ import annotations

from . import (
    commands,
    data_model,
    event_types,
    extractions,
    functions,
    index_time,
    lookups,
    searches,
)

BELIEFS = tuple(
    belief
    for subject in (
        searches,
        index_time,
        extractions,
        event_types,
        functions,
        lookups,
        commands,
        data_model,
    )
    for belief in subject.BELIEFS
)
