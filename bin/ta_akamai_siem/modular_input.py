"""The entry point of the scripts: `--scheme`, `--validate-arguments`, and a run.

Each of the three imports what it needs itself, so that all of them start quickly. `--scheme` needs
least, and splunkd waits for it at its own start.
https://help.splunk.com/en/splunk-enterprise/developing-views-and-apps-for-splunk-web/9.3/modular-inputs
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING, Any

from .errors import CollectionError, Leave, kind_and_place
from .splunk.names import BACKFILL_KIND, NAMES_KIND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .run.load_settings import Reader
    from .run.run import Job, Parts

_FAILED = 1
_BETWEEN_COLLECTIONS = 50_000
"""New objects after which Python looks for garbage that refers to itself. Its default is 700."""
_SWITCHING = 0.0005
"""Seconds that a thread with an answer of splunkd waits for one that loads modules."""


def main(kind: str, arguments: Sequence[str]) -> int:
    """Act on the command line and return the exit code. `kind`: the scheme's name."""
    # What modules consist of stays. To look for garbage among it takes a twentieth of the start.
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    if "--scheme" in arguments:
        from .splunk.scheme import scheme_xml

        sys.stdout.write(scheme_xml(kind))
        return 0
    import logging

    from .splunk.log import tell_splunkd

    # Until the log is open, libraries would write to stderr, which splunkd logs as errors.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        if "--validate-arguments" in arguments:
            return _validate(kind)
        return _run(kind)
    except Leave:
        return 0
    except CollectionError as error:
        tell_splunkd("ERROR", f"{error.code} {error}")
    except Exception as error:  # noqa: BLE001 - one line that splunkd can log
        tell_splunkd("ERROR", f"run.failed {kind_and_place(error)}")
    return _FAILED


def _validate(kind: str) -> int:
    from .splunk.input_definition import read_validation
    from .splunk.log import tell_splunkd
    from .validation import validate

    try:
        validate(read_validation(sys.stdin.buffer.read(), kind))
    except CollectionError as error:
        return _refuse(str(error))
    except Exception as error:  # noqa: BLE001 - the user who saves must see a message
        tell_splunkd("ERROR", f"validation.failed {kind_and_place(error)}")
        return _refuse(
            "The input is not saved: it could not be checked because of a fault of the add-on "
            f"({kind_and_place(error)}). See splunkd.log."
        )
    return 0


def _refuse(reason: str) -> int:
    from html import escape

    sys.stdout.write(f"<error><message>{escape(reason, quote=False)}</message></error>\n")
    return _FAILED


def _run(kind: str) -> int:
    from .splunk.stop_signal import Stop

    stop = Stop()
    stop.install()
    with stop.interruptible():
        from .splunk.input_definition import read_run

        definition = read_run(sys.stdin.buffer.read(), kind)
        if kind == BACKFILL_KIND:
            from .backfill.already_collected import is_already_collected

            if is_already_collected(definition):
                return 0
        from .akamai.trusted_certificates import public_certificates
        from .run.prefetch import Prefetch

        # Certificates are read while Python loads modules, and the modules that only requests to
        # Akamai need are loaded while splunkd answers.
        public = Prefetch(public_certificates)
        from .run.run import Job, Run

        loading = Prefetch(lambda: _collect(kind))

        def collect(settings: object, parts: Parts) -> None:
            loading.result()(settings, parts)

        job: Job[Any] = Job(_reader(kind), collect)
    return Run(definition, stop, job, public.result).run()


def _reader(kind: str) -> Reader[Any]:
    if kind == BACKFILL_KIND:
        from .backfill.settings import read_backfill

        return read_backfill
    if kind == NAMES_KIND:
        from .names.settings import read_names

        return read_names
    from .settings import read_input

    return read_input


def _collect(kind: str) -> Callable[[Any, Parts], None]:
    """Loads the modules of the kind. Meanwhile other threads get to run as soon as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCHING)
    try:
        return _load(kind)
    finally:
        sys.setswitchinterval(usual)


def _load(kind: str) -> Callable[[Any, Parts], None]:
    if kind == BACKFILL_KIND:
        from .backfill.job import collect as collect_backfill

        return collect_backfill
    if kind == NAMES_KIND:
        from .names.job import collect as collect_names

        return collect_names
    from .continuous.job import collect

    return collect
