"""Lines are recognized as often as they occurred, in any order."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ta_akamai_siem.akamai.line_multiset import LineMultiset

LINES = st.lists(st.sampled_from([b"a", b"b", b"c", b'{"d":1}', b""]), max_size=30)


def content(lines: LineMultiset) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for line in (b"a", b"b", b"c", b'{"d":1}', b""):
        while lines.take(line):
            found[line] += 1
    assert not lines
    return found


@given(LINES, LINES, LINES)
def test_a_multiset(first: list[bytes], second: list[bytes], asked: list[bytes]) -> None:
    lines, expected = LineMultiset(first), Counter(first)
    for line in asked[: len(asked) // 2]:
        assert lines.take(line) == (expected[line] > 0)
        expected[line] -= expected[line] > 0
    lines.add(second)
    expected.update(second)
    for line in asked[len(asked) // 2 :]:
        assert lines.take(line) == (expected[line] > 0)
        expected[line] -= expected[line] > 0
    assert len(lines) == sum(expected.values())


@given(LINES, LINES, LINES)
def test_what_two_share(first: list[bytes], second: list[bytes], taken: list[bytes]) -> None:
    left, right = LineMultiset(first), LineMultiset(second)
    for line in taken:
        left.take(line)
    expected = (Counter(first) - Counter(taken)) & Counter(second)
    assert content(left.shared_with(right)) == +expected
