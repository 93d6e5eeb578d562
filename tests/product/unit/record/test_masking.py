"""The setting `mask`: personal data is removed, and everything else is unchanged."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from ta_akamai_siem.record.event import record, unparsed
from ta_akamai_siem.record.event_time import Moment
from ta_akamai_siem.record.masking import KINDS, MASKED, Masking
from ta_akamai_siem.record.selection import Selection
from ta_akamai_siem.writing.conversion import convert
from tests.standins.akamai.corpus import Corpus, CorpusChoices

COLLECTED = Moment.of(1_700_000_000.125, 1_700_000_000.5)
USER, COOKIE, KEY = "canary-user", "canary-cookie", "canary-key"
CANARY = {"usernames": USER, "cookies": COOKIE, "api_keys": KEY}
ALL = tuple(KINDS)


def rules(*each: tuple[str, str, str]) -> dict[str, str]:
    """(id, selector, data) of each rule as Akamai sends them."""

    def items(texts: list[str]) -> str:
        return quote(";".join(base64.b64encode(text.encode()).decode() for text in texts))

    ids, selectors, data = zip(*each)
    return {
        "rules": items(list(ids)),
        "ruleSelectors": items(list(selectors)),
        "ruleData": items(list(data)),
    }


def event(**members: Any) -> bytes:
    return json.dumps({"type": "akamai_siem", **members}).encode()


EVERYWHERE = event(
    attackData={
        "configId": "14227",
        "apiKey": KEY,
        **rules(
            ("1", "ARGS:username", f"{USER}' OR 1=1"),
            ("2", "REQUEST_HEADERS:X-Api-Key", KEY),
            ("3", "REQUEST_COOKIES:session", COOKIE),
            ("4", "REQUEST_HEADERS:Cookie", f"a={COOKIE}"),
            ("5", "QUERY_STRING", f"token={KEY}&q=1&user={USER}"),
            ("6", "ARGS:q", "plain select"),
            ("7", "ARGS:json.access_token", KEY),
        ),
    },
    userRiskData={
        "uuid": USER,
        "originUserId": USER,
        "username": USER,
        "emailDomain": "example.com",
        "score": "75",
    },
    httpMessage={
        "start": "1491303422.123",
        "path": f"/reset/token={KEY};user={USER}",
        "query": f"q=1&user={USER}&Api_Key={KEY}&username={USER};token={KEY}&usernames=kept&empty=",
        "requestHeaders": quote(
            "Host: www.example.com\r\n"
            f"COOKIE: a=1; b={COOKIE}\r\n"
            f"X-Remote-User: {USER}\r\n"
            f"authorization:\r\n Bearer {KEY}\r\n\tmore {KEY}\r\n"
            f"Referer: https://www.example.com/a?username={USER}&x=1#token={KEY}\r\n"
            "X-Cookie-Banner: kept\r\n"
            f"X-Api-Key: {KEY}\r\n"
            f"Cookie2: {COOKIE}"
        ),
        "responseHeaders": quote(
            f"Set-Cookie: a={COOKIE}; Path=/\r\nSet-Cookie: b={COOKIE}\r\nServer: kept\r\n"
        ),
    },
)
COUNTS = {"usernames": 10, "cookies": 6, "api_keys": 10}
"""How many values of `EVERYWHERE` each kind replaces."""


def masked(line: bytes, *kinds: str) -> dict[str, Any]:
    return dict(json.loads(record(line, COLLECTED, Masking(kinds)).text))


def leaves(value: object, path: str = "") -> dict[str, object]:
    if isinstance(value, dict):
        pairs = [(f"{path}.{key}", item) for key, item in value.items()]
    elif isinstance(value, list):
        pairs = [(f"{path}{{}}{number}", item) for number, item in enumerate(value)]
    else:
        return {path: value}
    return {name: leaf for key, item in pairs for name, leaf in leaves(item, key).items()}


@pytest.mark.parametrize("kind", ALL)
def test_each_kind_is_gone_wherever_it_stood_and_no_other(kind: str) -> None:
    made = record(EVERYWHERE, COLLECTED, Masking((kind,)))
    plain = record(EVERYWHERE, COLLECTED)
    assert CANARY[kind] not in made.text
    for other, canary in CANARY.items():
        if other != kind:
            # A rule's data that names both is replaced as a whole if its selector says so.
            assert made.text.count(canary) >= plain.text.count(canary) - 1, other
    assert (made.masked, plain.masked) == (COUNTS[kind], 0)
    assert (made.time, made.timed) == (plain.time, plain.timed)


def test_all_of_them_and_nothing_else() -> None:
    made = masked(EVERYWHERE, *ALL)
    plain = json.loads(record(EVERYWHERE, COLLECTED).text)
    assert not any(canary in json.dumps(made) for canary in CANARY.values())
    assert list(leaves(made)) == list(leaves(plain))
    changed = {path for path, leaf in leaves(plain).items() if leaves(made)[path] != leaf}
    assert changed == {
        ".attackData.apiKey",
        *(f".attackData.rules{{}}{number}.data" for number in (0, 1, 2, 3, 4, 6)),
        ".userRiskData.uuid",
        ".userRiskData.originUserId",
        ".userRiskData.username",
        ".httpMessage.path",
        ".httpMessage.query",
        *(f".httpMessage.requestHeaders{{}}{number}" for number in (1, 2, 3, 4, 6, 7)),
        *(f".httpMessage.responseHeaders{{}}{number}" for number in (0, 1)),
    }
    http = made["httpMessage"]
    assert http["query"] == (
        "q=1&user=[masked]&Api_Key=[masked]&username=[masked];token=[masked]&usernames=kept&empty="
    )
    assert http["requestHeaders"] == [
        "Host: www.example.com",
        "COOKIE: [masked]",
        "X-Remote-User: [masked]",
        "authorization:\r\n [masked]",
        "Referer: https://www.example.com/a?username=[masked]&x=1#token=[masked]",
        "X-Cookie-Banner: kept",
        "X-Api-Key: [masked]",
        "Cookie2: [masked]",
    ]
    assert http["responseHeaders"] == [
        "Set-Cookie: [masked]",
        "Set-Cookie: [masked]",
        "Server: kept",
    ]
    assert made["attackData"]["rules"][4]["data"] == "token=[masked]&q=1&user=[masked]"
    assert made["attackData"]["rules"][5]["data"] == "plain select"


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"userRiskData": f"username:{USER}"}, "usernames"),
        ({"userRiskData": {"username": {"name": USER}}}, "usernames"),
        ({"userRiskData": {"uuid": [USER]}}, "usernames"),
        ({"httpMessage": f"Cookie: {COOKIE}"}, "cookies"),
        ({"httpMessage": [{"requestHeaders": COOKIE}]}, "cookies"),
        ({"httpMessage": {"requestHeaders": {"Cookie": COOKIE}}}, "cookies"),
        ({"httpMessage": {"responseHeaders": [f"Set-Cookie: {COOKIE}"]}}, "cookies"),
        ({"httpMessage": {"query": {"token": KEY}}}, "api_keys"),
        ({"httpMessage": {"query": f"%74oken={KEY}&to+ken=kept"}}, "api_keys"),
        ({"httpMessage": {"query": f"to=https://example.com/?token={KEY}"}}, "api_keys"),
        ({"httpMessage": {"query": f"to=token={KEY}={KEY}"}}, "api_keys"),
        ({"httpMessage": {"path": [KEY]}}, "api_keys"),
        ({"attackData": f"apiKey={KEY}"}, "api_keys"),
        ({"attackData": [{"data": COOKIE}]}, "cookies"),
        ({"attackData": {"apiKey": [KEY]}}, "api_keys"),
        ({"attackData": {"ruleData": [KEY]}}, "api_keys"),
        ({"attackData": {"rules": 1, "ruleData": KEY}}, "api_keys"),
        ({"attackData": {"rules": [{"selector": "ARGS:token", "data": KEY}]}}, "api_keys"),
        ({"attackData": {"rules": [{"selector": 7, "data": KEY}]}}, "api_keys"),
        ({"attackData": {"rules": [{"selector": "", "data": {"v": KEY}}]}}, "api_keys"),
        ({"attackData": {"rules": {"selector": "ARGS:key", "data": KEY}}}, "api_keys"),
    ],
)
def test_what_hides_or_has_another_shape(members: dict[str, Any], kind: str) -> None:
    made = record(event(**members), COLLECTED, Masking((kind,)))
    assert CANARY[kind] not in made.text
    assert MASKED in made.text
    assert made.masked == 1


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"userRiskData": None, "httpMessage": None, "attackData": None},
        {"userRiskData": {"username": "", "uuid": None}},
        {"attackData": {"apiKey": "", "rules": ""}},
        {"attackData": {"rules": None, "ruleData": None}},
        {"httpMessage": {"requestHeaders": "", "query": "", "path": "/token/user"}},
        {"httpMessage": {"requestHeaders": "Cookie:%20%0D%0AHost: www.example.com"}},
        {"httpMessage": {"query": "token=&user=&keyword=1&q=token"}},
        {"httpMessage": {"query": f"token={MASKED}&user={MASKED}&q=1"}},
    ],
)
def test_nothing_is_masked_that_is_not_there(members: dict[str, Any]) -> None:
    line = event(**members)
    made = record(line, COLLECTED, Masking(ALL))
    assert made == record(line, COLLECTED)
    assert made.masked == 0


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        (f"Cookie:\r\n \r\n\t{COOKIE}\r\nA: 1", ["Cookie:\r\n \r\n\t[masked]", "A: 1"]),
        (f"Cookie: \r{COOKIE}\r\nA: 1", ["Cookie: [masked]", "A: 1"]),
        (f"Cookie:\x0b{COOKIE}", ["Cookie:[masked]"]),
        (f"Cookie:\u00a0{COOKIE}\n 1\n\t2\nA: 1", ["Cookie:[masked]", "A: 1"]),
        (f"Cookie \r\n : {COOKIE}", ["Cookie \r\n : [masked]"]),
        (f" Cookie: {COOKIE}", [" Cookie: [masked]"]),
        (f"A: 1\r\n\r\n\tCookie: {COOKIE}", ["A: 1", "\r\n\tCookie: [masked]"]),
        ("Cookie:\r\nA: 1\r\nCookie: \r\n \r\n", ["Cookie:", "A: 1", "Cookie: \r\n "]),
        ("[masked]", ["[masked]"]),
    ],
)
def test_a_header_with_its_continuations(block: str, lines: list[str]) -> None:
    """The mask works on lines before they become a list: the name stays, the whole value is
    replaced.
    """
    made = masked(event(httpMessage={"requestHeaders": quote(block)}), "cookies")
    assert made["httpMessage"]["requestHeaders"] == lines


def test_a_line_that_is_no_event_is_masked_whole() -> None:
    line = f'{{"httpMessage":{{"query":"token={KEY}"'.encode()
    assert json.loads(unparsed(line, COLLECTED, Masking(("cookies",))).text) == {
        "type": "akamai_siem_unparsed",
        "raw": MASKED,
    }
    made = convert(
        line + b"\n" + EVERYWHERE + b"\n",
        COLLECTED,
        tolerant=True,
        selection=Selection(mask=("cookies",)),
    )
    assert (made.unparsed, made.masked) == (1, 1 + COUNTS["cookies"])


def test_the_same_rules_again_are_counted_again() -> None:
    """The second time, they come from a cache."""
    masking = Masking(ALL)
    first, second = (record(EVERYWHERE, COLLECTED, masking) for _ in range(2))
    assert first == second
    assert first.masked == sum(COUNTS.values())


def test_thousands_of_events_keep_all_but_what_is_masked() -> None:
    """Whatever is unusual in an event, only places that can contain such values change."""
    corpus = Corpus(CorpusChoices(odd=0.3))
    masking = Masking(ALL)
    count = 0
    for number in range(3_000):
        line = corpus.event(number, 1_700_000_000)
        made, plain = record(line, COLLECTED, masking), record(line, COLLECTED)
        if made.masked == 0:
            assert made == plain
            continue
        count += made.masked
        after, before = leaves(json.loads(made.text)), leaves(json.loads(plain.text))
        for path, leaf in before.items():
            if after.get(path) != leaf:
                assert path.startswith((".attackData", ".userRiskData", ".httpMessage")), path
                held = [text for name, text in after.items() if path.startswith(name)]
                assert any(MASKED in str(text) for text in held), path
    assert count > 1_000
