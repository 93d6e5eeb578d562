"""Imports requests without the library that guesses the encoding of a text.

requests does without it and warns. Nothing here reads the text of a response, and the library takes
20 ms of each start. If requests was imported before, it stays as it is.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GUESSING = ("chardet", "charset_normalizer")


@contextlib.contextmanager
def _without_guessing() -> Iterator[None]:
    """Until the block is left, these cannot be imported, and nothing warns of it."""
    absent = [name for name in _GUESSING if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # as import documents it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name in absent:
            del sys.modules[name]


with _without_guessing():
    import requests
    from requests.adapters import HTTPAdapter

__all__ = ["HTTPAdapter", "requests"]
