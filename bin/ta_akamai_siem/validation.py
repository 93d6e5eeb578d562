"""What splunkd asks before it saves a stanza: whether it is right, and Akamai accepts it.

Akamai is asked once, within `PROBE_SECONDS`. Only a definite refusal stands in the way of saving;
whatever may be different in a minute does not.
"""

from __future__ import annotations

import threading
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
from .settings import InputSettings, read_input
from .signing import CorrectedClock
from .splunk_names import BACKFILL_KIND
from .splunkd import Splunkd

if TYPE_CHECKING:
    from .fetching import Events
    from .input_definition import InputDefinition
    from .loading import Reader

PROBE_SECONDS = 8.0
"""splunkd kills a validation that takes long; a person is waiting, too."""
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
    outcome: list[CollectionError | None] = []
    asking = threading.Thread(target=lambda: outcome.append(_ask(api, clock)), daemon=True)
    asking.start()
    asking.join(PROBE_SECONDS)
    error = outcome[0] if outcome else None
    if isinstance(error, DEFINITE):
        raise error
    if not outcome or error is not None:
        reason = error or f"Akamai did not answer within {PROBE_SECONDS:.0f} s"
        log.warning("validation.unverified", reason=reason)
    if abs(clock.skew) > SKEW_WORTH_A_WARNING:
        what = "This host's clock is not Akamai's; requests are signed with the corrected time"
        log.warning(ClockSkewed.code, skew_seconds=clock.skew, reason=ClockSkewed(what))


def _ask(api: Api, clock: CorrectedClock) -> CollectionError | None:
    try:
        try:
            api.probe(_REQUEST, PROBE_SECONDS)
        except ClockSkewed as error:
            if error.akamai_time is None:
                return error
            clock.learn(error.akamai_time)
            api.probe(_REQUEST, PROBE_SECONDS)
    except CollectionError as error:
        return error
    return None
