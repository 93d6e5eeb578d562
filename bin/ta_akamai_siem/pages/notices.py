"""What the pages say above their tables: who may change what, and where inputs belong.

Roles of a host: solnlib and splunktaucclib judge by the same ones,
https://github.com/splunk/addonfactory-splunktaucclib
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ta_akamai_siem.splunk.instance import is_cluster_member

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

READS, WRITES = "list_storage_passwords", "edit_storage_passwords"
"""Capabilities: to see accounts and settings, and to change anything."""
_PEER = {"cluster_peer", "cluster_slave"}
_SEARCHES = {"search_head", "cluster_search_head"}
_HAS_INPUTS = {
    "indexer",
    "heavyweight_forwarder",
    "lightweight_forwarder",
    "universal_forwarder",
    *_PEER,
}
_WHERE = "Create inputs on one heavy forwarder instead."


class Notice(NamedTuple):
    """`link`: a page of this add-on, or ""."""

    text: str
    link: str = ""
    link_text: str = ""


def of_the_host(info: Mapping[str, Any]) -> Notice | None:
    """Why no input should be created on this host; None if it may. `info`: of server/info."""
    roles = set(info.get("server_roles") or ())
    if info.get("instance_type") == "cloud":
        return None
    if is_cluster_member(info):
        return Notice(
            "This host is a member of a search head cluster. Inputs are not replicated in a "
            "cluster: an input that you create here exists on this member only, and if the member "
            f"fails, nothing is collected. {_WHERE}"
        )
    if roles & _PEER:
        return Notice(
            "This host is a peer of an indexer cluster. The manager node replaces the app's "
            f"settings on peers, and inputs that you create here are lost with them. {_WHERE}"
        )
    if roles & _SEARCHES and not roles & _HAS_INPUTS:
        return Notice(
            "This host is a search head. An input that you create here takes CPU from searches, "
            "and its events reach the indexers only if this host forwards what it indexes. "
            f"{_WHERE}"
        )
    return None


def of_the_rights(capabilities: Collection[str] | None) -> Notice | None:
    """What the user cannot do; None if nothing, or if it is not known."""
    if capabilities is None or WRITES in capabilities:
        return None
    if READS in capabilities:
        what = "You can see inputs and the configuration, but you cannot change them"
    else:
        what = "You can see inputs and their state, but not the configuration"
    return Notice(
        f"{what}. Creating, editing and deleting need the capability {WRITES}, which the roles "
        "admin and sc_admin have."
    )


def of_the_index(missed: Sequence[str]) -> Notice | None:
    """That searches look elsewhere. `missed`: indexes with events, if the macro finds none."""
    if not missed:
        return None
    where = f"index {missed[0]}" if len(missed) == 1 else f"indexes {', '.join(missed)}"
    return Notice(
        "Searches and alerts of this add-on find no events. The events of the last 7 days are in "
        f"the {where}, where they do not look. Change that under",
        "configuration?tab=search",
        "Configuration > Search",
    )
