"""Search macros: `name` and `name(argument)` replaced by their definitions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.oracles.search_time.refusals import NotInSubset, Refused

if TYPE_CHECKING:
    from tests.standins.splunk.conf_file import Stanzas

_CALL = re.compile(r"`([^`]*)`")
_NESTED_MAX = 10


def expanded(search: str, macros: Stanzas) -> str:
    """A search without macros. Raises Refused for an unknown macro."""
    for _ in range(_NESTED_MAX):
        if "`" not in search:
            return search
        search = _CALL.sub(lambda call: _definition(call[1].strip(), macros), search)
    message = f"macros nested too deep: {search}"
    raise Refused(message)


def _definition(call: str, macros: Stanzas) -> str:
    match = re.fullmatch(r"(\w+)(?:\((.*)\))?", call, re.DOTALL)
    if match is None:
        message = f"no macro call: `{call}`"
        raise Refused(message)
    arguments = [part.strip() for part in match[2].split(",")] if match[2] is not None else []
    name = f"{match[1]}({len(arguments)})" if arguments else match[1]
    if name not in macros:
        message = f"macros.conf has no [{name}]"
        raise Refused(message)
    stanza = macros[name]
    if set(stanza) - {"definition", "args", "iseval"} or stanza.get("iseval", "0") != "0":
        message = f"macro [{name}]: {', '.join(stanza)}"
        raise NotInSubset(message)
    definition = stanza["definition"]
    for argument, value in zip(stanza.get("args", "").split(","), arguments):
        definition = definition.replace(f"${argument.strip()}$", value)
    return definition
