"""The named pieces that every pattern is made of.

A record is one line of JSON without white space, and its keys are never escaped. So an unescaped
quotation mark always opens or closes a string, whatever text a client sent. All repetition is
possessive, because a pattern that backtracks reaches PCRE's limits on a long record.
"""

from __future__ import annotations

MORE = r'[^"\\]*+(?:\\.[^"\\]*+)*+'
"""The inside of a string, or the rest of it."""
STRING = f'"{MORE}"'
SOME = rf'(?!"){MORE}'
"""The inside of a string that is not empty."""
KEY = f'{MORE}":'
"""The rest of a key, behind its first quotation mark."""
_BETWEEN = r'[^"{}\[\]]*+'
NESTED = rf"([{{\[](?:{_BETWEEN}(?:{STRING}|(?-1)))*+{_BETWEEN}[}}\]])"
"""An object or a list with its whole content."""
VALUE = rf'(?:{STRING}|{NESTED}|[^",{{}}\[\]]++)'
TEXTS = rf'\[(?:[^"\]]*+{STRING})*+[^"\]]*+\]'
"""A list of strings, or of objects that contain nothing else."""
NUMBER_END = r'"?+(?=[,}])'


def text(field: str) -> str:
    """A non-empty string, as it is in the JSON."""
    return f'"(?<{field}>{SOME})"'


def digits(field: str) -> str:
    """A whole number of at most 15 digits, as a number or a string."""
    return f'"?+(?<{field}>[0-9]{{1,15}}+){NUMBER_END}'


def number(field: str) -> str:
    """Digits and points, as a number or a string."""
    return f'"?+(?<{field}>[0-9][0-9.]*+){NUMBER_END}'


def members(patterns: dict[str, str], *, but: str = "", once: tuple[str, ...] = ()) -> str:
    """The members of an object in any order, in one pass.

    `patterns`: of the values, by key. A member is skipped if its value does not match or its key is
    not named. `but`: a key at which to stop; `once`: only if these fields have been found by then.
    """
    known = "".join(f'{key}":{value}|' for key, value in patterns.items())
    stop = f'(?!{but}":)' if but else ""
    for field in once:
        stop = f"(?(<{field}>){stop})"
    return f'(?:"(?:{known}{stop}{KEY}{VALUE}),?+)*+'


def whole(inside: str) -> str:
    """An object; `inside` matches all its members."""
    return rf"\{{{inside}\}}"


BEFORE_ATTACK = rf'^\{{(?:"(?:type|format|version)":{VALUE},)*+"attackData":\{{'
HTTP_MESSAGE = r'(?<=[{,]"http)Message":\{'
"""It is anchored at the end of the record, because it is the last member. The search begins at the
M, which is rare in a record, instead of at each quotation mark.
"""
END = r"\}\}$"

RULE_KEYS = ("id", "version", "message", "tag", "data", "selector", "action")
RULES = rf'{BEFORE_ATTACK}(?:"(?!rules":){KEY}{VALUE},)*+"rules":\['


def rule(**values: str) -> str:
    """One rule of the list. `values`: patterns by key; keys without one match any string."""
    inside = ",".join(f'"{key}":{values.get(key, STRING)}' for key in RULE_KEYS)
    return rf"\{{{inside}\}}"


BEHIND_TAG = "".join(f',"{key}":{STRING}' for key in RULE_KEYS[4:]) + r"\}"
"""The rest of a rule."""


def optional(field: str) -> str:
    """A string, and a field unless it is empty."""
    return f'"(?<{field}>{SOME})?+"'


MITIGATED = r"(?i:deny|abort|tarpit|block|drop|reject|serve_alt|captcha|(?:[a-z]++_)*+challenge)"
"""Actions that keep a request from the origin: those that the lookup of actions calls blocked."""
WATCHED = (
    r"(?i:CUSTOM/BOT(?=[/\"])|(?!CUSTOM/)(?:[A-Z0-9_]++/)*?(?:BOT(?:_[A-Z0-9_]+?)?|BOTMANAGEMENT|AUTOMATION"
    r"|(?:SECURITY_)?SCANNER|(?:WEB_)?SCRAPER|RATE(?:_[A-Z0-9_]+?)?|(?:CLIENT_)?REPUTATION|CLIENTREP"
    r"|REP_[A-Z0-9_]+?)(?:_AI)?(?:_ANOMALY)?(?=[/\"]))"
).replace('\\"', '"')
"""Tags of bot, rate and reputation rules: those of these families in the lookup of categories."""


def headers(patterns: dict[str, tuple[str, str]]) -> str:
    """A list of header lines, in one pass; the first header of a name counts.

    `patterns`: by name, a field and the pattern that gives it.
    """
    known = "".join(
        rf"(?(<{field}>)(?!)|(?i:{name}):(?:[ ]|\\t)*+){value}|"
        for name, (field, value) in patterns.items()
    )
    return rf'\[(?:"(?:{known}{MORE})",?+)*+\]'


SAYS = {
    "MORE": "the inside of a string, or the rest of it",
    "STRING": "a string: any text between quotation marks, escapes included",
    "SOME": "the inside of a string that is not empty",
    "NESTED": "an object or a list with its content",
    "VALUE": "any value: a string, an object or a list with its content, a number, a word",
    "BEFORE_ATTACK": "from the start of the record into attackData",
    "RULES": "from the start of the record into the list of rules",
    "HTTP_MESSAGE": "into the record's own httpMessage, whose members are followed by }}$",
    "MITIGATED": "an action that kept the request from its origin",
    "WATCHED": "a tag of a bot, rate or reputation rule",
}
"""For the head of transforms.conf."""
