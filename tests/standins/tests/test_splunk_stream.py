"""The event stream: what is accepted and what is refused, however it is split into pieces."""

from __future__ import annotations

import pytest

from tests.standins.splunk.event_stream import EventStreamParser

ONE = b"<event><time>1.5</time><data>a &lt;&amp;&gt; \xc3\xa9</data></event>"
GOOD = b"<stream>" + ONE + b"\n" + ONE.replace(b"1.5", b"22") + b"</stream>\n"


def read(stream: bytes, size: int, *, strict: bool = True) -> tuple[EventStreamParser, list[bytes]]:
    parser = EventStreamParser(strict_contract=strict)
    texts = []
    for at in range(0, len(stream), size):
        texts += [event.data for event in parser.feed(stream[at : at + size])]
    parser.close()
    return parser, texts


@pytest.mark.parametrize("size", [1, 2, 7, 50, 10_000])
def test_good_stream(size: int) -> None:
    parser, texts = read(GOOD, size)
    assert (parser.state, parser.malformed) == ("closed", None)
    assert texts == ["a <&> é".encode()] * 2


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (b"text", "neither"),
        (b"<evnt></evnt>", "neither"),
        (b"<event><time>1</time><data>\x00</data></event>", "U+0000"),
        (b"<event><time>1</time><data>\x1b</data></event>", "U+001B"),
        (b"<event><time>1</time><data>\xef\xbf\xbf</data></event>", "U+FFFF"),
        (b"<event><time>1</time><data>\xed\xa0\x80</data></event>", "UTF-8"),
        (b"<event><time>1</time><data>\xc3</data></event>", "UTF-8"),
        (b"<event><time>1</time><data>&nbsp;</data></event>", "entity"),
        (b"<event><time>1</time><data>a & b</data></event>", "entity"),
        (b"<event><time>1</time><data>&#0;</data></event>", "U+0000"),
        (b"<event><time>1</time><data>&#xD800;</data></event>", "U+D800"),
        (b"<event><time>1</time><data>]]></data></event>", "']]>'"),
        (b"<event><time>1</time><data></data></event>", "without <data>"),
        (b"<event><time>1</time></event>", "without <data>"),
        (b"<event><data>x</data></event>", "without <time>"),
        (b"<event><time>1.</time><data>x</data></event>", "digits"),
        (b"<event><time>-1</time><data>x</data></event>", "digits"),
        (b"<event><time>1e3</time><data>x</data></event>", "digits"),
        (b"<event><time>1</time><data>x</data><data>y</data></event>", "second"),
        (b"<event><time>1</time><host>h</host><data>x</data></event>", "contract"),
        (b"<event><time>1</time><data>x</data><done/></event>", "contract"),
        (b"<event><time>1</time><colour>x</colour></event>", "unknown element"),
        (b"<event><time>1</data><data>x</data></event>", "closed by another"),
        (b'<event unbroken="1"><time>1</time><data>x</data></event>', "none by contract"),
        (b'<event colour="1"><time>1</time><data>x</data></event>', "attribute"),
        (b"</stream>" + ONE, "after </stream>"),
        (b"</stream>x", "after </stream>"),
        (b"<stream>", "neither"),
    ],
)
def test_refused(after: bytes, reason: str, size: int) -> None:
    head = b"<stream>" + ONE
    parser, texts = read(head + after + b"</stream>", size)
    assert parser.state == "malformed"
    assert parser.malformed is not None
    assert reason in parser.malformed.reason
    assert len(head) <= parser.malformed.position <= len(head) + len(after)
    assert len(texts) == 1


def test_outside_stream() -> None:
    for stream in (b"hello", ONE, b'<?xml version="1.0"?><stream>', b"<streams>"):
        parser, texts = read(stream, 4)
        assert parser.state == "malformed"
        assert texts == []


@pytest.mark.parametrize("length", range(len(ONE)))
def test_cut_inside_an_event_drops_the_fragment(length: int) -> None:
    parser, texts = read(b"<stream>" + ONE + ONE[:length], 11)
    assert (parser.state, parser.malformed) == ("cut", None)
    assert parser.dropped == length
    assert len(texts) == 1


def test_nothing_at_all_is_no_fault() -> None:
    parser, _ = read(b"", 1)
    assert parser.state == "empty"


def test_references_and_line_ends_are_resolved_as_xml_says() -> None:
    stream = b"<stream><event><time>1</time><data>a\r\nb\rc&#10;&#x41;&quot;&apos;</data></event>"
    _, texts = read(stream + b"</stream>", 10_000)
    assert texts == [b"a\nb\nc\nA\"'"]


def test_many_entities_read_alike_either_way() -> None:
    data = b"&amp;lt;" * 40 + b"&lt;&gt;"
    stream = b"<stream><event><time>1</time><data>" + data + b"</data></event></stream>"
    _, texts = read(stream, 10_000)
    assert texts == [b"&lt;" * 40 + b"<>"]


def test_documented_children_and_unbroken_where_the_contract_is_loose() -> None:
    stream = (
        b'<stream><event stanza="a://b" unbroken="1"><time>1</time><host>h</host>'
        b"<data>one\ntwo\n</data><done/></event></stream>"
    )
    parser = EventStreamParser(strict_contract=False)
    events = parser.feed(stream)
    assert [event.data for event in events] == [b"one", b"two"]
    assert events[0].overrides == {"host": "h", "stanza": "a://b"}
