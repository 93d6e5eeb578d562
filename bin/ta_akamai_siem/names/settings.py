"""Checks the settings of an input of names and makes a frozen value of them, like `settings`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from ta_akamai_siem.settings import (
    NAMES_INTERVAL_MAX,
    NAMES_INTERVAL_MIN,
    Account,
    Problems,
    Proxy,
    read_account,
    read_config_ids,
    read_proxy,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class NamesSettings:
    """A checked stanza of `akamai_siem_names` with its account and proxy.

    `config_ids`: ascending, without duplicates; empty: all that the account lists.
    """

    name: str
    account: Account
    config_ids: tuple[int, ...]
    proxy: Optional[Proxy]


def read_names(
    name: str,
    stanza: Mapping[str, str],
    account: Mapping[str, str | None] | None,
    proxy: Mapping[str, str | None],
) -> NamesSettings:
    """Check a stanza together with its account and the proxy settings, like `settings.read_input`.

    Raises SettingsInvalid with every problem.
    """
    problems = Problems()
    _check_interval(stanza.get("interval", "").strip(), problems)
    ids = (stanza.get("config_ids") or "").strip()
    result = NamesSettings(
        name=name,
        account=read_account(stanza.get("account", "").strip(), account, problems),
        config_ids=read_config_ids(ids, problems) if ids else (),
        proxy=read_proxy(proxy, problems),
    )
    problems.settle()
    return result


def _check_interval(text: str, problems: Problems) -> None:
    if not text:
        return
    if not re.match(r"[0-9]{1,9}\Z", text) or not _fits(int(text)):
        problems.add(
            "interval",
            f"must be a whole number of seconds from {NAMES_INTERVAL_MIN} to "
            f"{NAMES_INTERVAL_MAX}, not '{text}'",
        )


def _fits(seconds: int) -> bool:
    return NAMES_INTERVAL_MIN <= seconds <= NAMES_INTERVAL_MAX
