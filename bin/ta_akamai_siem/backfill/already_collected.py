"""Whether a backfill is done, asked with as little as possible: it is asked for ever after."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from splunklib.binding import Context, handler

from ta_akamai_siem.errors import CollectionError
from ta_akamai_siem.settings import Problems, read_config_ids
from ta_akamai_siem.splunk.kv_store import KvStore
from ta_akamai_siem.splunk.names import APP, CHECKPOINTS
from ta_akamai_siem.splunk.no_proxy import never_through_a_proxy

from .settings import read_range

if TYPE_CHECKING:
    from ta_akamai_siem.splunk.input_definition import InputDefinition

_TIMEOUT = 10.0
"""Seconds."""


def is_already_collected(definition: InputDefinition) -> bool:
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
