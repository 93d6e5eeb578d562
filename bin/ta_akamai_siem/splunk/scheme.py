"""What splunkd learns of this input at introspection. Needs nothing but the standard library."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from .names import BACKFILL_KIND, KIND

_ACCOUNT = ("account", "Account", "Name of an account of Configuration > Accounts.", True)
_CONFIG_IDS = ("config_ids", "Security configurations", "Ids, separated by ';'.", True)
_LIMIT = ("limit", "Limit", "Largest page to ask for, in events: 1 to 600000.", False)
_WORKERS = (
    "workers",
    "Workers",
    "Processes that decode events while the input has to catch up: 1 (none) to 16, or auto.",
    False,
)
_RATE = (
    "max_events_per_second",
    "Events per second",
    "The most events to write in a second; empty for no limit.",
    False,
)
_MASK = (
    "mask",
    "Mask",
    "Personal data to replace before indexing: usernames;cookies;api_keys; empty for none.",
    False,
)
_START = (
    "start",
    "Start",
    "now, or how far back at the very first run: -90s, -30m, at most -12h.",
    False,
)
_FROM = (
    "from",
    "From",
    "Epoch seconds or ISO 8601, at most 12 hours back; without a zone it is UTC.",
    True,
)
_TO = ("to", "To", "Epoch seconds or ISO 8601, at least 5 seconds back.", True)
_KINDS = {
    KIND: (
        "Akamai SIEM",
        "Security events of Akamai's edge, from the SIEM API v1.",
        (_ACCOUNT, _CONFIG_IDS, _START, _LIMIT, _WORKERS, _RATE, _MASK),
    ),
    BACKFILL_KIND: (
        "Akamai SIEM backfill",
        "Security events that Akamai stored in a range of time, once.",
        (_ACCOUNT, _CONFIG_IDS, _FROM, _TO, _LIMIT, _WORKERS, _RATE, _MASK),
    ),
}


def scheme_xml(kind: str) -> str:
    """The document that `--scheme` prints. `kind`: the scheme's name."""
    title, description, known = _KINDS[kind]
    arguments = "".join(
        f"<arg name={quoteattr(name)}>"
        f"<title>{escape(title)}</title>"
        f"<description>{escape(description)}</description>"
        "<data_type>string</data_type>"
        f"<required_on_create>{str(required).lower()}</required_on_create>"
        f"<required_on_edit>false</required_on_edit>"
        "</arg>"
        for name, title, description, required in known
    )
    return (
        "<scheme>"
        f"<title>{escape(title)}</title>"
        f"<description>{escape(description)}</description>"
        "<use_external_validation>true</use_external_validation>"
        "<use_single_instance>false</use_single_instance>"
        "<streaming_mode>xml</streaming_mode>"
        f"<endpoint><args>{arguments}</args></endpoint>"
        "</scheme>\n"
    )
