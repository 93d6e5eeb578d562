"""Any document, in chunks of any size: the wanted members, as the standard library decodes them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ta_akamai_siem.errors import UnexpectedAnswer
from ta_akamai_siem.names import json_pieces
from ta_akamai_siem.names.json_pieces import Pieces

NAMES = st.sampled_from(["a", "b", "c", "list", 'odd " \\ }', "]"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
WANTED = {
    (): frozenset({"a", "c"}),
    ("list",): frozenset({"a", "list"}),
    ("list", "b"): frozenset({"c"}),
}


class Slow(io.StringIO):
    """Gives a few characters at a time, however many are asked for."""

    few = 1

    def read(self, _size: int | None = -1, /) -> str:
        return super().read(self.few)


def expected(value: Any, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """The walked objects of a decoded value."""
    if isinstance(value, list) and path:
        return [each for item in value if isinstance(item, dict) for each in expected(item, path)]
    if not isinstance(value, dict):
        return []
    found = []
    for name, inner in value.items():
        if (*path, name) in WANTED:
            found += expected(inner, (*path, name))
    own = {
        name: inner
        for name, inner in value.items()
        if (*path, name) not in WANTED and name in WANTED[path]
    }
    return [*found, (path, own)]


@settings(max_examples=60)
@example(document={"a": 0.5, "c": -1e-7, "list": [{"a": 12}]}, few=1, indent=None, plain=True)
@given(
    document=st.dictionaries(NAMES, VALUES, max_size=5),
    few=st.integers(1, 40),
    indent=st.sampled_from([None, 2]),
    plain=st.booleans(),
)
def test_as_the_standard_library(document: Any, few: int, indent: int | None, plain: bool) -> None:
    text = Slow(json.dumps(document, indent=indent, ensure_ascii=plain))
    text.few = few
    assert list(Pieces(text, WANTED)) == expected(document, ())


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", '"x"', "{", '{"a":1', '{"a":1}}', '{"a":1} x', '{"a" 1}', "{1:2}"),
        *(
            '{"a":1,}',
            '{"b":[1,2}',
            '{"list":[{"a":1},',
            '{"a":tru}',
            '{"b":"x',
            '{"list":[{} {}]}',
        ),
    ],
)
def test_what_is_no_whole_object_is_refused(text: str) -> None:
    with pytest.raises(UnexpectedAnswer, match="malformed"):
        list(Pieces(io.StringIO(text), WANTED))


def test_a_value_without_end_is_not_read_into_memory() -> None:
    class Endless(io.StringIO):
        given = 0

        def read(self, size: int | None = -1, /) -> str:
            self.given += size or 0
            return (
                ("x" * (size or 0)) if self.given > 200_000 else '{"a":"' + "x" * ((size or 0) - 6)
            )

    text = Endless()
    with pytest.raises(UnexpectedAnswer, match="larger than 8 MB"):
        list(Pieces(text, WANTED))
    assert text.given < 4 * json_pieces._VALUE_MAX
