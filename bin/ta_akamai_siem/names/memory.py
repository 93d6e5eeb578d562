"""What the input has written of each configuration, as its position in the KV store."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.position.history import Codec, reading

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = 1
ACCOUNT = 0
"""Stands for the account among the ids of configurations."""


@dataclass(frozen=True)
class Written:
    """The last snapshot of one configuration. `versions`: as in `answers.Configuration`.
    `at`: when it was written, Akamai's clock, epoch seconds.
    """

    snapshot: str
    digest: str
    versions: str
    at: float


@dataclass(frozen=True)
class Memory:
    """`host`: of the account. `written`: by configuration."""

    host: str
    written: Mapping[int, Written] = field(default_factory=dict)

    def with_written(self, config_id: int, written: Written) -> Memory:
        return replace(self, written={**self.written, config_id: written})

    def only(self, config_ids: set[int]) -> Memory:
        """Without configurations that are no longer asked for."""
        kept = {key: value for key, value in self.written.items() if key in config_ids}
        return replace(self, written=kept)

    def to_document(self) -> dict[str, Any]:
        written = {str(key): asdict(value) for key, value in self.written.items()}
        return {"version": VERSION, "host": self.host, "written": written}


def from_document(document: Mapping[str, Any]) -> Memory:
    """The memory that `to_document` wrote. Raises CheckpointUnusable for anything else."""
    with reading(document, VERSION):
        return Memory(
            host=str(document["host"]),
            written={
                int(key): Written(
                    snapshot=str(value["snapshot"]),
                    digest=str(value["digest"]),
                    versions=str(value["versions"]),
                    at=float(value["at"]),
                )
                for key, value in document["written"].items()
            },
        )


CODEC = Codec(write=Memory.to_document, read=from_document)
