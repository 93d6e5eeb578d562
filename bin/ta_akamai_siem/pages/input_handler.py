"""Inputs: shows their state, resets positions, and removes all traces of a deleted input."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from solnlib.utils import is_true
from splunktaucclib.rest_handler.error import RestError

from ta_akamai_siem.backfill.settings import absolute
from ta_akamai_siem.errors import CollectionError
from ta_akamai_siem.names import coverage
from ta_akamai_siem.position import last_run, lease
from ta_akamai_siem.position.ledger import newest_document
from ta_akamai_siem.setting_labels import LABELS, labelled
from ta_akamai_siem.settings import (
    CONNECTOR,
    Problems,
    check_interval,
    read_start,
    seconds_back,
)
from ta_akamai_siem.splunk.log import page_log
from ta_akamai_siem.splunk.names import BACKFILL_KIND, KIND, LEASES, NAMES_KIND, RUNS

from .configuration_names import known_names
from .input_settings import shown_settings
from .input_state import Facts, describe, unknown
from .notices import of_the_rights
from .page_handler import BAD_REQUEST, PageHandler, refusing, saying_plainly

if TYPE_CHECKING:
    from collections.abc import Callable

    from ta_akamai_siem.splunk.kv_store import KvStore

RESET, CONFIRMED = "reset", "reset_confirmed"
RESETTABLE = "resettable"
"""Field of a single stanza: 1 if there is a position to reset. The form offers it only then."""
TAKEN = "connector"


class InputHandler(PageHandler):
    """For all kinds. `payload`: `reset` and `reset_confirmed` trigger an action, `connector` sets
    `start`. None of them is stored.
    """

    def handleList(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """The stanzas with their state."""
        super().handleList(confInfo)
        self._describe(confInfo)
        self._mark(confInfo)
        if self.callerArgs.id:
            for name, item in confInfo.items():
                item[RESETTABLE] = str(int(self._has_position(name)))

    def _has_position(self, name: str) -> bool:
        """Also if the KV store does not answer: then a reset says so."""
        try:
            document = newest_document(self.splunkd.kv_store, self._key(name))
        except CollectionError:
            return True
        return document is not None and not document.get("reset")

    def _mark(self, confInfo: Any) -> None:  # noqa: N803, ANN401 - UCC's names
        """Rows of a user who may not change them have no buttons: `readonlyFieldId` of the page."""
        if confInfo and of_the_rights(self.splunkd.capabilities()) is not None:
            for item in confInfo.values():
                item["read_only"] = "1"

    def _describe(self, confInfo: Any) -> None:  # noqa: N803, ANN401 - UCC's names
        """Add what the table shows beside the settings."""
        if not confInfo:
            return
        now, store = time.time(), self.splunkd.kv_store
        noted = coverage.noted(store)
        listed = known_names(store)
        for name, item in confInfo.items():
            account = str(item.get("account") or "")
            names = {**coverage.names(noted), **listed.get(account, {})}
            item.update(shown_settings(self._kind, name, item, {account: names}))
        try:
            leases, runs = (store.find_documents(each, {}) for each in (LEASES, RUNS))
            # Only a backfill's position says anything here: what is done.
            positions = {
                name: newest_document(store, self._key(name))
                if self._kind == BACKFILL_KIND
                else None
                for name in confInfo
            }
        except CollectionError as error:
            for item in confInfo.values():
                item.update(unknown(str(error), now))
            return
        for name, item in confInfo.items():
            facts = _facts(self._key(name), item, positions[name], leases, runs)
            item.update(describe(replace(facts, names=self._kind == NAMES_KIND), now))
            told = coverage.sentence(noted, _ids(item) or noted)
            item["explanation"] = f"{item['explanation']} {told}".strip()

    def handleCreate(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """Save a new input. A cloned one has no position either."""
        # `start` was not filled on the form then.
        filled = LABELS[TAKEN] if self.payload.get(TAKEN, "").strip() else labelled("start")
        self._stored_only()
        self._prepare()
        with saying_plainly(instead_of=labelled("start"), named=filled):
            super().handleCreate(confInfo)
        self._log("input.created")
        self._answer(confInfo)

    def handleEdit(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """Save, then reset the position if the form asks for it."""
        wanted, confirmed = self._stored_only()
        self._prepare()
        again = confirmed and (bool(wanted) or self._kind != KIND)
        if wanted or (confirmed and not again):
            self.payload["start"] = _checked(wanted, confirmed=confirmed)
        with saying_plainly():
            super().handleEdit(confInfo)
        switched = self.payload.get("disabled")
        if switched is not None:
            self._log("input.disabled" if is_true(switched) else "input.enabled")
        if again:
            self._reset(lease.reset)
        self._answer(confInfo)

    def _answer(self, confInfo: Any) -> None:  # noqa: N803, ANN401 - UCC's names
        """Clear the fields: the form keeps what was typed unless the answer changes it."""
        for item in confInfo.values():
            item.update({RESET: "", CONFIRMED: "0"})
            if self._kind == KIND:
                item[TAKEN] = ""
        self._describe(confInfo)

    def handleRemove(self, confInfo: Any) -> None:  # noqa: N802, N803, ANN401 - UCC's names
        """Delete the input and its position."""
        super().handleRemove(confInfo)
        self._log("input.deleted")
        self._reset(lease.delete)
        if self._kind == NAMES_KIND:
            coverage.forget_all(self.splunkd.kv_store)

    @property
    def _kind(self) -> str:
        return str(self.endpoint.input_type)

    def _key(self, name: str) -> str:
        return f"{self._kind}:{name}"

    def _log(self, event: str) -> None:
        """Tell the alerts that an input is silent on purpose, or active again."""
        with page_log(self._kind, str(self.callerArgs.id)) as log:
            log.info(event)

    def _prepare(self) -> None:
        """Check what splunkd checks before our validation, to name the field; fix a range.

        On the form, an empty index stands for Splunk's default index.
        """
        self._fix_range()
        if self.payload.get("index") == "":
            self.payload["index"] = "default"
        problems = Problems()
        check_interval(self.payload.get("interval", "").strip(), problems)
        with refusing():
            problems.settle()

    def _stored_only(self) -> tuple[str, bool]:
        """Remove the fields that are not stored; the new start, and whether it is confirmed."""
        taken = self.payload.pop(TAKEN, "").strip()
        if taken:
            self.payload["start"] = f"{CONNECTOR}{taken}"
        wanted = self.payload.pop(RESET, "").strip()
        confirmed = self.payload.pop(CONFIRMED, "").strip().lower() in ("1", "true", "yes")
        return wanted, confirmed

    def _fix_range(self) -> None:
        """A backfill's range is a fixed one: `-2h` is two hours before it was saved."""
        for setting in ("from", "to"):
            if setting in self.payload:
                self.payload[setting] = absolute(setting, self.payload[setting], time.time())

    def _reset(self, position: Callable[[KvStore, str, float], object]) -> None:
        """Delete the position. A run in progress loses its lease, so it cannot save one again.

        `position`: what to do with it.
        """
        key = self._key(str(self.callerArgs.id))
        with refusing():
            store: KvStore = self.splunkd.kv_store
            position(store, key, time.time())
            store.delete_documents(RUNS, {"_key": key})


def _ids(item: Any) -> list[int]:  # noqa: ANN401 - UCC's
    """The security configurations that an input names; none: all."""
    found: list[str] = re.findall(r"[0-9]+", str(item.get("config_ids") or ""))
    return [int(each) for each in found]


def _checked(wanted: str, *, confirmed: bool) -> str:
    """The moment to start again from. Raises RestError if it is wrong or not confirmed."""
    problems = Problems()
    read_start(wanted, problems, RESET)
    with refusing():
        problems.settle()
    if not confirmed:
        what = (
            f"{LABELS[CONFIRMED]}: select it too, to reset the position. A reset causes "
            "duplicates or skips events."
        )
        raise RestError(BAD_REQUEST, what)
    if not wanted:
        what = f"{labelled(RESET)} is empty. Select from when the input collects again."
        raise RestError(BAD_REQUEST, what)
    return wanted


def _facts(
    key: str,
    item: Any,  # noqa: ANN401 - UCC's
    position: dict[str, Any] | None,
    leases: list[dict[str, Any]],
    runs: list[dict[str, Any]],
) -> Facts:
    run = next((each for each in runs if each.get("_key") == key), None)
    try:
        interval = float(item.get("interval") or 0) or None
    except ValueError:
        interval = None
    start_back = seconds_back(str(item.get("start") or "now").strip())
    return Facts(
        is_disabled=str(item.get("disabled", "0")).lower() in ("1", "true"),
        interval=interval,
        position=position,
        leases=[each for each in leases if each.get("input") == key],
        run=last_run.read(run) if run else None,
        start_back=start_back or 0,
    )
