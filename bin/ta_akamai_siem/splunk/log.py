"""The log of an input: one line per page and one per run, `noun.verb key=value`, never a secret.

`$SPLUNK_HOME/var/log/splunk/ta_akamai_siem_<input>.log`, rotated; only one process writes a file.
Errors that need action also go to stderr, which splunkd copies to splunkd.log.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .names import BACKFILL_KIND, NAMES_KIND

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMAT = "%(asctime)s.%(msecs)03d%(zone)s %(levelname)s %(message)s"
_SIZE = 10 << 20
_KEPT = 5
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_PLAIN_VALUE = re.compile(r"[^\s\"=]+\Z")
_NAME_MAX = 80
_PAGES = "pages"
"""Names the log of the inputs page. No log of an input has this name."""
_PREFIXES = {BACKFILL_KIND: "backfill_", NAMES_KIND: "names_"}
_TAKEN = frozenset(
    (
        *("host", "source", "sourcetype", "index", "splunk_server", "splunk_server_group"),
        *("linecount", "punct", "timestamp", "timestartpos", "timeendpos", "eventtype", "tag"),
        *("event", "log_level"),
    )
)
"""Fields that every event has in Splunk, as those that begin with `date_`, and the two at the start
of a line. A pair of such a name would replace that field.
https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/fields-and-field-extractions/use-default-fields
"""


class Log:
    """Writes lines; each has `input` and `kind`."""

    def __init__(self, kind: str, name: str, logger: logging.Logger | None = None) -> None:
        self._input = {"input": name, "kind": kind}
        self._logger = logger or logging.getLogger(f"ta_akamai_siem.{kind}.{name}")

    def debug(self, event: str, **values: object) -> None:
        self._write(logging.DEBUG, event, values)

    def info(self, event: str, **values: object) -> None:
        self._write(logging.INFO, event, values)

    def warning(self, event: str, **values: object) -> None:
        self._write(logging.WARNING, event, values)

    def error(self, event: str, **values: object) -> None:
        """Also writes to splunkd.log."""
        self._write(logging.ERROR, event, values)
        tell_splunkd("ERROR", f"{event} {_pairs({**self._input, **values})}")

    def _write(self, level: int, event: str, values: dict[str, object]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, "%s %s", event, _pairs({**self._input, **values}))


def tell_splunkd(level: str, text: str) -> None:
    """Write one line to stderr. splunkd takes its first word as the level."""
    print(level, " ".join(text.split()), file=sys.stderr, flush=True)  # noqa: T201 - the protocol


def open_log(kind: str, name: str, level: str = "INFO", *, rotates: bool = True) -> Log:
    """Open the log of an input. Warnings of libraries go to the same file.

    `rotates`: False if another process may be writing it, as during a validation.
    """
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    root.addHandler(_file_handler(log_file_name(kind, name), rotates=rotates))
    set_level(level)
    logging.captureWarnings(capture=True)
    return Log(kind, name)


def set_level(level: str) -> None:
    """`level`: one of `settings.LOG_LEVELS`."""
    logging.getLogger("ta_akamai_siem").setLevel(level)


@contextlib.contextmanager
def page_log(kind: str, name: str) -> Iterator[Log]:
    """The log of changes made on the inputs page.

    It has its own file, because an input's file belongs to the process that runs the input. The
    page is served by a process of Splunk's, whose root logger is left alone.
    """
    logger = logging.Logger("ta_akamai_siem.pages")  # noqa: LOG001 - kept out of the tree
    handler = _file_handler(f"ta_akamai_siem_{_PAGES}.log")
    logger.addHandler(handler)
    try:
        yield Log(kind, name, logger)
    finally:
        handler.close()


def log_file_name(kind: str, name: str) -> str:
    """A unique file name for each input, of letters, digits, `_`, `.` and `-`."""
    prefix = _PREFIXES.get(kind, "")
    shown = prefix + name
    safe = _UNSAFE.sub("_", shown)[:_NAME_MAX]
    taken = name == _PAGES or name.startswith(tuple(_PREFIXES.values()))
    ambiguous = safe != shown or (not prefix and taken)
    if ambiguous:
        safe += "_" + hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()[:8]
    return f"ta_akamai_siem_{safe}.log"


class _File(logging.FileHandler):
    """Reports only once that it cannot be written, because a full disk would repeat the message.

    The library's handler that rotates is loaded when a file has to be rotated: it imports much that
    a run's first request would have to wait for.
    """

    _told = False

    def __init__(self, path: Path, *, rotates: bool) -> None:
        super().__init__(path, encoding="utf-8")
        self._rotates = rotates

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self._rotates and os.fstat(self.stream.fileno()).st_size >= _SIZE:
                self._rotate()
        except Exception:  # noqa: BLE001 - as logging does, whatever it is
            self.handleError(record)
        super().emit(record)

    def _rotate(self) -> None:
        from logging.handlers import RotatingFileHandler

        # On Windows, only a closed file can be renamed.
        self.stream.close()
        try:
            rotating = RotatingFileHandler(self.baseFilename, backupCount=_KEPT, delay=True)
            rotating.doRollover()
            rotating.close()
        finally:
            self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - as inherited
        error = sys.exc_info()[1]
        if not self._told:
            self._told = True
            reason = getattr(error, "strerror", None) or type(error).__name__
            tell_splunkd("WARN", f"log.unwritable file={self.baseFilename} reason={reason}")


def log_folder() -> Path:
    """Where splunkd's log and ours are."""
    return Path(os.environ.get("SPLUNK_HOME", ".")) / "var" / "log" / "splunk"


def _file_handler(file: str, *, rotates: bool = True) -> logging.Handler:
    folder = log_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = _File(folder / file, rotates=rotates)
    except OSError as error:
        tell_splunkd("WARN", f"log.unwritable folder={folder} reason={error.strerror}")
        return logging.NullHandler()
    handler.setFormatter(_OneLine(_FORMAT, "%Y-%m-%d %H:%M:%S"))
    return handler


class _OneLine(logging.Formatter):
    """One line per record, with the time zone's offset, even if a library logs several."""

    def format(self, record: logging.LogRecord) -> str:
        record.zone = self.formatTime(record, "%z")
        return " ".join(super().format(record).split())


def _pairs(values: dict[str, object]) -> str:
    return " ".join(
        f"{_named(key)}={_shown(value)}" for key, value in values.items() if value is not None
    )


def _named(key: str) -> str:
    return f"akamai_{key}" if key in _TAKEN or key.startswith("date_") else key


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    text = str(value)
    if _PLAIN_VALUE.match(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', "'") + '"'
