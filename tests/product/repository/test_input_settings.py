"""splunkd, the form, the spec file and the docs describe a setting with the text of one table."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import write_settings

from ta_akamai_siem.backfill.settings import read_backfill
from ta_akamai_siem.errors import SettingsInvalid
from ta_akamai_siem.names.settings import read_names
from ta_akamai_siem.settings import read_input
from ta_akamai_siem.splunk.input_settings import (
    INPUT_SETTINGS,
    KINDS,
    InputSetting,
    plain,
    settings_of,
)
from ta_akamai_siem.splunk.names import KIND, NAMES_KIND
from ta_akamai_siem.splunk.scheme import scheme_xml
from tests.product.messages import names

KIND_NAMES = [kind.name for kind in KINDS]
ACCOUNT = {
    "host": "192.0.2.7",
    "client_token": "akab-client",
    "client_secret": "secret",
    "access_token": "akab-access",
}
GOOD = {"account": "main", "config_ids": "7", "from": "1769846400", "to": "1769850000"}

EXPLAINED_AT = {"start": "connector"}
"""What a page has to say of a setting, the form says at another field."""


def fields(kind: str) -> dict[str, dict[str, Any]]:
    text = (write_settings.ROOT / "globalConfig.json").read_text(encoding="utf-8")
    services = json.loads(text)["pages"]["inputs"]["services"]
    (service,) = [each for each in services if each["name"] == kind]
    return {entity["field"]: entity for entity in service["entity"]}


def problems(kind: str, **changed: str) -> list[str]:
    """The problems that a run finds in a stanza."""
    read: Any = {KIND: read_input, NAMES_KIND: read_names}.get(kind, read_backfill)
    try:
        read("first", {**GOOD, **changed}, ACCOUNT, {})
    except SettingsInvalid as invalid:
        return invalid.problems
    return []


def rows() -> list[Any]:
    return [
        pytest.param(kind, each, id=f"{kind}-{each.name}")
        for kind in KIND_NAMES
        for each in settings_of(kind)
    ]


def test_every_file_is_as_the_table_says() -> None:
    """If a file differs, run `make settings`."""
    assert [path.name for path in write_settings.differing()] == []


def test_a_setting_without_its_field_is_named() -> None:
    text = (write_settings.ROOT / "globalConfig.json").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="no field workers for akamai_siem_backfill"):
        write_settings.form("wor".join(text.rsplit('"field": "workers",', 1)))


@pytest.mark.parametrize(("kind", "setting"), rows())
def test_the_help_of_a_field_links_to_its_page(kind: str, setting: InputSetting) -> None:
    """Where files name a page of the docs, the form has its link; some fields one to Akamai."""
    if not setting.is_in_form:
        return
    told = fields(kind)[EXPLAINED_AT.get(setting.name, setting.name)]["help"]
    links = [each["link"] for each in told["links"]] if isinstance(told, dict) else []
    if setting.page:
        assert any(f"/docs/{setting.page}.html" in each for each in links)
    if setting.name == "account" or (setting.name == "config_ids" and kind != NAMES_KIND):
        assert any(each.startswith("https://techdocs.akamai.com/") for each in links)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_each_kind_names_each_setting_once(kind: str) -> None:
    names = [each.name for each in settings_of(kind)]
    assert len(names) == len(set(names))
    shown = {each.name for each in settings_of(kind) if each.is_in_form}
    assert shown == set(fields(kind)) - {"name", "reset", "reset_confirmed", "connector"}


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_scheme(kind: str) -> None:
    told = {
        argument.get("name"): argument.findtext("description")
        for argument in ET.fromstring(scheme_xml(kind)).iter("arg")
    }
    assert told == {
        each.name: plain(each.help) for each in settings_of(kind) if not each.is_splunks
    }


@pytest.mark.parametrize(("kind", "setting"), rows())
def test_default_is_accepted(kind: str, setting: InputSetting) -> None:
    assert not problems(kind, **({setting.name: setting.default} if setting.default else {}))
    assert not (setting.is_required and setting.default)


@pytest.mark.parametrize(("kind", "setting"), [each for each in rows() if each.values[1].bounds])
def test_bounds_are_those_of_the_run_and_of_the_form(kind: str, setting: InputSetting) -> None:
    assert setting.bounds
    low, high = setting.bounds
    assert not problems(kind, **{setting.name: str(low)})
    assert not problems(kind, **{setting.name: str(high)})
    for beyond in (low - 1, high + 1):
        assert problems(kind, **{setting.name: str(beyond)})
    (validator,) = fields(kind)[setting.name]["validators"]
    if validator["type"] == "number":
        assert validator["range"] == [low, high]
    assert str(low) in validator["errorMsg"]
    assert str(high) in validator["errorMsg"]


@pytest.mark.parametrize(("kind", "setting"), rows())
def test_what_is_required_is_missed(kind: str, setting: InputSetting) -> None:
    missed = [text for text in problems(kind, **{setting.name: ""}) if names(text, setting.name)]
    assert bool(missed) == setting.is_required


@pytest.mark.parametrize("setting", INPUT_SETTINGS, ids=lambda each: each.name)
def test_texts_are_whole_sentences(setting: InputSetting) -> None:
    for text in (setting.help, setting.more, setting.form_help):
        assert not text or (text[0].isupper() and text.endswith("."))
        assert text.count("`") % 2 == 0
