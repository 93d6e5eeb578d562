"""Checks a stanza before splunkd saves it, and asks Akamai whether it accepts the account.

One request is sent, which takes at most `probe.PROBE_SECONDS`: for a page of one event, or for the
list of security configurations if the input collects names. Only the errors that
`probe.PREVENTS_SAVING` lists for an input prevent saving; any other error is logged.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Union

from .akamai.client import SiemClient
from .akamai.fetching import SKEW_WORTH_A_WARNING
from .akamai.probe import INPUT, PROBE_SECONDS, prevents_saving, probe
from .akamai.request import OffsetRequest
from .akamai.security_configurations import security_configurations
from .akamai.signing import CorrectedClock
from .backfill.settings import BackfillSettings, read_backfill
from .continuous import takeover
from .errors import (
    ClockSkewed,
    CollectionError,
    ConfigurationUnlisted,
    NamesRefused,
    PermissionMissing,
)
from .names import operations
from .names.settings import NamesSettings, read_names
from .position.ledger import newest_document
from .run.load_settings import load_settings, log_level
from .settings import InputSettings, read_input
from .splunk.log import open_log
from .splunk.names import BACKFILL_KIND, NAMES_KIND
from .splunk.splunkd import Splunkd

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ta_akamai_siem.splunk.log import Log

    from .run.load_settings import Reader
    from .splunk.input_definition import InputDefinition

_REQUEST = OffsetRequest(offset="NULL", limit=1)


def validate(definition: InputDefinition) -> None:
    """Raises SettingsInvalid with every problem of the stanza, SettingsUnreadable, or the error
    that prevents saving.
    """
    splunkd = Splunkd(definition.server_uri, definition.session_key)
    pages = splunkd.settings.page()
    log = open_log(definition.kind, definition.name, log_level(pages), rotates=False)
    clock = CorrectedClock()
    if definition.kind == NAMES_KIND:
        of_names = load_settings(definition, splunkd, pages, read_names)
        probe_akamai(partial(_ask_for_list, of_names.settings, of_names.trusted, clock), clock, log)
        return
    read: Reader[Union[InputSettings, BackfillSettings]] = read_input
    if definition.kind == BACKFILL_KIND:
        read = _backfill_reader(definition, splunkd)
    loaded = load_settings(definition, splunkd, pages, read)
    settings = loaded.settings
    if isinstance(settings, InputSettings) and settings.connector:
        _check_takeover(definition, splunkd, settings)
    client = SiemClient(
        settings.account, settings.config_ids, settings.proxy, loaded.trusted, clock
    )
    probe_akamai(lambda: client.probe(_REQUEST, PROBE_SECONDS), clock, log)


def _ask_for_list(settings: NamesSettings, trusted: ssl.SSLContext, clock: CorrectedClock) -> None:
    try:
        listed = security_configurations(
            settings.account, settings.proxy, trusted, clock, PROBE_SECONDS
        )
    except PermissionMissing as error:
        raise NamesRefused(error.what.rstrip(".")) from error
    unlisted = sorted(set(settings.config_ids) - {each.id for each in listed})
    if unlisted or not listed:
        raise ConfigurationUnlisted(operations.unlisted(unlisted))


def _check_takeover(definition: InputDefinition, splunkd: Splunkd, settings: InputSettings) -> None:
    """Only before the first run: later, the connector may be gone. Raises TakeOverRefused."""
    key = f"{definition.kind}:{definition.name}"
    document = newest_document(splunkd.kv_store, key)
    if document is None or document.get("reset"):
        takeover.offset_of(splunkd.connector, settings)


def _backfill_reader(definition: InputDefinition, splunkd: Splunkd) -> Reader[BackfillSettings]:
    """The range of a saved stanza may have expired; a new one must still be retained by Akamai."""
    saved = splunkd.input_settings(definition.kind, definition.name)
    given = definition.parameters
    is_new = saved is None or any(
        (saved.get(key) or "") != given.get(key, "") for key in ("from", "to")
    )
    return partial(read_backfill, now=time.time() if is_new else None)


def probe_akamai(ask: Callable[[], None], clock: CorrectedClock, log: Log) -> None:
    """Raises the error if it prevents saving; otherwise logs it as a warning."""
    try:
        probe(ask, clock)
    except CollectionError as error:
        if prevents_saving(error, INPUT):
            raise
        log.warning("validation.unverified", reason=error)
    if abs(clock.skew) > SKEW_WORTH_A_WARNING:
        what = (
            "This host's clock differs from Akamai's. Requests are signed with the corrected time"
        )
        log.warning(ClockSkewed.code, skew_seconds=clock.skew, reason=ClockSkewed(what))
