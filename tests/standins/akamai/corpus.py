"""Generates events: event ``i`` depends on i and on seed, repetition and share of odd events.

The pieces of events are serialised once per corpus. An event is a selection of pieces with a few
values of its own, so that hundreds of thousands can be generated quickly.
"""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from . import fragments
from .multiset import event_marker
from .oddities import ODDITIES, make_odd

if TYPE_CHECKING:
    from collections.abc import Sequence

_MASK = (1 << 64) - 1
REPETITIONS = ("usual", "none")


@dataclass(frozen=True)
class CorpusChoices:
    """Choices that a corpus is generated from; equal choices generate equal events."""

    seed: int = 1
    config_id: int = 1
    repetition: str = "usual"
    odd: float = 0.02
    odd_kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the choices; raises ValueError."""
        unknown = set(self.odd_kinds) - set(ODDITIES)
        if unknown:
            message = f"no oddity is called {sorted(unknown)}; there are {sorted(ODDITIES)}"
            raise ValueError(message)
        if self.repetition not in REPETITIONS:
            message = f"repetition is one of {REPETITIONS}"
            raise ValueError(message)
        if not 0.0 <= self.odd <= 1.0:
            message = "odd is a share between 0 and 1"
            raise ValueError(message)

    def as_dict(self) -> dict[str, object]:
        """Return the choices by name."""
        return asdict(self)


class Corpus:
    """The events of one set of choices."""

    def __init__(self, choices: CorpusChoices) -> None:
        """Serialise the pieces."""
        self.choices = choices
        self._odd_kinds = choices.odd_kinds or tuple(sorted(ODDITIES))
        self._odd_below = round(choices.odd * 1_000_000)
        dice = random.Random(choices.seed)
        config = str(choices.config_id)
        self._attacks = fragments.attacks(dice, config)
        self._requests = fragments.request_heads(dice)
        self._responses = fragments.responses(dice)
        self._geos = fragments.geos()
        self._extras = fragments.extras(dice)
        self._noise = fragments.noise(dice)

    def marker(self, index: int) -> str:
        """Return the string that identifies event ``index``."""
        return event_marker(self.choices.seed, index)

    def event(self, index: int, start: float) -> bytes:
        """Return event ``index`` as the API writes it, without a line end.

        ``start`` is when it happened, in epoch seconds.
        """
        draw = _draw(self.choices.seed, index)
        line = self._usual(index, draw, start)
        if draw % 1_000_000 < self._odd_below:
            dice = random.Random(draw)
            kind = self._odd_kinds[(draw >> 20) % len(self._odd_kinds)]
            return make_odd(kind, json.loads(line), dice, self.marker(index))
        return line

    def _usual(self, index: int, draw: int, start: float) -> bytes:
        second = _draw(draw, index)
        if self.choices.repetition == "none":
            dice = random.Random(second)
            attack = fragments.unrepeated_attack(dice, str(self.choices.config_id))
        else:
            attack = _pick(self._attacks, draw >> 3)
        noise_at = (second >> 9) % (len(self._noise) - 400)
        return b"".join(
            (
                b'{"type":"akamai_siem","format":"json","version":"1.0","attackData":{',
                _client_address(draw, second),
                attack,
                b'},"geo":',
                _pick(self._geos, draw >> 17),
                b',"httpMessage":{"requestId":"',
                self.marker(index).encode(),
                b'","start":"',
                _start_text(start, second),
                b'",',
                _pick(self._requests, draw >> 23),
                self._noise[noise_at : noise_at + 72 + (second & 127)],
                b'%0d%0a","responseHeaders":"',
                _pick(self._responses, draw >> 31),
                self._noise[noise_at + 200 : noise_at + 240 + (second >> 7 & 127)],
                b'%0d%0a"}',
                _pick(self._extras, draw >> 43),
                b"}",
            )
        )


def _pick(pieces: Sequence[bytes], number: int) -> bytes:
    return pieces[number % len(pieces)]


def _draw(seed: int, index: int) -> int:
    """Return 64 well-mixed bits for a seed and an index (the finalizer of SplitMix64)."""
    mixed = (seed * 0x9E3779B97F4A7C15 + (index + 1) * 0xD1342543DE82EF95) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)


def _client_address(draw: int, second: int) -> bytes:
    if draw & 127 == 0:
        return b""
    last = second & 0xFF
    if draw & 7 == 1:
        return b'"clientIP":"2001:db8:%x::%x",' % (second >> 8 & 0xFFFF, last)
    network = (b"192.0.2", b"198.51.100", b"203.0.113")[(second >> 8) % 3]
    return b'"clientIP":"%b.%d",' % (network, last)


def _start_text(start: float, second: int) -> bytes:
    form = second >> 20 & 7
    if form == 0:
        return b"%.3f" % start
    if form == 1:
        return b"%.6f" % start
    return b"%d" % start
