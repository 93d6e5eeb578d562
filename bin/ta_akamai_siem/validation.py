"""What splunkd asks before it saves a stanza: whether it is right, and Akamai accepts it.

Akamai is asked once, within `probing.SECONDS`. Only a definite refusal stands in the way of saving;
whatever may be different in a minute does not.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Union

from .api import Api
from .backfill_settings import BackfillSettings, read_backfill
from .cursor import OffsetRequest
from .errors import (
    ClockSkewed,
    CollectionError,
    ConfigurationUnknown,
    CredentialRefused,
    ParameterIllegal,
    PermissionMissing,
)
from .fetching import SKEW_WORTH_A_WARNING
from .loading import load_settings, log_level
from .log import open_log
from .probing import SECONDS, probe
from .settings import InputSettings, read_input
from .signing import CorrectedClock
from .splunk_names import BACKFILL_KIND
from .splunkd import Splunkd

if TYPE_CHECKING:
    from .fetching import Events
    from .input_definition import InputDefinition
    from .loading import Reader

DEFINITE = (CredentialRefused, PermissionMissing, ConfigurationUnknown, ParameterIllegal)
_REQUEST = OffsetRequest(offset="NULL", limit=1)


def validate(definition: InputDefinition) -> None:
    """Raises SettingsInvalid with every problem of the stanza, SettingsUnreadable, or what
    Akamai's definite refusal means.
    """
    splunkd = Splunkd(definition.server_uri, definition.session_key)
    pages = splunkd.settings.page()
    log = open_log(definition.kind, definition.name, log_level(pages))
    read: Reader[Union[InputSettings, BackfillSettings]] = read_input
    if definition.kind == BACKFILL_KIND:
        read = _backfill_reader(definition, splunkd)
    loaded = load_settings(definition, splunkd, pages, read)
    settings, clock = loaded.settings, CorrectedClock()
    api = Api(settings.account, settings.config_ids, settings.proxy, loaded.trusted, clock)
    ask_akamai(api, clock, log)


def _backfill_reader(definition: InputDefinition, splunkd: Splunkd) -> Reader[BackfillSettings]:
    """A range that is there already may have expired since; a new one has to be to be had."""
    saved = splunkd.input_settings(definition.kind, definition.name)
    given = definition.parameters
    is_new = saved is None or any(
        (saved.get(key) or "") != given.get(key, "") for key in ("from", "to")
    )
    return partial(read_backfill, now=time.time() if is_new else None)


def ask_akamai(api: Api, clock: CorrectedClock, log: Events) -> None:
    """Raises one of `DEFINITE`; anything else that is wrong is logged as a warning."""
    try:
        probe(lambda: api.probe(_REQUEST, SECONDS), clock)
    except DEFINITE:
        raise
    except CollectionError as error:
        log.warning("validation.unverified", reason=error)
    if abs(clock.skew) > SKEW_WORTH_A_WARNING:
        what = "This host's clock is not Akamai's; requests are signed with the corrected time"
        log.warning(ClockSkewed.code, skew_seconds=clock.skew, reason=ClockSkewed(what))
