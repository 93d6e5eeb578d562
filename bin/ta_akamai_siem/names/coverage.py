"""Notes what Akamai leaves out of each configuration, for the rows of the inputs page.

Only the page of this host reads it. Search heads have the events of kind `blind_spot`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ta_akamai_siem.splunk.names import COVERAGE
from ta_akamai_siem.splunk.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ta_akamai_siem.splunk.kv_store import KvStore

SHOWN = 10
"""Blind spots that a sentence names."""


def note(store: KvStore, config_id: int, name: str, left_out: Sequence[str]) -> None:
    """`left_out`: the names of blind spots."""
    Notes(store, COVERAGE).save(str(config_id), {"name": name, "left_out": list(left_out)})


def forget(store: KvStore, config_id: int) -> None:
    """Delete what is noted of a configuration that is no longer listed."""
    Notes(store, COVERAGE).delete(str(config_id))


def forget_all(store: KvStore) -> None:
    """Delete all notes. Another input of names writes its own again."""
    Notes(store, COVERAGE).delete_all()


def noted(store: KvStore) -> dict[int, Mapping[str, Any]]:
    """The documents by configuration. Empty if they cannot be read."""
    return {
        int(key): each
        for key, each in Notes(store, COVERAGE).all().items()
        if key.isdigit() and isinstance(each.get("left_out"), list)
    }


def names(documents: Mapping[int, Mapping[str, Any]]) -> dict[str, str]:
    """The names of configurations by id, as text."""
    return {str(key): str(each["name"]) for key, each in documents.items() if each.get("name")}


def sentence(documents: Mapping[int, Mapping[str, Any]], config_ids: Iterable[int]) -> str:
    """What Akamai leaves out of these configurations, "" if nothing is known to be left out."""
    of_each = {
        config_id: [" ".join(str(spot).split()) for spot in documents[config_id]["left_out"]]
        for config_id in config_ids
        if config_id in documents and documents[config_id]["left_out"]
    }
    if not of_each:
        return ""
    several = len(of_each) > 1
    parts = []
    for config_id, spots in of_each.items():
        more = f"; {len(spots) - SHOWN} more" if len(spots) > SHOWN else ""
        name = documents[config_id].get("name") or config_id
        of = f" of {name} ({config_id})" if several else ""
        parts.append(f"Akamai leaves out{of}: {'; '.join(spots[:SHOWN])}{more}.")
    return " ".join(parts)
