"""The splunkd that started this process, as its own endpoint server/info describes it.

https://help.splunk.com/en/splunk-enterprise/rest-api-reference/9.0/system-endpoints
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Optional

if TYPE_CHECKING:
    from collections.abc import Mapping

_MEMBER = {"shc_member", "shc_captain"}
"""Roles by which solnlib and splunktaucclib recognize a member too,
https://github.com/splunk/addonfactory-solutions-library-python
"""


class Instance(NamedTuple):
    """`guid`: identifies it. `started`: epoch seconds of this host's clock, None if unknown."""

    guid: str
    started: Optional[float]


def instance_of(info: Mapping[str, Any], server_host: str) -> Instance:
    """`info`: of server/info, may be empty. `server_host`: used if it has no GUID."""
    try:
        started = float(info["startup_time"])
    except (KeyError, TypeError, ValueError):
        started = None
    return Instance(str(info.get("guid") or server_host), started)


def is_cluster_member(info: Mapping[str, Any]) -> bool:
    """Whether it belongs to a search head cluster. `info`: of server/info."""
    return not _MEMBER.isdisjoint(info.get("server_roles") or ())
