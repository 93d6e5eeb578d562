"""Faults at Akamai or in the network, and what they mean for the records."""

from __future__ import annotations

import contextlib
import resource
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.standins.akamai.multiset import find_marker

from .dropped import DROP, kept, logged, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .site import Site

pytestmark = pytest.mark.shared_site

COUNT = 1_000
MANY = 5_000
FILE_MAX = 8 << 20
"""Bytes: less than a page of so many events, and more than any other file that is written then."""
FEW = 100
"""Events of a page that is broken off: its limit is halved each time, and stays above them."""
INCOMPLETE: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "on the way": [
        ("cut", {"after_bytes": 20_000, "how": "rst"}),
        ("cut", {"after_bytes": 20_000, "how": "fin"}),
        ("cut", {"after_bytes": 20_000, "how": "tls_close"}),
        ("cut", {"after_bytes": -5, "how": "rst"}),
        ("time_limit", {"seconds": 0.3, "bytes_per_s": 50_000, "how": "fin"}),
    ],
    "before its end": [
        ("cut_gzip", {"after_bytes": 20_000}),
        ("early_end", {}),
        ("no_context", {}),
        ("garbage_context", {"text": "<html>busy</html>"}),
    ],
    "by its own count": [
        ("wrong_total", {"delta": 1}),
        ("wrong_total", {"delta": -1}),
        ("garbage_line", {"text": "not json"}),
        ("garbage_line", {"how": "damage"}),
    ],
}


def assert_each_once(site: Site, count: int = COUNT) -> None:
    seen = Counter(find_marker(raw) for raw in site.raws())
    assert None not in seen
    assert len(seen) == count
    assert max(seen.values()) == 1


@pytest.mark.parametrize("where", list(INCOMPLETE))
def test_an_incomplete_page_writes_nothing_and_is_asked_for_again(site: Site, where: str) -> None:
    site.akamai.set(reorder_replays=True)
    site.set_up()
    for number, (kind, options) in enumerate(INCOMPLETE[where], 1):
        site.akamai.load(FEW)
        site.akamai.set_clock(advance_s=10 * number)
        site.akamai.fault(kind, **options)
        site.akamai.reset_log()
        run = site.run()
        assert (run["exit_code"], run["records"], run["stream"]) == (0, FEW, "closed"), (kind, run)
        assert site.log_text().count("page.incomplete") == number
        # A request whose signature came from a clock that is behind by then has none.
        asked = [entry["query"] for entry in site.akamai.log() if entry["query"]]
        first, second, *rest = asked
        # What disagrees with itself is not too large; what was cut may be.
        limit = int(first["limit"]) // (1 if where == "by its own count" else 2)
        assert second == {**first, "limit": str(limit)}
        assert rest == []
    assert_each_once(site, FEW * len(INCOMPLETE[where]))


def test_blank_lines_do_not_count(site: Site) -> None:
    site.load(COUNT)
    site.set_up()
    site.akamai.fault("blank_lines")
    assert site.run()["records"] == COUNT
    assert "page.incomplete" not in site.log_text()


def test_a_line_that_stays_broken_becomes_a_record_of_its_own(site: Site) -> None:
    site.load(COUNT)
    site.set_up()
    site.akamai.fault("garbage_line", text="not json", times=3)
    run = site.run()
    assert run["exit_code"] == 0
    texts = [record["raw"] for record in site.splunk.records()]
    assert '{"type":"akamai_siem_unparsed","raw":"not json"}' in texts
    assert "unparsed=1" in site.log_text()


def test_a_line_found_broken_while_writing_doubles_nothing(site: Site) -> None:
    """It looks like an event. The page is requested again, and its events come in another order.
    What rules drop of them is counted once.
    """
    site.load(COUNT)
    site.akamai.set(reorder_replays=True)
    site.set_up(drop=DROP)
    wanted = kept(site)
    site.akamai.fault("garbage_line", text='{"begins": well}')
    run = site.run()
    assert (run["exit_code"], run["records"], run["stream"]) == (0, len(wanted), "closed"), run
    assert site.log_text().count("page.incomplete") == 1
    assert Counter(find_marker(raw) for raw in site.raws()) == Counter(wanted)
    assert logged(site.log_text()) == sizes(site)


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("status", {"status": 503}, marks=pytest.mark.core),
        ("connection", {"how": "alert"}),
        pytest.param("connection", {"how": "rst"}, marks=pytest.mark.core),
    ],
)
def test_trouble_that_passes(site: Site, kind: str, options: dict[str, Any]) -> None:
    site.load(COUNT)
    site.set_up()
    site.akamai.reset_log()
    site.akamai.fault(kind, times=2, **options)
    run = site.run()
    assert (run["exit_code"], run["records"]) == (0, COUNT)
    # A connection that failed has no query.
    asked = [entry["query"] for entry in site.akamai.log() if entry["query"]]
    assert all(query == asked[0] for query in asked)
    assert site.log_text().count(" WARNING ") == 2
    assert_each_once(site)


def test_a_run_that_fails_after_a_page_ends_its_document(site: Site) -> None:
    site.load(3_000, bucket=100)
    site.set_up(limit="1000")
    site.akamai.fault("status", status=401, mode="offset")
    run = site.run()
    assert run["exit_code"] != 0
    assert run["stream"] == "closed"
    assert 0 < run["records"] < 3_000
    assert site.run()["exit_code"] == 0
    assert_each_once(site, 3_000)


def test_retry_after_is_honoured(site: Site) -> None:
    site.load(COUNT)
    site.set_up()
    site.akamai.reset_log()
    site.akamai.fault("status", status=429, retry_after=4)
    assert site.run()["records"] == COUNT
    first, second = site.akamai.log()[:2]
    assert second["time"] - first["time"] >= 4


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (400, "parameter.illegal", "Akamai's text names"),
        (401, "credential.refused", "Configuration > Accounts"),
        (403, "permission.missing", "Manage SIEM"),
        (404, "configuration.unknown", "config_ids"),
    ],
)
def test_what_needs_a_person_is_said_once_and_keeps_the_offset(
    site: Site, status: int, code: str, advice: str
) -> None:
    site.load(COUNT)
    site.set_up()
    assert site.run()["records"] == COUNT
    offset = site.checkpoint()["offset"]
    site.akamai.fault("status", status=status)
    site.akamai.reset_log()
    run = site.run()
    assert run["exit_code"] != 0
    (line,) = run["stderr"]
    assert line.startswith(f"ERROR {code} ")
    assert advice in line
    assert len(site.akamai.log()) == 1
    assert site.checkpoint()["offset"] == offset
    assert advice in site.splunk.messages()["ta_akamai_siem_first"]["message"]
    assert site.run()["exit_code"] == 0
    assert site.splunk.messages() == {}


@pytest.mark.parametrize("skew", [600, -600])
def test_a_wrong_clock_costs_one_request(site: Site, skew: int) -> None:
    site.load(COUNT)
    site.set_up()
    site.akamai.set_clock(skew_s=skew)
    site.akamai.reset_log()
    run = site.run()
    assert (run["exit_code"], run["records"]) == (0, COUNT)
    assert [entry["status"] for entry in site.akamai.log()[:2]] == [400, 200]
    assert "clock.skewed" in site.log_text()


def test_an_answer_whose_clock_is_wrong_is_not_believed_for_long(site: Site) -> None:
    site.load(COUNT)
    site.set_up()
    site.akamai.fault("clock_skew", seconds=600)
    site.akamai.reset_log()
    run = site.run()
    assert (run["exit_code"], run["records"]) == (0, COUNT)
    assert [entry["status"] for entry in site.akamai.log()[:3]] == [400, 400, 200]


def test_an_expired_offset_replays_without_loss(site: Site) -> None:
    site.load(COUNT)
    site.set_up()
    site.run()
    site.akamai.set_clock(advance_s=3 * 3600)
    site.akamai.load(COUNT)
    site.akamai.set_clock(advance_s=3 * 3600 + 30)
    site.akamai.fault("status", status=416)
    run = site.run()
    assert run["exit_code"] == 0
    seen = Counter(find_marker(raw) for raw in site.raws())
    assert len(seen) == 2 * COUNT
    assert "offset.expired" in site.log_text()
    assert "gap.recorded" not in site.log_text()


def test_a_full_disk_is_a_clear_error_and_moves_nothing(site: Site) -> None:
    site.load(MANY)
    site.set_up()
    folder = site.home / "var" / "lib" / "splunk" / "modinputs" / "akamai_siem"
    folder.mkdir(parents=True, exist_ok=True)
    blocker = folder / "ta_akamai_siem_first"
    blocker.write_text("a file where the folder should be")
    run = site.run()
    assert run["exit_code"] != 0
    assert "spool.unusable" in run["stderr"][0]
    blocker.unlink()
    # It fills up while the page is written to it: no file may grow beyond this.
    with largest_file(site, FILE_MAX):
        run = site.run()
    assert (run["exit_code"], run["records"]) == (1, 0)
    assert "spool.unusable" in run["stderr"][0], run["stderr"]
    assert "File too large" in run["stderr"][0]
    assert "spool" in site.splunk.messages()["ta_akamai_siem_first"]["message"]
    assert site.checkpoint()["offset"] is None
    assert site.run()["records"] == MANY
    assert site.splunk.messages() == {}


@contextlib.contextmanager
def largest_file(site: Site, size: int) -> Iterator[None]:
    """Limit the files of Splunk's stand-in and of what it starts, as a full disk does."""
    before = resource.prlimit(site.splunk.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(site.splunk.pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(site.splunk.pid, resource.RLIMIT_FSIZE, before)
