"""Cheap check for a finished backfill, because splunkd keeps starting it every interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ta_akamai_siem.errors import CollectionError
from ta_akamai_siem.position.ledger import newest_document
from ta_akamai_siem.settings import Problems, read_config_ids
from ta_akamai_siem.splunk.connection import connection
from ta_akamai_siem.splunk.kv_store import KvStore

from .settings import read_range

if TYPE_CHECKING:
    from ta_akamai_siem.splunk.input_definition import InputDefinition

_TIMEOUT = 10.0
"""Seconds."""


def is_already_collected(definition: InputDefinition) -> bool:
    """Whether the stanza's range is collected and known to be indexed.

    False also if this cannot be determined; then the run decides.
    """
    context = connection(definition.server_uri, definition.session_key, _TIMEOUT)
    key = f"{definition.kind}:{definition.name}"
    try:
        document = newest_document(KvStore(context), key)
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
