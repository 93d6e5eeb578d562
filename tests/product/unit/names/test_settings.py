"""The settings of an input of names."""

from __future__ import annotations

import pytest

from ta_akamai_siem.errors import SettingsInvalid
from ta_akamai_siem.names.settings import NamesSettings, read_names

ACCOUNT = {
    "host": "akab-x.example.com",
    "client_token": "a",
    "client_secret": "b",
    "access_token": "c",
}


def read(**stanza: str) -> NamesSettings:
    return read_names("names", {"account": "main", **stanza}, ACCOUNT, {})


def test_no_ids_are_all() -> None:
    assert read(config_ids=" ").config_ids == ()
    assert read(config_ids="9; 3,3").config_ids == (3, 9)


@pytest.mark.parametrize("interval", ["899", "86401", "15m", "0 * * * *", "900.5", "-900"])
def test_an_interval_out_of_bounds(interval: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read(interval=interval)
    (problem,) = caught.value.problems
    assert problem.startswith("Interval (interval) must be a whole number of seconds from 900")


def test_an_interval_within_bounds() -> None:
    assert [read(interval=text).name for text in ("", "900", "86400")] == ["names"] * 3
