"""Keeps answers of active versions on this host's disk, so that each is asked once.

A version that is active at Akamai never changes. The files are
`<folder>/<configuration>/<version>/<operation>`; they hold names only, mode 0600. Without them the
answer is asked again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ta_akamai_siem.errors import SpoolUnusable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PART = ".part"


class Kept:
    """`folder`: of this input. Only one process uses it at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, config_id: int, version: int, name: str) -> Any | None:  # noqa: ANN401 - JSON
        """A value, None if it is not kept or the file is damaged."""
        try:
            return json.loads(self.path(config_id, version, name).read_bytes())
        except (OSError, ValueError):
            return None

    def save(self, config_id: int, version: int, name: str, value: object) -> None:
        """Raises SpoolUnusable."""
        with self.writing(config_id, version, name) as file:
            file.write(json.dumps(value).encode())

    def path(self, config_id: int, version: int, name: str) -> Path:
        return self._folder / str(config_id) / str(version) / name

    @contextlib.contextmanager
    def writing(self, config_id: int, version: int, name: str) -> Iterator[IO[bytes]]:
        """A file that is kept once the block has ended without an error. Raises SpoolUnusable."""
        path = self.path(config_id, version, name)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, part = tempfile.mkstemp(suffix=_PART, dir=path.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    yield file
                Path(part).replace(path)
            except BaseException:
                Path(part).unlink()
                raise
        except OSError as error:
            what = f"Names cannot be kept in {self._folder}: {error.strerror or error}"
            raise SpoolUnusable(what) from error

    def forget_others(self, versions: Collection[tuple[int, int]]) -> None:
        """Delete what is kept of other versions, and what a killed run has left."""
        for path in self._folder.glob("*/*"):
            if (path.parent.name, path.name) not in {(str(a), str(b)) for a, b in versions}:
                shutil.rmtree(path, ignore_errors=True)
            for part in path.glob(f"*{_PART}"):
                part.unlink()
