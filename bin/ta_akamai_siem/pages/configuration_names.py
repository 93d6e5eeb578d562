"""Remembers the names of security configurations, so that the inputs page can show them.

They are noted when Akamai lists them for a form. Without them the page shows ids.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.splunk.names import CONFIGURATIONS
from ta_akamai_siem.splunk.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ta_akamai_siem.akamai.security_configurations import SecurityConfiguration
    from ta_akamai_siem.splunk.kv_store import KvStore

_NAMES = "names"


def remember(store: KvStore, account: str, listed: Iterable[SecurityConfiguration]) -> None:
    """Note the names that Akamai lists for an account."""
    names = {str(each.id): each.name for each in listed}
    Notes(store, CONFIGURATIONS).save(account, {_NAMES: names})


def forget(store: KvStore, account: str) -> None:
    """Delete what is known of an account."""
    Notes(store, CONFIGURATIONS).delete(account)


def known_names(store: KvStore) -> dict[str, Mapping[str, Any]]:
    """Names by id, by account. Empty if they cannot be read."""
    found = Notes(store, CONFIGURATIONS).all()
    return {
        account: each[_NAMES]
        for account, each in found.items()
        if isinstance(each.get(_NAMES), dict)
    }


def named(config_ids: str, names: Mapping[str, Any]) -> str:
    """The value of `config_ids` for users: `Main site (14227), 20718`."""
    ids = [each for each in re.split(r"[;,\s]+", config_ids) if each]
    return ", ".join(f"{names[each]} ({each})" if each in names else each for each in ids)
