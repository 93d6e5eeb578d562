"""The scheme that splunkd reads at introspection. Needs only the standard library.

https://help.splunk.com/en/splunk-enterprise/developing-views-and-apps-for-splunk-web/9.3/modular-inputs
"""

from __future__ import annotations

from html import escape

from .input_settings import KINDS, InputSetting, plain, settings_of


def scheme_xml(kind: str) -> str:
    """The document that `--scheme` prints. `kind`: the scheme's name."""
    (of_kind,) = (each for each in KINDS if each.name == kind)
    arguments = "".join(_argument(each) for each in settings_of(kind) if not each.is_splunks)
    return (
        "<scheme>"
        f"<title>{escape(of_kind.title, quote=False)}</title>"
        f"<description>{escape(of_kind.description, quote=False)}</description>"
        "<use_external_validation>true</use_external_validation>"
        "<use_single_instance>false</use_single_instance>"
        "<streaming_mode>xml</streaming_mode>"
        f"<endpoint><args>{arguments}</args></endpoint>"
        "</scheme>\n"
    )


def _argument(setting: InputSetting) -> str:
    return (
        f'<arg name="{escape(setting.name)}">'
        f"<title>{escape(setting.label, quote=False)}</title>"
        f"<description>{escape(plain(setting.help), quote=False)}</description>"
        "<data_type>string</data_type>"
        f"<required_on_create>{str(setting.is_required).lower()}</required_on_create>"
        "<required_on_edit>false</required_on_edit>"
        "</arg>"
    )
