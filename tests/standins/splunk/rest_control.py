"""The stand-in's own calls below /standin: runs, index, faults, keys, restart."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import asdict, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from .input_process import Trap
from .rest_fault import RestFault, missing_arguments
from .rest_request import as_json

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request

_SIGNALS = {name: signal.Signals[f"SIG{name}"] for name in ("TERM", "KILL", "INT", "STOP", "CONT")}


def _number(request: Request, name: str, default: float = 0) -> float:
    text = request.option(name, str(default))
    try:
        return float(text)
    except ValueError:
        raise RestFault(400, f"{name}={text!r} is no number") from None


def _stanza(request: Request) -> str:
    stanza = request.option("stanza")
    if not stanza:
        raise missing_arguments(["stanza"])
    return stanza


def run(instance: Instance, request: Request) -> Answer:
    """POST stanza[, timeout=60, wait=1]: run now; returns the finished run, or its number."""
    runner = instance.inputs.runner(_stanza(request))
    number = runner.run_now()
    if request.option("wait", "1") == "0":
        return as_json({"number": number})
    return as_json(runner.wait_ended(number, _number(request, "timeout", 60)).shown())


def wait(instance: Instance, request: Request) -> Answer:
    """GET stanza, number[, timeout=60]: wait until that run has ended."""
    runner = instance.inputs.runner(_stanza(request))
    record = runner.wait_ended(int(_number(request, "number", 1)), _number(request, "timeout", 60))
    return as_json(record.shown())


def runs(instance: Instance, request: Request) -> Answer:
    """GET [stanza]: the runs, all or of one stanza."""
    wanted = request.option("stanza")
    runners = [instance.inputs.runner(wanted)] if wanted else instance.inputs.runners()
    return as_json([record.shown() for runner in runners for record in list(runner.runs)])


def send_signal(instance: Instance, request: Request) -> Answer:
    """POST stanza, signal=TERM|KILL|INT|STOP|CONT: to the running process only."""
    name = request.option("signal", "KILL")
    if name not in _SIGNALS:
        raise RestFault(400, f"signal {name!r}")
    sent = instance.inputs.runner(_stanza(request)).signal(_SIGNALS[name])
    return as_json({"sent": sent})


def trap(instance: Instance, request: Request) -> Answer:
    """POST stanza, after_records or after_bytes: SIGKILL its next run at that point."""
    marks = Trap(int(_number(request, "after_records")), int(_number(request, "after_bytes")))
    instance.inputs.runner(_stanza(request)).set_trap(marks)
    return as_json({})


def stanzas(instance: Instance, _: Request) -> Answer:
    """GET the stanzas, whether they are enabled and run, and the schemes that failed."""
    shown = [
        {"stanza": one.name, "enabled": one.enabled, "running": one.running, "runs": len(one.runs)}
        for one in instance.inputs.runners()
    ]
    failures = instance.inputs.failures()
    return as_json({"stanzas": shown, "kinds": instance.inputs.kinds(), "failures": failures})


def index(instance: Instance, request: Request) -> Answer:
    """GET [index]: counts and digests."""
    return as_json(instance.indexes.stats(request.option("index") or None))


def records(instance: Instance, request: Request) -> Answer:
    """GET [index=main, source, offset=0, limit=1000]: records in the order of indexing."""
    found = instance.indexes.records(
        request.option("index", "main"),
        request.option("source") or None,
    )
    offset, limit = int(_number(request, "offset")), int(_number(request, "limit", 1000))
    return as_json(list(islice(found, offset, offset + limit)))


def pipe(instance: Instance, request: Request) -> Answer:
    """POST paused=0|1, rate=BYTES_A_SECOND (0: free), leave=0|1, commit_delay=SECONDS; those given.

    `leave`: an input that is stopped finds its pipe closed, whatever was not read.
    """
    paused, rate, leave = (request.option(name) for name in ("paused", "rate", "leave"))
    instance.gate.set(
        paused=paused == "1" if paused else None,
        rate=int(_number(request, "rate")) if rate else None,
        leave=leave == "1" if leave else None,
    )
    if request.option("commit_delay"):
        instance.indexes.delay = _number(request, "commit_delay")
    gate = instance.gate
    shown = {"paused": gate.paused, "rate": gate.rate, "leave": gate.leave}
    return as_json({**shown, "commit_delay": instance.indexes.delay})


def kvstore(instance: Instance, request: Request) -> Answer:
    """POST state=…, lag=SECONDS, and/or fault=503|500|timeout|lost-answer with count=1, after=0."""
    if request.option("state"):
        instance.kv_state.set(request.option("state"))
    if request.option("fault"):
        count = int(_number(request, "count", 1))
        after = int(_number(request, "after"))
        instance.kv_state.spoil_writes(request.option("fault"), count, after)
    if request.option("lag"):
        instance.kv_state.lag = _number(request, "lag")
    return as_json({"state": instance.kv_state.current()})


def end_connections(instance: Instance, request: Request) -> Answer:
    """POST count=0, after=0: end connections at the next calls that come on a used one. idle=8."""
    instance.endings.set(int(_number(request, "count")), int(_number(request, "after")))
    instance.endings.idle = _number(request, "idle", instance.endings.idle)
    return as_json({})


def new_session(instance: Instance, request: Request) -> Answer:
    """POST user[, role=admin, deny=PATH_START …]: a session key; denied paths return 403 to it."""
    denied, role = request.form.get("deny", []), request.option("role", "admin")
    user = request.option("user", "someone")
    return as_json(asdict(instance.sessions.issue(user, denied, role=role)))


def expire(instance: Instance, request: Request) -> Answer:
    """POST [key]: expire that key, or all but the caller's and the first."""
    key = request.option("key")
    if key:
        return as_json({"expired": int(instance.sessions.expire_one(key))})
    return as_json({"expired": instance.sessions.expire(keep=request.session_key)})


def restart(instance: Instance, request: Request) -> Answer:
    """POST [kvstore=ready] [roles=NAME,…] [instance_type=cloud]: stop everything in order and start
    again in place, as after it has joined a cluster.
    """
    if request.option("roles"):
        instance.options.server_roles[:] = request.option("roles").split(",")
    instance.options = replace(instance.options, instance_type=request.option("instance_type"))
    instance.restart(request.option("kvstore") or None)
    return as_json({"startup_time": instance.startup_time})


def crash(_: Instance, __: Request) -> Answer:
    """POST: SIGKILL to the stand-in itself. Events that were read and not committed are lost."""
    os.kill(os.getpid(), signal.SIGKILL)
    return as_json({})


def calls(instance: Instance, request: Request) -> Answer:
    """GET: the management calls so far; DELETE: clear the list."""
    with instance.calls_lock:
        shown: list[dict[str, Any]] = [asdict(call) for call in instance.calls]
        if request.method == "DELETE":
            instance.calls.clear()
    return as_json(shown)


def reload(instance: Instance, _: Request) -> Answer:
    """POST: read inputs.conf again, as after conf files were pushed."""
    instance.inputs.reload()
    return as_json({})


def shutdown(instance: Instance, _: Request) -> Answer:
    """POST: stop in order, as on SIGTERM."""
    threading.Timer(0.05, instance.stopping.set).start()
    return as_json({})
