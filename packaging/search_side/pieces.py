"""The named pieces that every pattern is made of.

A record is one line of JSON without white space, and its keys are never escaped: an unescaped
quotation mark opens or closes a string, whatever text a client sent. All repetition is possessive:
a pattern that can go back gives up on a long record.
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
"""An object or a list with all that is in it."""
VALUE = rf'(?:{STRING}|{NESTED}|[^",{{}}\[\]]++)'
TEXTS = rf'\[(?:[^"\]]*+{STRING})*+[^"\]]*+\]'
"""A list of strings, or of objects that hold nothing else."""
NUMBER_END = r'"?+(?=[,}])'


def text(field: str) -> str:
    """A string that is not empty, as it stands in the JSON."""
    return f'"(?<{field}>{SOME})"'


def digits(field: str) -> str:
    """A whole number of at most 15 digits, as a number or a string."""
    return f'"?+(?<{field}>[0-9]{{1,15}}+){NUMBER_END}'


def number(field: str) -> str:
    """Digits and points, as a number or a string."""
    return f'"?+(?<{field}>[0-9][0-9.]*+){NUMBER_END}'


def members(patterns: dict[str, str], *, but: str = "", once: tuple[str, ...] = ()) -> str:
    """The members of an object in any order, in one pass. `patterns`: of the values, by key.

    One whose value is otherwise is passed over, and so is one that is not named. `but`: a key at
    which to stop; `once`: only if these fields have been found by then.
    """
    known = "".join(f'{key}":{value}|' for key, value in patterns.items())
    stop = f'(?!{but}":)' if but else ""
    for field in once:
        stop = f"(?(<{field}>){stop})"
    return f'(?:"(?:{known}{stop}{KEY}{VALUE}),?+)*+'


def whole(inside: str) -> str:
    """An object of which `inside` takes all members."""
    return rf"\{{{inside}\}}"


BEFORE_ATTACK = rf'^\{{(?:"(?:type|format|version)":{VALUE},)*+"attackData":\{{'
HTTP_MESSAGE = r'(?<=[{,]"http)Message":\{'
"""It is tied to the record by its end, being the last member. The search for it begins at the M,
which is rare in a record, instead of at each of its quotation marks.
"""
END = r"\}\}$"

RULE_KEYS = ("id", "version", "message", "tag", "data", "selector", "action")
RULES = rf'{BEFORE_ATTACK}(?:"(?!rules":){KEY}{VALUE},)*+"rules":\['


def rule(**values: str) -> str:
    """One rule of the list. `values`: patterns by key, any string where there is none."""
    inside = ",".join(f'"{key}":{values.get(key, STRING)}' for key in RULE_KEYS)
    return rf"\{{{inside}\}}"


def optional(field: str) -> str:
    """A string, and a field unless it is empty."""
    return f'"(?<{field}>{SOME})?+"'


MITIGATED = r"(?i:deny|abort|tarpit|block|drop|reject|serve_alt|captcha|(?:[a-z]++_)*+challenge)"
"""Actions that keep a request from its origin: those that the table of actions calls blocked."""


def headers(patterns: dict[str, tuple[str, str]]) -> str:
    """A list of header lines, in one pass; the first header of a name counts.

    `patterns`: by name, a field and the pattern that gives it.
    """
    known = "".join(
        rf"(?(<{field}>)(?!)|(?i:{name}):(?:[ ]|\\t)*+){value}|"
        for name, (field, value) in patterns.items()
    )
    return rf'\[(?:"(?:{known}{MORE})",?+)*+\]'
