"""What happens at Akamai, in the KV store and on the network during the soak, chosen at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

    from tests.product.end_to_end.site import Site

Draw = tuple[str, dict[str, Any]]
INCOMPLETE = ("cut", "cut_gzip", "early_end", "no_context", "garbage_context")


def akamai_fault(chance: random.Random) -> Draw:
    """A kind of fault with its options."""
    kind = chance.choice(
        (
            *INCOMPLETE,
            "wrong_total",
            "garbage_line",
            "blank_lines",
            "connection",
            "clock_skew",
            "stall",
            "throttle",
            "time_limit",
            "status",
            "status",
            "status",
            "expired",
        )
    )
    return _OPTIONS.get(kind, _no_options)(kind, chance)


def _no_options(kind: str, _: random.Random) -> Draw:
    return kind, {}


def _cut(kind: str, chance: random.Random) -> Draw:
    options: dict[str, Any] = {"after_bytes": chance.choice((0, 500, 20_000, 200_000, -5))}
    if kind == "cut":
        options["how"] = chance.choice(("rst", "fin", "tls_close", "clean_end"))
    elif options["after_bytes"] <= 0:
        options["after_bytes"] = 300
    return kind, options


def _wrong_total(kind: str, chance: random.Random) -> Draw:
    return kind, {"delta": chance.choice((-3, 1, 50)), "times": chance.choice((1, 2))}


def _garbage_line(kind: str, chance: random.Random) -> Draw:
    text = chance.choice(("not json", '{"begins": well}', "[1]"))
    return kind, {"text": text, "times": chance.choice((1, 2))}


def _connection(kind: str, chance: random.Random) -> Draw:
    return kind, {"how": chance.choice(("rst", "fin", "alert")), "times": chance.choice((1, 2))}


def _clock_skew(kind: str, chance: random.Random) -> Draw:
    return kind, {"seconds": chance.choice((-600.0, 600.0))}


def _stall(kind: str, chance: random.Random) -> Draw:
    return kind, {"where": chance.choice(("body", "headers")), "seconds": 1.5}


def _throttle(kind: str, _: random.Random) -> Draw:
    return kind, {"bytes_per_s": 2_000_000}


def _time_limit(kind: str, chance: random.Random) -> Draw:
    return kind, {"seconds": 0.5, "bytes_per_s": 2_000_000, "how": chance.choice(("rst", "fin"))}


def _status(kind: str, chance: random.Random) -> Draw:
    status = chance.choice((429, 429, 500, 502, 503, 504, 401, 403, 404, 400, 302, 204))
    options: dict[str, Any] = {"status": status}
    if status == 429 and chance.random() < 0.5:
        options["retry_after"] = chance.choice((1, 2))
    return kind, options


def _expired(_: str, __: random.Random) -> Draw:
    return "status", {"status": 416, "mode": "offset"}


_OPTIONS = {
    "cut": _cut,
    "cut_gzip": _cut,
    "wrong_total": _wrong_total,
    "garbage_line": _garbage_line,
    "connection": _connection,
    "clock_skew": _clock_skew,
    "stall": _stall,
    "throttle": _throttle,
    "time_limit": _time_limit,
    "status": _status,
    "expired": _expired,
}


def kv_fault(chance: random.Random, site: Site) -> str:
    """Make the KV store fail until it is set ready again; return what was done."""
    fault = chance.choice(
        ("503", "503", "500", "lost-answer", "lost-answer", "starting", "disabled", "failed")
    )
    if fault in ("disabled", "failed"):
        site.splunk.set_kvstore(fault)
    elif fault == "starting":
        site.splunk.set_kvstore("starting:2")
    else:
        site.splunk.spoil_kv_writes(fault, chance.choice((1, 2)))
    return f"kv store {fault}"


def back_pressure(chance: random.Random, site: Site) -> str:
    """Make splunkd read slowly, or not at all, until the limit is removed; return what was done."""
    kind = chance.choice(("pipe paused", "pipe slow", "pipe slow"))
    if kind == "pipe paused":
        site.splunk.set_pipe(paused=1)
    else:
        site.splunk.set_pipe(rate=chance.choice((300_000, 1_000_000, 4_000_000)))
    return kind
