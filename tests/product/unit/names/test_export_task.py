"""An export by a task, and in one answer whatever goes wrong with the task; the rate limit."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from ta_akamai_siem.akamai.application_security import Access, ApplicationSecurity
from ta_akamai_siem.akamai.rate_budget import RateBudget
from ta_akamai_siem.akamai.signing import CorrectedClock
from ta_akamai_siem.akamai.spool import SpoolFolder
from ta_akamai_siem.akamai.trusted_certificates import trusted
from ta_akamai_siem.errors import (
    ExportRunning,
    PermissionMissing,
    RequestDeferred,
    ServerTrouble,
    UnexpectedAnswer,
    Unreachable,
)
from ta_akamai_siem.names.export_task import Export
from ta_akamai_siem.names.exported import read_export
from ta_akamai_siem.settings import Account
from ta_akamai_siem.splunk.log import Log
from tests.standins.akamai.client import AkamaiStandin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = 76213
QUICK: dict[str, Any] = {"offered": True, "polls": 0, "fails": 0, "expires": 0}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AkamaiStandin]:
    with AkamaiStandin(tmp_path_factory.mktemp("akamai")) as started:
        yield started


class Asking:
    """A client whose waits move Akamai's clock instead of the test's."""

    def __init__(self, standin: AkamaiStandin, folder: Path) -> None:
        standin.clear()
        standin.application_security(exports=QUICK)
        self.standin = standin
        self.waits: list[float] = []
        self._ahead = 0.0
        clock = CorrectedClock()
        account = Account(
            "main",
            standin.host,
            standin.client_token,
            standin.client_secret,
            standin.access_token,
        )
        self.budget = RateBudget(self.wait)
        log = Log("akamai_siem_names", "x", logging.getLogger("quiet"))
        access = Access(account, None, trusted(standin.ca), clock)
        self.client = ApplicationSecurity(access, self.budget, self.wait, log)
        spool = SpoolFolder(folder)
        spool.prepare()
        self.export = Export(self.client, lambda: spool.new_file(1), self.wait)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self._ahead += seconds
        self.standin.set_clock(advance_s=self._ahead, skew_s=-self._ahead)

    def got(self) -> tuple[int, int]:
        with self.export.get(CONFIG, 6) as file:
            found = read_export(file)
        return found.config_id, found.version

    def paths(self) -> list[str]:
        """What was asked, from the last part but one on."""
        asked = [f"{each['method']} {each['path']}" for each in self.standin.log()]
        self.standin.reset_log()
        return [each.replace("/appsec/v1/", "").replace(f"configs/{CONFIG}/", "") for each in asked]


@pytest.fixture
def asking(running: AkamaiStandin, tmp_path: Path) -> Asking:
    return Asking(running, tmp_path)


ONE_ANSWER = "GET export/versions/6"


def test_a_task_that_takes_a_while(asking: Asking) -> None:
    asking.standin.application_security(exports={"polls": 2})
    assert asking.got() == (CONFIG, 6)
    begun, *statuses, result = asking.paths()
    assert begun == "POST versions/6/export"
    assert [each.rpartition("/")[2] for each in (*statuses, result)] == [
        *("status", "status", "status", "result")
    ]
    assert asking.waits == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("wrong", [{"offered": False}, {"fails": 1}, {"expires": 1}])
def test_one_answer_where_the_task_brings_none(asking: Asking, wrong: dict[str, Any]) -> None:
    asking.standin.application_security(exports=wrong)
    assert asking.got() == (CONFIG, 6)
    assert asking.paths()[-1] == ONE_ANSWER


def test_a_client_that_may_only_read(asking: Asking) -> None:
    """Akamai may refuse the POST to it, and answer the GET."""
    asking.standin.fault("status", status=403, mode="export-begin")
    assert asking.got() == (CONFIG, 6)
    asking.standin.application_security(refused=["export"])
    with pytest.raises(PermissionMissing):
        asking.got()


def test_a_task_of_an_earlier_run_is_taken_over(asking: Asking) -> None:
    asking.standin.application_security(exports={"running": [CONFIG, 6]})
    assert asking.got() == (CONFIG, 6)
    assert ONE_ANSWER not in asking.paths()


def test_a_task_of_another_version_is_not(asking: Asking) -> None:
    asking.standin.application_security(exports={"running": [CONFIG, 5]})
    with pytest.raises(ExportRunning):
        asking.client.begin(f"configs/{CONFIG}/versions/6/export")
    assert asking.got() == (CONFIG, 6)
    assert asking.paths()[-1] == ONE_ANSWER


def test_tokens_are_never_spent_past_what_remains(asking: Asking) -> None:
    asking.standin.application_security(rate_limit={"limit": 6, "window_s": 60})
    for _ in range(10):
        asking.client.ask("configs")
    assert asking.standin.application_security()["limited"] == 0
    assert (asking.budget.requests, asking.budget.tokens) == (10, 10)
    assert len(asking.waits) == 4
    assert max(asking.waits) == pytest.approx(10.0, abs=1)


def test_a_429_is_waited_for_as_long_as_it_says(asking: Asking) -> None:
    asking.standin.application_security(rate_limit={"limit": 2, "window_s": 600, "tokens": 0})
    asking.client.ask("configs")
    assert sum(asking.waits) == pytest.approx(300.0, abs=3)
    assert asking.standin.application_security()["limited"] == 1


def test_waits_for_tokens_end(asking: Asking) -> None:
    asking.standin.application_security(rate_limit={"limit": 1, "window_s": 1000})
    # The first is answered, and the next two are worth half an hour of waits.
    for _ in range(2):
        asking.client.ask("configs")
    with pytest.raises(RequestDeferred, match="request limit"):
        asking.client.ask("configs")
    assert asking.budget.waited <= 1800


def test_an_error_that_passes_and_one_that_stays(asking: Asking) -> None:
    asking.standin.fault("status", status=503, mode="siem", times=2)
    path = f"configs/{CONFIG}/versions/6/siem"
    assert asking.client.ask(path)["enableSiem"] is True
    asking.standin.fault("status", status=503, mode="siem", times=0)
    with pytest.raises(ServerTrouble):
        asking.client.ask(path)


def test_an_answer_that_breaks_off(asking: Asking) -> None:
    asking.standin.fault("cut", mode="export-result", after_bytes=50, how="rst")
    assert asking.got() == (CONFIG, 6)
    asking.standin.fault("cut", mode="siem", after_bytes=5, how="rst", times=0)
    with pytest.raises((Unreachable, UnexpectedAnswer)):
        asking.client.ask(f"configs/{CONFIG}/versions/6/siem")


def test_an_answer_of_somebody_else(asking: Asking) -> None:
    asking.standin.fault("status", status=200, body="<html></html>", mode="siem")
    with pytest.raises(UnexpectedAnswer, match="not a JSON object"):
        asking.client.ask(f"configs/{CONFIG}/versions/6/siem")
