"""Which responses prevent saving a proxy, an account or an input, and that the docs agree."""

from __future__ import annotations

import re

import pytest

from ta_akamai_siem.akamai.probe import (
    ACCOUNT,
    INPUT,
    PREVENTS_SAVING,
    PROXY,
    prevents_saving,
    probe,
)
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.errors import (
    CertificateUntrusted,
    ClockSkewed,
    CredentialRefused,
    NeedsPerson,
    PermissionMissing,
    ServerTrouble,
    Unreachable,
)
from tests import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
NOW = 1_750_000_000.0


def test_the_page_names_what_prevents_saving() -> None:
    for what in (PROXY, ACCOUNT, INPUT):
        (line,) = re.findall(rf"(?m)^\* \*\*{what}\*\*:(.*)$", PAGE.read_text(encoding="utf-8"))
        codes = {error.code for error, kept in PREVENTS_SAVING.items() if what in kept}
        assert set(re.findall(r"`([a-z.]+)`", line)) == codes


def test_an_input_is_held_to_all_that_its_account_is() -> None:
    """Otherwise an input could be saved although no form would save its account."""
    assert all(INPUT in kept for kept in PREVENTS_SAVING.values())
    assert all(ACCOUNT in kept for kept in PREVENTS_SAVING.values() if PROXY in kept)
    assert prevents_saving(CertificateUntrusted("x"), INPUT)
    assert not prevents_saving(PermissionMissing("x"), ACCOUNT)


def test_what_may_be_gone_in_a_minute_prevents_nothing() -> None:
    passing = [Unreachable("x"), ServerTrouble("x"), ClockSkewed("x")]
    assert not [e for e in passing for what in (PROXY, ACCOUNT, INPUT) if prevents_saving(e, what)]
    assert [kind for kind in PREVENTS_SAVING if kind.code == "host.unknown"]
    others = [kind for kind in PREVENTS_SAVING if not issubclass(kind, NeedsPerson)]
    assert [kind.code for kind in others] == ["host.unknown"]


def test_a_clock_that_is_off_is_corrected_once() -> None:
    clock = CorrectedClock(lambda: NOW)
    asked: list[float] = []

    def ask() -> str:
        asked.append(clock.now())
        if clock.skew == 0.0:
            raise ClockSkewed("Invalid timestamp", NOW + 600)
        return "the answer"

    assert probe(ask, clock) == "the answer"
    assert asked == [NOW, NOW + 600]


def test_an_error_comes_back_from_the_thread() -> None:
    def ask() -> None:
        raise CredentialRefused("Not authorized")

    with pytest.raises(CredentialRefused):
        probe(ask, CorrectedClock())
