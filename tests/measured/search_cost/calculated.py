"""The estimated cost of calculated fields and lookups, because Splunk itself does not run here.

The regular expressions that eval calls are measured as patterns are. A function call and a lookup
row have a fixed price, taken from what such a step costs in compiled code.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.measured.search_cost.patterns import Cost, of_searches
from tests.oracles.search_time import eval_expressions, eval_functions
from tests.oracles.search_time.lookups import Stored
from tests.oracles.search_time.pcre import pattern
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.oracles.search_time.search_time import Lookedup, Rules

CALL = 0.07
WILDCARD_ROW = 0.03
EXACT = 0.1
"""µs: a call of an eval function, a row that is compared with wildcards, a hashed table."""
_CUTOFF = 5_000


@dataclass
class Calls:
    """What one EVAL did for all events."""

    functions: int
    searches: dict[str, list[tuple[str, int]]]

    def cost(self, events: int) -> Cost:
        calls = self.functions * CALL / events
        return of_searches(list(self.searches.items()), events) + Cost(calls, calls)


class Recorder:
    """Counts what eval calls. Create it before any expression is parsed."""

    def __init__(self) -> None:
        self.functions = 0
        self.searches: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, (least, most, of) in [*eval_functions.FUNCTIONS.items()]:
            eval_functions.FUNCTIONS[name] = (least, most, self._counting(of))
        for name, lazy in [*eval_expressions._LAZY.items()]:
            eval_expressions._LAZY[name] = self._counting_lazy(lazy)
        functions: Any = eval_functions
        functions.pattern = self._recording
        functions._replaced = functions._replaced.__wrapped__

    def of(self, rules: Rules, name: str, snapshots: list[dict[str, Any]]) -> Calls:
        """What `EVAL-<name>` does on events with these fields."""
        self.functions, self.searches = 0, defaultdict(list)
        for fields in snapshots:
            with suppress(Refused, Unspecified, NotInSubset):
                rules.evals[name].value(fields)
        return Calls(self.functions, dict(self.searches))

    def _counting(self, of: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any) -> Any:
            self.functions += 1
            return of(*arguments)

        return called

    def _counting_lazy(self, of: Callable[..., Any]) -> Callable[..., Any]:
        def compiled(arguments: list[Any]) -> Callable[..., Any]:
            held = of(arguments)

            def called(fields: dict[str, Any]) -> object:
                self.functions += 1
                return held(fields)

            return called

        return compiled

    def _recording(self, text: str) -> _Recorded:
        return _Recorded(text, self)


class _Recorded:
    """A pattern that records the texts it runs on."""

    def __init__(self, text: str, recorder: Recorder) -> None:
        self._pattern, self._text, self._recorder = pattern(text), text, recorder

    def search(self, text: str) -> object:
        self._recorder.searches[self._text].append((text, 0))
        return self._pattern.search(text)

    def every(self, text: str) -> Iterator[object]:
        starts = [0]
        for match in self._pattern.every(text):
            starts.append(match.end())
            yield match
        self._recorder.searches[self._text] += [(text, at) for at in starts]


def of_lookup(lookup: Lookedup, snapshots: list[dict[str, Any]]) -> float:
    """µs per event."""
    table, spent = lookup.table, 0.0
    for fields in snapshots:
        values = [fields.get(name) for _, name in lookup.inputs]
        if not all(isinstance(value, str) for value in values):
            continue
        wanted = tuple(zip((column for column, _ in lookup.inputs), map(str, values)))
        if isinstance(table, Stored) or not table.wild:
            spent += EXACT
        else:
            spent += WILDCARD_ROW * table.compared(wanted)
    return spent / len(snapshots)


def of_json(records: list[str]) -> float:
    """µs per event for automatic extraction, measured with Python's parser (C) on as many bytes."""
    begin = time.process_time()
    for record in records:
        json.loads(record)
    seconds = time.process_time() - begin
    seen = sum(min(len(record), _CUTOFF) for record in records) / sum(map(len, records))
    return seconds * seen / len(records) * 1e6
