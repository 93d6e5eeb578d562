"""Counts of lines are those of the plain definition."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ta_akamai_siem.record.line_ends import count_lines, count_objects

lines = st.one_of(
    st.just(b'{"a":1}'),
    st.binary(max_size=4),
    st.text(alphabet='{"}\n \r', max_size=6).map(str.encode),
)


@given(st.lists(lines, min_size=1, max_size=5).map(lambda each: b"\n".join(each) + b"\n"))
@example(b'{"}\n')
@example(b'{"a":1}\n{"b":2}\n')
@example(b'{"a":1}\n"{"b":2}\n')
@example(b'{"a":1\n{"b":2}\n')
@example(b'{"a":1}\n')
@example(b'{"a":1}\n{"b":2}\n ')
def test_any_block(block: bytes) -> None:
    assert count_lines(block) == block.count(b"\n")
    each = block.split(b"\n")[:-1]
    usual = all(line.startswith(b'{"') and line.endswith(b"}") for line in each)
    expected = len(each) if usual and block.endswith(b"\n") else None
    assert count_objects(block) == expected
