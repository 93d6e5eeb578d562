"""Replaces personal data in an event before it is indexed: the input setting `mask`.

`docs/masking.md` lists where each kind of data is found. A value that is not empty is replaced by
`MASKED`. Where such values are expected in a shape that cannot be read, all of it is replaced.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from ta_akamai_siem.volume.header_names import COOKIES, CREDENTIALS

MASKED = "[masked]"


class Kind(NamedTuple):
    """Where to find a kind of data: members of objects; headers and parameters in lower case."""

    members: dict[str, tuple[str, ...]]
    headers: tuple[str, ...]
    parameters: tuple[str, ...]


KINDS = {
    "usernames": Kind(
        {"userRiskData": ("username", "originUserId", "uuid")},
        (
            "from",
            "remote-user",
            "x-authenticated-user",
            "x-forwarded-email",
            "x-forwarded-user",
            "x-remote-user",
            "x-user",
            "x-user-id",
            "x-username",
        ),
        ("email", "login", "remote_user", "user", "user_id", "user_name", "userid", "username"),
    ),
    "cookies": Kind(
        {},
        COOKIES,
        (),
    ),
    "api_keys": Kind(
        {"attackData": ("apiKey",)},
        CREDENTIALS,
        (
            "access_token",
            "api-key",
            "api_key",
            "apikey",
            "auth_token",
            "client_secret",
            "key",
            "subscription-key",
            "token",
            "x-api-key",
        ),
    ),
}
"""The words of the setting, in their order."""

_NAME_ENDS = r"[\s:;,.\[\]]"
"""Around the name of a header or parameter in a rule's selector: `ARGS:token`."""
_PARAMETER = re.compile(r"""(?:(?<=[?&;#/,=:"'\s])|\A)([^=&;?#/,:"'\s]+)=(?=([^&;#\s]+))""")


class Masking:
    """Masks events. `kinds`: at least one word of `KINDS`."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        chosen = [KINDS[kind] for kind in kinds]
        self._members = [
            (parent, name)
            for kind in chosen
            for parent, names in kind.members.items()
            for name in names
        ]
        self._headers = frozenset(name for kind in chosen for name in kind.headers)
        self._parameters = frozenset(name for kind in chosen for name in kind.parameters)
        names = "|".join(map(re.escape, sorted(self._headers)))
        # A line that begins with a blank continues the one before it. A name is looked for there
        # too: it is safer to mask too much.
        blanks = r"(?:[ \t]|\r?\n[ \t])*"
        self._header = re.compile(
            rf"^([ \t]*(?:{names}){blanks}:{blanks})"
            r"(?:[^ \t\r\n]|\r(?!\n))[^\r\n]*(?:(?:\r(?!\n)|\r?\n[ \t])[^\r\n]*)*",
            re.IGNORECASE | re.MULTILINE,
        )
        named = "|".join(map(re.escape, sorted(self._headers | self._parameters)))
        cookies = "|cookie" if "cookies" in kinds else ""
        self._selector = re.compile(
            rf"(?:\A|{_NAME_ENDS})(?:{named})(?:\Z|{_NAME_ENDS}){cookies}", re.IGNORECASE
        )

    def event(self, value: dict[str, Any], rules: str | None) -> tuple[str | None, int]:
        """Mask an event in place, except for its headers.

        `rules`: its list of rules as JSON. Returns them, and how many values were replaced.
        """
        count = 0
        for parent, name in self._members:
            count += self._member(value, parent, name)
        count += self._http_message(value)
        if rules is not None:
            rules, masked = self._rules_as_json(rules)
            count += masked
        return rules, count + self._attack_data(value)

    @staticmethod
    def whole(http: dict[str, Any], name: str) -> int:
        """Headers of another shape than the documented one are replaced whole; how many were."""
        return _replaced(http, name)

    def _member(self, value: dict[str, Any], parent: str, name: str) -> int:
        members = value.get(parent)
        if type(members) is dict:
            return _replaced(members, name)
        return _replaced(value, parent)

    def _http_message(self, value: dict[str, Any]) -> int:
        http = value.get("httpMessage")
        if type(http) is not dict:
            return _replaced(value, "httpMessage")
        count = 0
        for name in ("query", "path"):
            text = http.get(name)
            if type(text) is str:
                http[name], masked = self._text(text)
                count += masked
            else:
                count += _replaced(http, name)
        return count

    def header_block(self, text: str) -> tuple[str, int]:
        """A block of headers, percent-decoded and no list yet; how many values were replaced."""
        text, masked = self._header.subn(rf"\g<1>{MASKED}", text)
        text, more = self._text(text)
        return text, masked + more

    def _text(self, text: str) -> tuple[str, int]:
        """Mask parameters of a query, and of addresses inside it. Returns the number replaced."""
        if "=" not in text or not self._parameters:
            return text, 0
        count = kept = at = 0
        pieces = []
        while match := _PARAMETER.search(text, at):
            at = match.end()
            # Otherwise its value may be an address with parameters: it is looked into.
            if self._is_parameter(match[1]):
                if match[2] != MASKED:
                    pieces += [text[kept:at], MASKED]
                    kept = match.end(2)
                    count += 1
                at = match.end(2)
        return "".join([*pieces, text[kept:]]), count

    def _is_parameter(self, name: str) -> bool:
        return unquote_plus(name).strip().lower() in self._parameters

    @lru_cache(512)  # noqa: B019 - one a process, and as long as it
    def _rules_as_json(self, rules: str) -> tuple[str, int]:
        each = json.loads(rules)
        count = sum(map(self._rule, each))
        if count:
            rules = json.dumps(each, ensure_ascii=False, separators=(",", ":"))
        return rules, count

    def _rule(self, rule: object) -> int:
        if type(rule) is not dict:
            return 0
        selector = rule.get("selector")
        if type(selector) is not str or self._selector.search(selector):
            return _replaced(rule, "data")
        data = rule.get("data")
        if type(data) is not str:
            return _replaced(rule, "data")
        rule["data"], count = self._text(data)
        return count

    def _attack_data(self, value: dict[str, Any]) -> int:
        """Rules that came in another shape than the documented one."""
        attack = value.get("attackData")
        if type(attack) is not dict:
            return _replaced(value, "attackData")
        count = _replaced(attack, "ruleData")
        rules = attack.get("rules")
        if type(rules) is list:
            for rule in rules:
                count += self._rule(rule)
        elif type(rules) is dict:
            count += self._rule(rules)
        return count


def _replaced(members: dict[str, Any], name: str) -> int:
    """Replace a member that is not empty. Returns the number replaced, 0 or 1."""
    if members.get(name) in (None, "", [], {}, MASKED):
        return 0
    members[name] = MASKED
    return 1
