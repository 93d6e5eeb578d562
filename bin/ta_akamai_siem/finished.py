"""Whether a backfill is done, asked with as little as possible: it is asked for ever after."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from splunklib.binding import Context, handler

from .backfill_settings import read_range
from .errors import CollectionError
from .kv_store import KvStore
from .no_proxy import never_through_a_proxy
from .settings import Problems, read_config_ids
from .splunk_names import APP, CHECKPOINTS

if TYPE_CHECKING:
    from .input_definition import InputDefinition

_TIMEOUT = 10.0
"""Seconds."""


def is_finished(definition: InputDefinition) -> bool:
    """Whether the range of the stanza has been collected and surely stored.

    False also where it cannot be told: then the run finds out.
    """
    never_through_a_proxy()
    uri = urlsplit(definition.server_uri)
    context = Context(
        handler=handler(timeout=_TIMEOUT),
        token=definition.session_key,
        owner="nobody",
        app=APP,
        autologin=False,
        scheme=uri.scheme,
        host=uri.hostname,
        port=uri.port,
    )
    try:
        document = KvStore(context).load_document(
            CHECKPOINTS, f"{definition.kind}:{definition.name}"
        )
    except CollectionError:
        return False
    if document is None or not document.get("settled"):
        return False
    problems = Problems()
    since, until = read_range(definition.parameters, problems)
    ids = read_config_ids(definition.parameters.get("config_ids", ""), problems)
    return not problems.sentences and (since, until, ";".join(map(str, ids))) == (
        document.get("since"),
        document.get("until"),
        document.get("config_ids"),
    )
