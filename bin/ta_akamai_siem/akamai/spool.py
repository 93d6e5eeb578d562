"""Spools pages to a folder of this input, under splunkd's checkpoint_dir.

It does not use the system's temporary folder, which is often a small file system in memory.
"""

from __future__ import annotations

import shutil
import tempfile
from typing import IO, TYPE_CHECKING

from ta_akamai_siem.errors import SpoolUnusable

if TYPE_CHECKING:
    from pathlib import Path

FREE_MIN = 64 << 20
"""Bytes that must stay free on the disk in addition to the page."""
BYTES_PER_EVENT = 4096
"""Assumed size of an event, in bytes, to check the free space; 2,800 is usual."""
_LOOK_EVERY = 16 << 20
"""Bytes written between two checks of the free space. A body may be larger than its number of
events suggests.
"""
_PREFIX = "page-"


class SpoolFile:
    """A file that raises SpoolUnusable before it fills the disk. Binary, unbuffered."""

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._unlooked = 0
        self.seek, self.read, self.close = file.seek, file.read, file.close
        self.fileno = file.fileno

    def write(self, data: bytes | memoryview) -> int:
        """Raises OSError, SpoolUnusable."""
        self._unlooked += len(data)
        if self._unlooked > _LOOK_EVERY:
            self._unlooked = 0
            free = shutil.disk_usage(self._folder).free
            if free < FREE_MIN:
                what = (
                    f"The disk of {self._folder} has {free >> 20} MB free, and the page is not "
                    f"complete yet"
                )
                raise SpoolUnusable(what)
        return self._file.write(data)


class SpoolFolder:
    """Creates the spool files. Only one process uses a folder at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Create the folder and remove the files of a killed run. Raises SpoolUnusable."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left_over in self._path.glob(f"{_PREFIX}*"):
                left_over.unlink()
        except OSError as error:
            raise _unusable(self._path, error) from error

    def new_file(self, events: int) -> SpoolFile:
        """A nameless file of mode 0600 with room for a page of that many events.

        It is deleted when it is closed or the process dies. Raises SpoolUnusable.
        """
        needed = FREE_MIN + events * BYTES_PER_EVENT
        try:
            free = shutil.disk_usage(self._path).free
            if free < needed:
                what = (
                    f"The disk of {self._path} has {free >> 20} MB free, and a page of {events} "
                    f"events may need {needed >> 20} MB"
                )
                raise SpoolUnusable(what)
            file = tempfile.TemporaryFile(  # noqa: SIM115 - closed as the page is
                dir=self._path, prefix=_PREFIX, buffering=0
            )
            return SpoolFile(file, self._path)
        except OSError as error:
            raise _unusable(self._path, error) from error


def _unusable(path: Path, error: OSError) -> SpoolUnusable:
    return SpoolUnusable(f"Pages cannot be spooled in {path}: {error.strerror or error}")
