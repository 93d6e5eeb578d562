"""Some lines of a page, in one piece of bytes for as long as nobody needs them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Lines:
    """`data`: whole lines, each with its line feed; none is blank. `count`: how many."""

    __slots__ = ("count", "data")

    def __init__(self, data: bytes, count: int) -> None:
        self.data = data
        self.count = count

    @classmethod
    def of(cls, lines: Iterable[bytes]) -> Lines:
        """Lines without their line feeds, put together."""
        each = [*lines, b""]
        return cls(b"\n".join(each), len(each) - 1)

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[bytes]:
        """Without their line feeds."""
        return iter(self.data.split(b"\n")[:-1])
