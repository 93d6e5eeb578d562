"""EXTRACT and REPORT: fields by regular expressions, from `_raw` or from extracted fields.

It refuses what Splunk's documents do not define: a group that matches nothing, a field that two
rules extract, and the order of rules that depend on each other across classes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.oracles.search_time.pcre import DEPTH_LIMIT, MATCH_LIMIT, Pattern, pattern
from tests.oracles.search_time.refusals import NotInSubset, Refused, Unspecified

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pcre2

    from tests.oracles.search_time.eval_values import Field

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_FORMAT = re.compile(r"([^\s:]+)::(\S+)")
_KNOWN = {"REGEX", "FORMAT", "SOURCE_KEY", "MV_ADD", "CLEAN_KEYS", "MATCH_LIMIT", "DEPTH_LIMIT"}


@dataclass(frozen=True)
class Extraction:
    """One rule. `source`: the field it reads. `formats`: names and values; () uses the groups'
    names. `repeated`: all matches.
    """

    label: str
    pattern: Pattern
    source: str
    formats: tuple[tuple[str, str], ...]
    repeated: bool
    adds: bool
    discards: bool = False
    """Keep the value of an existing field: as transforms.conf.spec has it; props.conf.spec is
    silent.
    """

    @property
    def names(self) -> list[str]:
        """The fields that it extracts; "" if their names are in the event."""
        if not self.formats:
            return self.pattern.names
        return ["" if name.startswith("$") else name for name, _ in self.formats]

    def found(self, fields: Mapping[str, Field]) -> dict[str, list[str]]:
        """The extracted values, by field. Raises Unspecified, LimitHit."""
        text = fields.get(self.source)
        if text is None:
            return {}
        if not isinstance(text, str):
            message = f"{self.label} reads {self.source}, which has several values"
            raise Unspecified(message)
        made: dict[str, list[str]] = {}
        for match in self._matches(text):
            for name, value in self._pairs(match):
                if not value:
                    message = f"{self.label} gives {name} an empty value"
                    raise Unspecified(message)
                made.setdefault(name, []).append(value)
        return made

    def _matches(self, text: str) -> list[pcre2.Match]:
        if self.repeated:
            return list(self.pattern.every(text))
        match = self.pattern.search(text)
        return [] if match is None else [match]

    def _pairs(self, match: pcre2.Match) -> list[tuple[str, str]]:
        if not self.formats:
            return [(k, v) for k, v in match.groupdict().items() if v is not None]
        pairs = []
        for name, value in self.formats:
            filled = [_filled(part, match) for part in (name, value)]
            if None not in filled:
                pairs.append((str(filled[0]), str(filled[1])))
        return pairs


def _filled(part: str, match: pcre2.Match) -> str | None:
    if not part.startswith("$"):
        return part
    text: str | None = match.group(int(part[1:]))
    return text


def extract(label: str, value: str) -> Extraction:
    """From `EXTRACT-<class> = <regex> [in <field>]`."""
    within = re.search(r"\s+in\s+(\w+)\s*$", value)
    if within:
        message = f"{label}: 'in {within[1]}'"
        raise NotInSubset(message)
    found = pattern(value)
    _check_names(label, found)
    return Extraction(label, found, "_raw", (), repeated=False, adds=False)


def transform(name: str, stanza: Mapping[str, str]) -> Extraction:
    """From a stanza of transforms.conf that a REPORT names."""
    unknown = set(stanza) - _KNOWN
    if unknown:
        message = f"[{name}] has {', '.join(sorted(unknown))}"
        raise NotInSubset(message)
    limits = [
        int(stanza.get(key, most))
        for key, most in (("MATCH_LIMIT", MATCH_LIMIT), ("DEPTH_LIMIT", DEPTH_LIMIT))
    ]
    found = pattern(stanza["REGEX"], *limits)
    formats = tuple(_FORMAT.findall(stanza.get("FORMAT", "")))
    adds = stanza.get("MV_ADD", "false").lower() in ("true", "1")
    if formats:
        _check_formats(name, stanza["FORMAT"], formats, found)
    else:
        _check_names(name, found)
    dynamic = any(field.startswith("$") for field, _ in formats)
    source = stanza.get("SOURCE_KEY", "_raw")
    return Extraction(
        f"[{name}]", found, source, formats, repeated=dynamic or adds, adds=adds, discards=not adds
    )


def _check_names(label: str, found: Pattern) -> None:
    if not found.names:
        message = f"{label} has no named group and no FORMAT"
        raise Refused(message)
    for name in found.names:
        if not _NAME.match(name):
            message = f"{label}: {name} is no field name"
            raise Refused(message)


def _check_formats(
    label: str, text: str, formats: tuple[tuple[str, str], ...], found: Pattern
) -> None:
    if "".join(f"{name}::{value}" for name, value in formats) != "".join(text.split()):
        message = f"[{label}] FORMAT = {text}"
        raise Refused(message)
    for part in (part for pair in formats for part in pair if "$" in part):
        if not re.fullmatch(r"\$[1-9]\d*", part):
            # The spec describes strings and groups, but not a combination of both.
            message = f"[{label}] FORMAT with {part}"
            raise Unspecified(message)
        if int(part[1:]) > found.groups:
            message = f"[{label}] FORMAT with {part}: the pattern has {found.groups} groups"
            raise Refused(message)
