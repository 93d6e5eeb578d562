"""Lines are recognised as often as they were written, in any order."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.written_lines import WrittenLines

LINES = st.lists(st.sampled_from([b"a", b"b", b"c", b'{"d":1}', b""]), max_size=30)


@given(LINES, LINES, LINES)
def test_a_multiset(first: list[bytes], second: list[bytes], asked: list[bytes]) -> None:
    written, expected = WrittenLines(), Counter(first)
    written.add(first)
    for line in asked[: len(asked) // 2]:
        assert written.take(line) == (expected[line] > 0)
        expected[line] -= expected[line] > 0
    written.add(second)
    expected.update(second)
    for line in asked[len(asked) // 2 :]:
        assert written.take(line) == (expected[line] > 0)
        expected[line] -= expected[line] > 0
    assert len(written) == sum(expected.values())
