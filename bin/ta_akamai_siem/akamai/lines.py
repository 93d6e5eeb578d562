"""Some lines of a page as one `bytes` object, which is split only if needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Lines:
    """`data`: whole lines with their line feeds, none blank. `count`: number of lines."""

    __slots__ = ("count", "data")

    def __init__(self, data: bytes, count: int) -> None:
        self.data = data
        self.count = count

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Lines:
        """Join lines that have no line feeds."""
        each = [*lines, b""]
        return cls(b"\n".join(each), len(each) - 1)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[bytes]:
        """The lines without their line feeds."""
        return iter(self.data.split(b"\n")[:-1])
