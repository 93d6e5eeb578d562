"""The state of an input, as its row on the inputs page shows it.

The table shows a few words (`state`, `note`); the unfolded row has the sentence, what to do, and
links. Each word is explained in docs/troubleshooting.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ta_akamai_siem.position.claim import is_in_force
from ta_akamai_siem.position.last_run import AGAIN, LEFT, PERSON, LastRun
from ta_akamai_siem.position.so_far import SoFar
from ta_akamai_siem.position.so_far import read as read_so_far
from ta_akamai_siem.timestamps import utc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SILENT = 900.0
"""Seconds without a run after which an input needs attention; at least three intervals."""
BEHIND = 120
"""Seconds of lag from which the table says so. An event needs up to a minute to become visible."""
GOOD, BUSY, IDLE, WARNING, BAD = "good", "busy", "idle", "warning", "bad"
"""How the page colours a state."""
DISABLED = "disabled"
STARTING = "starting"
COLLECTING = "collecting"
WAITING = "waiting for the first events"
CAUGHT_UP = "caught up"
CATCHING_UP = "catching up"
STOPPED = "stopped by Splunk"
ELSEWHERE = "collected elsewhere"
FINISHED = "finished"
NAMED = "names up to date"
SILENCE = "no runs"
UNKNOWN = "unknown"
STATES = (
    *(STARTING, COLLECTING, WAITING, CAUGHT_UP, CATCHING_UP, FINISHED, NAMED, STOPPED),
    ELSEWHERE,
    *(SILENCE, DISABLED, UNKNOWN),
)
"""All but the codes of errors, which are shown as words: `credential refused`."""
_ELSEWHERE = ("lease.held", "lease.lost")
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


@dataclass(frozen=True)
class Facts:
    """What is known of one input. `interval`: seconds, None for a cron schedule.

    `position`: the newest checkpoint document of a backfill. `leases`: its claims. `run`: its last
    run. `start_back`: seconds before the first run from which it collects. `names`: it collects
    names instead of events.
    """

    is_disabled: bool
    interval: Optional[float]
    position: Optional[Mapping[str, Any]] = None
    leases: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    run: Optional[LastRun] = None
    start_back: int = 0
    names: bool = False


class State(NamedTuple):
    """`word`: of `STATES`, or an error's code as words. `note`: a few words more. `explanation`:
    sentences, with times in UTC. `topic`: what explains it in docs/troubleshooting.md.
    """

    word: str
    tone: str
    note: str
    explanation: str
    topic: str = ""


def describe(facts: Facts, now: float) -> dict[str, str]:
    """The fields of a row, each as text. `now`: this host's clock, epoch seconds."""
    claim = next((each for each in facts.leases if is_in_force(each, now)), None)
    so_far = read_so_far(claim) if claim else None
    state = _under_way(so_far, now) if claim else _at_rest(facts, now)
    newest = (so_far.newest if so_far else None) or (facts.run.newest if facts.run else None)
    return {
        **fields_of(state),
        "last_event": "" if newest is None else utc(newest),
        "lag": _lag(facts.run, newest, now, is_running=claim is not None),
        "events": _events(facts, so_far),
        "as_of": utc(now),
    }


def fields_of(state: State) -> dict[str, str]:
    """The fields of a row that tell its state."""
    return {
        "state": state.word,
        "tone": state.tone,
        "note": state.note,
        "explanation": state.explanation,
        "topic": state.topic or state.word.replace(" ", "-"),
    }


def unknown(reason: str, now: float) -> dict[str, str]:
    """The fields of a row if the KV store does not answer. `reason`: a sentence."""
    state = State(UNKNOWN, WARNING, "the KV store does not answer", reason)
    empty = dict.fromkeys(("last_event", "lag", "events"), "")
    return {**fields_of(state), **empty, "as_of": utc(now)}


def _under_way(so_far: SoFar | None, now: float) -> State:
    """While a run holds the input's lease."""
    if so_far is None:
        return State(COLLECTING, BUSY, "", "A run is in progress.")
    begun = f"A run has been collecting since {utc(so_far.began_at)}."
    if not so_far.pages:
        return State(COLLECTING, BUSY, "no page yet", f"{begun} It has not written a page yet.")
    written = f"{_count(so_far.events, 'event')} in {_count(so_far.pages, 'page')}"
    rate = f"{_per_second(so_far):,} events per second"
    sentences = [begun, f"So far it has written {written}, {rate}."]
    note = ""
    if so_far.share is not None:
        note = f"{100 * so_far.share:.0f} %"
        left = span(round(so_far.remaining or 0))
        sentences.append(f"That is {note} of the range; the rest may take {left}.")
        note += f", {left} left"
    elif so_far.newest is not None:
        behind = max(0, round(now - so_far.newest))
        note = _behind(behind)
        sentences.append(f"The newest event is of {utc(so_far.newest)}, {span(behind)} ago.")
    return State(COLLECTING, BUSY, note, " ".join(sentences))


def _at_rest(facts: Facts, now: float) -> State:  # noqa: PLR0911 - a table, read from the top
    """Between two runs."""
    run = facts.run
    if _is_finished(facts):
        return _finished(facts)
    if facts.is_disabled:
        text = (
            "The input is disabled. The names that are indexed remain valid."
            if facts.names
            else "The input is disabled and keeps its position. Enable it within 12 hours of its "
            "last run, because Akamai retains events for 12 hours."
        )
        return State(DISABLED, IDLE, "", text)
    if run is None:
        text = (
            "Splunk has not started this input yet; it does so within seconds. If this lasts "
            "longer than one interval, look for akamai_siem in splunkd.log."
        )
        return State(STARTING, BUSY, "first run to come", text)
    if run.how == PERSON:
        return _failed(run, BAD, "needs attention", run.message)
    following = _following(facts, run, now)
    if facts.interval and now - run.ended_at > max(SILENT, 3 * facts.interval):
        text = (
            f"The last run ended at {utc(run.ended_at)}. Check splunkd.log, and whether Splunk "
            "runs inputs on this host."
        )
        quiet = span(round(now - run.ended_at))
        return State(SILENCE, BAD, f"for {quiet}: needs attention", text)
    if run.how == AGAIN:
        return _failed(run, WARNING, f"tries again: {following}", run.message)
    if run.how == LEFT:
        word = ELSEWHERE if run.result in _ELSEWHERE else STOPPED
        return State(word, IDLE, following, f"{run.message} {_sentence(following)}".strip())
    return _well(facts, run, following)


def _well(facts: Facts, run: LastRun, following: str) -> State:
    """After a run without an error."""
    ended = f"The last run ended at {utc(run.ended_at)}"
    if facts.names:
        changes = f"wrote {_count(run.events, 'event')}"
        return State(NAMED, GOOD, following, f"{ended} and {changes}. {_sentence(following)}")
    if not run.drained:
        behind = "" if run.newest is None else _behind(max(0, round(run.ended_at - run.newest)))
        note = ", ".join(part for part in (behind, following) if part)
        text = f"{ended} with events left at Akamai. {_sentence(following)}"
        return State(CATCHING_UP, BUSY, note, text)
    if run.newest is None:
        since = utc(run.first_at - facts.start_back)
        text = (
            f"{ended}. Akamai has stored no event of these security configurations since {since}. "
            f"{_sentence(following)} If there should be events, check in Akamai Control Center "
            "that SIEM integration is on in each security configuration, for the policies in use."
        )
        return State(WAITING, BUSY, f"since {since}, {following}", text)
    text = f"{ended} and collected everything that Akamai had. {_sentence(following)}"
    return State(CAUGHT_UP, GOOD, following, text)


def _failed(run: LastRun, tone: str, note: str, text: str) -> State:
    """A run that an error ended. Its code's words are short, and lead to what explains them."""
    return State(run.result.replace(".", " "), tone, note, text, topic=run.result)


def _finished(facts: Facts) -> State:
    """The switch of the row is Splunk's: it says whether Splunk starts the input."""
    events, dropped = _collected(facts) or (0, 0)
    number, share = _count(events, "event"), _share_dropped(events, dropped)
    switch = (
        "The input is off."
        if facts.is_disabled
        else "The input is still on: Splunk starts it at each interval, and the run ends at once, "
        "because nothing is left to collect. You can switch it off."
    )
    text = (
        f"The whole range is collected: {number}{share}. {switch} If you delete the input, its "
        "events stay in the index."
    )
    return State(FINISHED, GOOD, f"{number} collected", text)


def _is_finished(facts: Facts) -> bool:
    """Whether it is a backfill whose range is collected."""
    position = facts.position or {}
    return "until" in position and (
        bool(position.get("settled")) or position.get("at") == position["until"]
    )


def _following(facts: Facts, run: LastRun, now: float) -> str:
    """When the next run begins."""
    if not facts.interval:
        return "next run by its schedule"
    seconds = round(run.ended_at + facts.interval - now)
    return f"next run in {span(seconds)}" if seconds > 0 else "next run is due"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _lag(run: LastRun | None, newest: float | None, now: float, *, is_running: bool) -> str:
    """The age of the newest event: now while a run goes on, else when the last run ended."""
    if newest is None:
        return ""
    if is_running or run is None:
        return span(max(0, round(now - newest)))
    seconds = max(0, round(run.ended_at - newest))
    nothing = run.drained and not run.events and not run.dropped
    return f"{span(seconds)}, nothing newer" if nothing else span(seconds)


def _events(facts: Facts, so_far: SoFar | None) -> str:
    """Of the run under way, else of the last one; of a backfill all."""
    if so_far and so_far.pages:
        text = f"{so_far.events:,} so far, {_per_second(so_far):,} per second"
        return text + _share_dropped(so_far.events, so_far.dropped)
    collected = _collected(facts)
    if collected is not None:
        events, dropped = collected
        return f"{events:,}{_share_dropped(events, dropped)}"
    if facts.run is None:
        return ""
    text = f"{facts.run.events:,} in the last run"
    return text + _share_dropped(facts.run.events, facts.run.dropped)


def _share_dropped(events: int, dropped: int) -> str:
    """What the rules dropped of the events that Akamai sent."""
    return (
        f"; {dropped:,} more ({100 * dropped / (events + dropped):.0f} %) dropped"
        if dropped
        else ""
    )


def _collected(facts: Facts) -> tuple[int, int] | None:
    """The events that a backfill has written in all its runs, and those that its rules dropped.
    None of another kind.
    """
    position = facts.position or {}
    events, dropped = position.get("events"), position.get("dropped", 0)
    return (events, dropped) if isinstance(events, int) and isinstance(dropped, int) else None


def _per_second(so_far: SoFar) -> int:
    return round(so_far.events / max(1.0, so_far.at - so_far.began_at))


def _behind(seconds: int) -> str:
    return f"{span(seconds)} behind" if seconds >= BEHIND else ""


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def span(seconds: int) -> str:
    """A duration in its two largest units, such as `1 h 2 min`."""
    for size, unit, smaller, name in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{seconds // size} {unit}" + (f" {rest} {name}" if rest else "")
    return f"{seconds} s"
