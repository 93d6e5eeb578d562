"""Generated events: repeatable, realistic in size, identifiable, unusual on request."""

from __future__ import annotations

import base64
import json
import random
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from tests.standins.akamai.corpus import Corpus, CorpusChoices
from tests.standins.akamai.deflate import (
    GZIP_HEADER,
    GzipMember,
    combine_crc32,
    compress_piece,
    expand_piece,
)
from tests.standins.akamai.encodings import base64_list, header_block
from tests.standins.akamai.fragments import RULE_MEMBERS
from tests.standins.akamai.multiset import MultisetDigest, find_marker, marker_index
from tests.standins.akamai.oddities import ODDITIES
from tests.standins.akamai.signed_session import expand_one_member

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_721_300_000.25
DOCUMENTED = {
    "attackData": {"configId", "policyId", "clientIP", "appliedAction", "clientReputation"}
    | {"apiId", "apiKey", "slowPostAction", "slowPostRate", *RULE_MEMBERS},
    "httpMessage": {"requestId", "start", "protocol", "tls", "method", "host", "port", "status"}
    | {"bytes", "path", "query", "requestHeaders", "responseHeaders"},
    "geo": {"continent", "country", "regionCode", "city", "asn"},
    "botData": {"botScore", "responseSegment"},
    "clientData": {"telemetryType", "appBundleId", "appVersion", "sdkVersion"},
    "userRiskData": {"uuid", "username", "originUserId", "emailDomain", "status", "score"}
    | {"allow", "risk", "trust", "general"},
    "identity": {"ja4", "tlsFingerprintV2", "tlsFingerprintV3"},
}


def usual_events(**choices: Any) -> Iterator[bytes]:
    corpus = Corpus(CorpusChoices(config_id=5, odd=0.0, **choices))
    return (corpus.event(index, START) for index in range(2000))


@pytest.mark.parametrize("repetition", ["usual", "none"])
def test_an_event_is_a_function_of_choices_and_index(repetition: str) -> None:
    choices = CorpusChoices(seed=4, repetition=repetition, odd=0.3)
    first, second = Corpus(choices), Corpus(choices)
    lines = [first.event(index, START) for index in range(60)]
    assert [second.event(index, START) for index in reversed(range(60))] == lines[::-1]
    assert Corpus(CorpusChoices(seed=5, odd=0.3)).event(0, START) != lines[0]


def test_usual_events_cover_everything_that_is_documented() -> None:
    seen: dict[str, set[str]] = {name: set() for name in DOCUMENTED}
    customs, starts, addresses = set(), set(), set()
    size = 0
    for line in usual_events():
        event = json.loads(line)
        size += len(line)
        for name, names in seen.items():
            names.update(event.get(name, ()))
        customs.add(type(event.get("custom")))
        starts.add("." in event["httpMessage"]["start"])
        addresses.add(":" in event["attackData"].get("clientIP", ":"))
    assert seen == DOCUMENTED
    assert customs == {str, dict, type(None)}
    assert starts == addresses == {True, False}
    assert 2200 < size / 2000 < 3200


def test_rule_lists_are_parallel_and_repeat() -> None:
    items: list[str] = []
    for line in usual_events():
        attack = json.loads(line)["attackData"]
        lists = [unquote(attack[name]).split(";") for name in RULE_MEMBERS]
        lengths = {len(found[:-1] if not found[-1] else found) for found in lists}
        assert max(lengths) - min(lengths) <= 2
        items += lists[0]
        for item in lists[4]:
            base64.b64decode(item, validate=True)
    assert 9 < len(items) / 2000 < 12
    assert len(set(items)) < 60


@pytest.mark.parametrize("kind", sorted(ODDITIES))
def test_odd_events_are_json_and_keep_their_marker(kind: str) -> None:
    corpus = Corpus(CorpusChoices(seed=9, odd=1.0, odd_kinds=(kind,)))
    usual = Corpus(CorpusChoices(seed=9, odd=0.0))
    for index in range(30):
        line = corpus.event(index, START)
        assert b"\n" not in line
        assert isinstance(json.loads(line.decode("utf-8")), dict)
        assert marker_index(find_marker(line) or "") == index
        assert line != usual.event(index, START)


def test_the_share_of_odd_events_is_kept() -> None:
    odd, usual = (Corpus(CorpusChoices(odd=share)) for share in (0.1, 0.0))
    differ = sum(odd.event(index, START) != usual.event(index, START) for index in range(5000))
    assert 350 < differ < 650


def test_choices_are_checked() -> None:
    for wrong in ({"odd": 1.5}, {"repetition": "much"}, {"odd_kinds": ("unheard",)}):
        with pytest.raises(ValueError, match=r"repetition|odd"):
            CorpusChoices(**wrong)


def test_encodings_are_those_of_the_api() -> None:
    assert base64_list(["950002", b"\xfb\xef\xbe", ""]) == "OTUwMDAy%3b++++%3b"
    assert header_block([("A", "b c;d+e/f")]) == "A%3a%20b%20c%3bd+e%2ff%0d%0a"


def test_pieces_make_one_gzip_member() -> None:
    dice = random.Random(3)
    parts = [bytes(dice.choices(b"abc", k=dice.randrange(9000))) for _ in range(30)] + [b"", b"x"]
    member = GzipMember()
    body = GZIP_HEADER
    for part in parts:
        assert expand_piece(compress_piece(part)) == part
        member.add(zlib.crc32(part), len(part))
        body += compress_piece(part)
    assert expand_one_member(body + member.finish(b"end\n")) == b"".join(parts) + b"end\n"
    assert combine_crc32(zlib.crc32(b"ab"), zlib.crc32(b"c"), 1) == zlib.crc32(b"abc")


def test_a_digest_counts_and_ignores_order() -> None:
    def digest(*members: bytes) -> tuple[str, int]:
        result = MultisetDigest()
        for member in members:
            result.add(member)
        return result.hexdigest(), result.count

    assert digest(b"a", b"b", b"a") == digest(b"a", b"a", b"b")
    assert digest(b"a", b"b") != digest(b"a", b"b", b"b", b"b")
    assert digest(b"a", b"a") != digest()
