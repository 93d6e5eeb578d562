"""The numbers of docs/delivery.md are those of the code, each of them."""

from __future__ import annotations

import re

import pytest

from ta_akamai_siem.akamai.client import PAGE_TIMEOUT
from ta_akamai_siem.akamai.fetching import ATTEMPTS_SECONDS_MAX
from ta_akamai_siem.akamai.plan import RETRY_AFTER_MAX
from ta_akamai_siem.continuous.cursor import AHEAD_MAX, LIMIT_EXPIRING, RECOVERY_PAGES
from ta_akamai_siem.errors import OffsetStuck, TryAgain, UnexpectedAnswer
from ta_akamai_siem.limits import LATENCY, MARGIN, RETENTION
from ta_akamai_siem.position.claim import EXPIRY, TRUSTED
from ta_akamai_siem.position.history import SAFE_AGE, STOP_AGE
from ta_akamai_siem.position.ledger import SURELY_KEPT
from ta_akamai_siem.record.long_line import KEPT, LINE_MAX, WIDE_MAX
from ta_akamai_siem.writing.delivery import CHUNK, PROGRESS_EVENTS_MAX
from tests import ROOT
from tests.measured.shown.disturbance import ARRIVING, SOON_AFTER_A_WAIT

KB, MB = 1 << 10, 1 << 20
NUMBERS = {
    r"at most ([\d,]+), if Akamai sends the page again": PROGRESS_EVENTS_MAX,
    r"an input that begins (\d+) hours back": RETENTION / 3600,
    r"is requested with at most ([\d,]+) events": LIMIT_EXPIRING,
    r"the events stored within (\d+) s before the last moment known to be complete": MARGIN,
    r"restarted within (\d+) s of the last save": STOP_AGE,
    r"saved at least (\d+) s before the last one": SAFE_AGE,
    r"what (\d+) s of collecting and two pages brought": SAFE_AGE,
    r"stands still for (\d+) s or longer": EXPIRY,
    r"the block that it was writing as well, at most (\d+)": CHUNK,
    r"copy of the KV store is up to (\d+) minutes old": SURELY_KEPT / 60,
    r"keeps the positions of at least the last (\d+) minutes": SURELY_KEPT / 60,
    r"the (\d+) s decide": STOP_AGE,
    r"its claim was renewed in the last (\d+) s": TRUSTED,
    r"no sign of life, for (\d+) s of its own clock": EXPIRY,
    r"takeover happens within two intervals and (\d+) s": EXPIRY,
    r"copy of the KV store is more than (\d+) minutes old": SURELY_KEPT / 60,
    r"complete is (\d+) s before the last request that drained everything": LATENCY,
    r"retains events for (\d+) hours": RETENTION / 3600,
    r"run a backfill within (\d+) hours": RETENTION / 3600,
    r"The gap begins (\d+) s before the last moment known to be complete": MARGIN,
    r"the limit is halved, and (\d+) full pages later it is back": RECOVERY_PAGES,
    r"Akamai's Retry-After is honored for at most (\d+) minutes": RETRY_AFTER_MAX / 60,
    r"an input that receives (\d+) events a second has caught up": ARRIVING,
    r"(\d+) minutes after Akamai answers again": SOON_AFTER_A_WAIT / 60,
    r"No stored value delays a request for more than (\d+) minutes": AHEAD_MAX / 60,
    r"Connection, header and body of a page have (\d+) seconds together": PAGE_TIMEOUT,
    r"A run without a page makes no request after (\d+) minutes": ATTEMPTS_SECONDS_MAX / 60,
    r"occupies it for at most (\d+) minutes": (ATTEMPTS_SECONDS_MAX + PAGE_TIMEOUT) / 60,
    r"for an hour \((\d+) minutes for answers": UnexpectedAnswer.told_after / 60,
    r"An event of more than (\d+) MB is indexed": LINE_MAX / MB,
    r"its first (\d+) KB with its length": KEPT / KB,
    r"The same applies from (\d+) MB": WIDE_MAX / MB,
    r"and up to (\d+) before them: the next run resumes": CHUNK,
    r"a window ends at least (\d+) s before it is requested": MARGIN,
    r"newest position that was saved at least (\d+) s before that save": SAFE_AGE,
    r"the last save is less than (\d+) s older than splunkd's start": STOP_AGE,
    r"still in a splunkd queue (\d+) s after splunkd accepted it": SAFE_AGE,
    r"started again more than (\d+) s after that run's last save": STOP_AGE,
    r"gave to its own splunkd in its last (\d+) s": SAFE_AGE,
    r"keeps its claim for another (\d+) s after the last": SAFE_AGE,
}
"""Sentences of the page, and the code's value for the number in each."""
OF_OTHERS = (
    r"Version 0\.1\.0",
    r"upgrade from 0\.1\.0",
    r"offset expired \(416\)",
    r"the pipe holds, usually 64 KB",
    r"at most 150 MB of memory",
)
"""A release, an HTTP status, the size of a pipe on Linux, and measured numbers."""


def page() -> str:
    """The page on one line, without examples of searches."""
    lines = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8").splitlines()
    text = " ".join(line for line in lines if not line.startswith("    "))
    return re.sub(r"(?<= )\d+\. |\s+", " ", text)


@pytest.mark.parametrize("sentence", list(NUMBERS))
def test_a_number_is_that_of_the_code(sentence: str) -> None:
    (number,) = re.findall(sentence, page())
    assert int(number.replace(",", "")) == NUMBERS[sentence]


def test_no_number_is_without_its_row() -> None:
    text = page()
    for sentence in (*NUMBERS, *OF_OTHERS):
        text = re.sub(sentence, "", text)
    assert re.findall(r".{,40}\d.{,40}", text) == []


def test_when_a_message_in_splunk_says_that_nothing_was_collected() -> None:
    assert "If an input has collected nothing for an hour (" in page()
    assert TryAgain.told_after == 3600
    assert UnexpectedAnswer.told_after == OffsetStuck.told_after
