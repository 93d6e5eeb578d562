"""The log lines that alerts use: of runs that fail early or unexpectedly, and of the inputs
page.
"""

from __future__ import annotations

import contextlib
import logging
import re
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.run.run import Job, Run
from ta_akamai_siem.splunk.input_definition import InputDefinition
from ta_akamai_siem.splunk.stop_signal import Stop
from tests.standins.splunk.client import RestError

from .site import INPUT, KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pytest

    from .site import Site

INPUTS = f"TA_akamai_siem_{KIND}"


@contextlib.contextmanager
def run_here(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], int]]:
    """Runs in this process, with the real stand-in, whose job raises an unexpected error."""
    monkeypatch.setenv("SPLUNK_HOME", str(home))
    root = logging.getLogger()
    before = list(root.handlers)

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("secret")

    def run(session_key: str) -> int:
        values = site.input_values(interval="5 * * * *")
        parameters = {name: str(value) for name, value in values.items()}
        management = site.splunk.management
        definition = InputDefinition(KIND, INPUT, parameters, management, "here", home, session_key)
        return Run(definition, Stop(), Job(lambda *_: None, fail)).run()

    try:
        yield run
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
        logging.captureWarnings(capture=False)


def ending(home: Path) -> dict[str, str]:
    """The pairs of the one line `run.finished`."""
    path = home / "var" / "log" / "splunk" / f"ta_akamai_siem_{INPUT}.log"
    lines = path.read_text(encoding="utf-8").splitlines()
    (line,) = [line for line in lines if " run.finished " in line]
    assert "secret" not in "".join(lines)
    return dict(re.findall(r' (\w+)=("[^"]*"|\S+)', line))


def test_a_run_that_cannot_read_the_settings_is_seen(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends before anything except its name is known."""
    key = site.splunk.new_session(deny=("configs/conf-ta_akamai_siem_settings",))
    with run_here(site, tmp_path / "home", monkeypatch) as run:
        assert run(key) == 1
    pairs = ending(tmp_path / "home")
    assert (pairs["how"], pairs["result"]) == ("needs_person", "settings.unreadable")
    assert (pairs["interval"], "lease" in pairs) == ("3600", False)


def test_an_unforeseen_error_is_a_run_that_failed(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is logged like any other end, without the text of the error, and the lease is released."""
    site.set_up()
    with run_here(site, tmp_path / "home", monkeypatch) as run:
        assert run(site.splunk.session_key) == 1
    pairs = ending(tmp_path / "home")
    assert (pairs["how"], pairs["result"]) == ("try_again", "run.failed")
    assert "ZeroDivisionError at " in pairs["reason"]
    (lease,) = site.splunk.kv_documents("ta_akamai_siem_leases").values()
    assert (lease["released"], lease["succession"]) == (True, pairs["lease"])


def test_the_page_tells_what_is_silent_on_purpose(site: Site) -> None:
    site.create_account()
    site.create_input()
    path = site.splunk.app_path(INPUTS, INPUT)
    site.splunk.call("POST", site.splunk.app_path(INPUTS, INPUT, "disable"), form={})
    site.splunk.call("POST", path, form={"disabled": "false"})
    site.splunk.call("POST", path, form={"interval": "90"})
    site.splunk.call("DELETE", path)
    with contextlib.suppress(RestError):
        site.splunk.call("DELETE", path)
    told = re.findall(r" INFO (input\.\w+) (.*)", site.log_text("pages"))
    assert [event for event, _ in told] == [
        "input.created",
        "input.disabled",
        "input.enabled",
        "input.deleted",
    ]
    assert {rest for _, rest in told} == {f"input={INPUT} kind={KIND}"}
