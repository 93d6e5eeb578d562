"""Reads an API client's four values from the text of its `.edgerc` file.

The format: https://github.com/akamai/AkamaiOPEN-edgegrid-python
No message repeats a line of the text, because it may hold a secret.
"""

from __future__ import annotations

import configparser
from typing import NamedTuple

from ta_akamai_siem.settings import bare_host

VALUES = ("host", "client_token", "client_secret", "access_token")
DEFAULT_SECTION = "default"
_NO_DEFAULTS = "\0"
"""The name of configparser's section of defaults. No text can contain it."""


NO_ACCOUNT_KEY = (
    "The credential file has an account_key, which is not used: the SIEM API does not support "
    "account switching. Use an API client of the account whose events are to be collected."
)


class Edgerc(NamedTuple):
    """`values`: the four of `VALUES`. `warning`: what a person has to know of the rest, or ""."""

    values: dict[str, str]
    warning: str


class EdgercInvalid(ValueError):
    """What is wrong with the file, and what to do."""


def read_edgerc(text: str, section: str = "") -> Edgerc:
    """`section`: its name, in upper or lower case; empty: `[default]`, or the only section.

    Lines without a section, as Control Center shows them, count as `[default]`. Raises
    EdgercInvalid.
    """
    found = _sections(text)
    name = _as_written(section.strip() or DEFAULT_SECTION, found)
    if name not in found and not section.strip():
        name = next(iter(found)) if len(found) == 1 else ""
    if name not in found:
        names = ", ".join(f"[{each}]" for each in found) or "none"
        wanted = name or DEFAULT_SECTION
        what = f"Section: the credential file has no section [{wanted}]. Enter one of {names}."
        raise EdgercInvalid(what)
    values = {key: _unquoted(found[name].get(key, "")) for key in VALUES}
    missing = [key for key, value in values.items() if not value]
    if missing:
        what = (
            f"Credential file (.edgerc): section [{name}] has no {', '.join(missing)}. Paste all "
            "lines of the file."
        )
        raise EdgercInvalid(what)
    values["host"] = bare_host(values["host"])
    return Edgerc(values, NO_ACCOUNT_KEY if found[name].get("account_key") else "")


def _as_written(name: str, found: dict[str, dict[str, str]]) -> str:
    """The section of that name, in whatever case it is written."""
    if name in found:
        return name
    return next((each for each in found if each.lower() == name.lower()), name)


def _sections(text: str) -> dict[str, dict[str, str]]:
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    first = next((line for line in lines if line and not line.startswith(("#", ";"))), "")
    if not first.startswith("["):
        lines.insert(0, f"[{DEFAULT_SECTION}]")
    parser = configparser.ConfigParser(
        interpolation=None,
        strict=False,
        default_section=_NO_DEFAULTS,
        delimiters=("=", ":"),
        comment_prefixes=("#", ";"),
        allow_no_value=True,
    )
    try:
        parser.read_string("\n".join(lines))
    except configparser.Error:
        what = (
            "Credential file (.edgerc): the text cannot be read. Paste the lines of the file "
            "unchanged: a line '[section]', followed by lines 'name = value'."
        )
        raise EdgercInvalid(what) from None
    return {
        name: {key: value or "" for key, value in parser.items(name)} for name in parser.sections()
    }


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip()
    return value
