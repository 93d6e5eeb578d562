"""The export of an active version, reduced to what names need, and kept: it is asked once."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.errors import PermissionMissing, UnexpectedAnswer
from ta_akamai_siem.record.event import json_text

from .exported import read_export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .answers import Configuration
    from .export_task import Export
    from .kept import Kept
    from .values import Object

_OBJECTS, _REST = "export.objects", "export.rest"


@dataclass(frozen=True)
class Reduced:
    """`path`: a line `kind TAB object` for each object that only the export lists. `additions`,
    `smaller`: as in `exported`.
    """

    path: Path
    additions: dict[str, dict[str, Object]] = field(default_factory=dict)
    smaller: dict[str, list[Object]] = field(default_factory=dict)

    def objects(self) -> Iterator[tuple[str, str]]:
        """Kind and JSON text."""
        with self.path.open(encoding="utf-8", newline="\n") as file:
            for line in file:
                kind, _, content = line.rstrip("\n").partition("\t")
                yield kind, content


class ExportSource:
    """Gets each export once."""

    def __init__(self, export: Export, kept: Kept) -> None:
        self._export = export
        self._kept = kept

    def reduced(self, configuration: Configuration) -> Reduced | None:
        """None if the account may not ask for it. Raises UnexpectedAnswer, SpoolUnusable, and the
        errors of the client.
        """
        config_id, version = configuration.id, configuration.version
        known = self._known(config_id, version)
        if known is None:
            try:
                self._fetch(config_id, version)
            except PermissionMissing:
                return None
            known = self._known(config_id, version)
        return known

    def _known(self, config_id: int, version: int) -> Reduced | None:
        rest: Any = self._kept.load(config_id, version, _REST)
        path = self._kept.path(config_id, version, _OBJECTS)
        if not isinstance(rest, dict) or not path.exists():
            return None
        return Reduced(path, rest.get("additions", {}), rest.get("smaller", {}))

    def _fetch(self, config_id: int, version: int) -> None:
        with contextlib.closing(self._export.get(config_id, version)) as file:
            found = read_export(file)
        if (found.config_id, found.version) != (config_id, version):
            what = (
                f"Akamai's export is of security configuration {found.config_id}, version "
                f"{found.version}, instead of {config_id}, version {version}"
            )
            raise UnexpectedAnswer(what)
        with self._kept.writing(config_id, version, _OBJECTS) as kept:
            for kind, each in found.objects():
                kept.write(f"{kind}\t{json_text(each)}\n".encode())
        # The last of the two: a killed run has left nothing that counts.
        rest = {"additions": found.additions(), "smaller": found.smaller()}
        self._kept.save(config_id, version, _REST, rest)
