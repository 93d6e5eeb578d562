"""What splunkd learns of this input at introspection. Needs nothing but the standard library."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

_ARGUMENTS = (
    ("account", "Account", "Name of an account of Configuration > Accounts.", True),
    ("config_ids", "Security configurations", "Ids, separated by ';'.", True),
    (
        "start",
        "Start",
        "now, or how far back at the very first run: -90s, -30m, at most -12h.",
        False,
    ),
    ("limit", "Limit", "Largest page to ask for, in events: 1 to 600000.", False),
)


def scheme_xml() -> str:
    """The document that `--scheme` prints."""
    arguments = "".join(
        f"<arg name={quoteattr(name)}>"
        f"<title>{escape(title)}</title>"
        f"<description>{escape(description)}</description>"
        "<data_type>string</data_type>"
        f"<required_on_create>{str(required).lower()}</required_on_create>"
        f"<required_on_edit>false</required_on_edit>"
        "</arg>"
        for name, title, description, required in _ARGUMENTS
    )
    return (
        "<scheme>"
        "<title>Akamai SIEM</title>"
        "<description>Security events of Akamai's edge, from the SIEM API v1.</description>"
        "<use_external_validation>true</use_external_validation>"
        "<use_single_instance>false</use_single_instance>"
        "<streaming_mode>xml</streaming_mode>"
        f"<endpoint><args>{arguments}</args></endpoint>"
        "</scheme>\n"
    )
