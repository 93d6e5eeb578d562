"""The textbook that creates the same record: simple code, usual libraries, no tuning.

It requests with requests, splits `resp.text`, decodes each event with json, urllib and base64, and
writes it with splunklib's EventWriter. The record is that of docs/record.md for usual events. The
comparison skips unusual events, for which this code would differ.

`python same_record.py BIN URL CA`: runs until a page is empty.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from typing import Any
from urllib.parse import unquote

sys.path.insert(0, sys.argv[1])
import library_path  # noqa: F401 - the app's libraries for this Python
import requests
from splunklib.modularinput import Event, EventWriter

RULES = {
    "rules": "id",
    "ruleVersions": "version",
    "ruleMessages": "message",
    "ruleTags": "tag",
    "ruleData": "data",
    "ruleSelectors": "selector",
    "ruleActions": "action",
}
TOP = (
    *("type", "format", "version", "attackData", "geo", "botData", "clientData", "userRiskData"),
    *("identity", "custom"),
)
ATTACK = (
    *("configId", "policyId", "clientIP", "appliedAction", "apiId", "apiKey"),
    *("slowPostAction", "slowPostRate", "clientReputation"),
)
HTTP = ("start", "method", "host", "port", "status", "bytes", "protocol", "tls", "requestId")
RISK: tuple[str, ...] = ("status", "score", "allow", "uuid", "username", "originUserId")
RISK += ("emailDomain", "risk", "trust", "general")
OBJECTS = {
    "geo": ("continent", "country", "regionCode", "city", "asn"),
    "botData": ("botScore", "responseSegment"),
    "clientData": ("telemetryType", "appBundleId", "appVersion", "sdkVersion"),
    "userRiskData": RISK,
    "identity": ("ja4", "tlsFingerprintV2", "tlsFingerprintV3"),
}
HTTP_LAST = ("path", "query", "requestHeaders", "responseHeaders")
WHITE_SPACE = re.compile(r"[ \t\n\v\f\r]+")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def item(text: str, *, any_bytes: bool) -> str:
    digits = WHITE_SPACE.sub("", text).rstrip("=")
    if not digits:
        return text
    try:
        data = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except ValueError:
        return text
    if any_bytes:
        return data.decode("utf-8", "backslashreplace")
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        return text
    return text if CONTROLS.search(decoded) else decoded


def items(text: str, *, any_bytes: bool = False) -> list[str]:
    found = [
        item(each, any_bytes=any_bytes)
        for each in unquote(text, errors="backslashreplace").split(";")
    ]
    while found and not found[-1]:
        found.pop()
    return found


def rules(attack: dict[str, Any]) -> list[dict[str, str]]:
    columns = {
        key: items(attack.pop(name), any_bytes=key in ("data", "selector"))
        if name in attack
        else []
        for name, key in RULES.items()
    }
    length = max(map(len, columns.values()))
    return [
        {key: column[place] if place < len(column) else "" for key, column in columns.items()}
        for place in range(length)
    ]


def ordered(
    members: dict[str, Any], first: tuple[str, ...], last: tuple[str, ...] = ()
) -> dict[str, Any]:
    made = {name: members[name] for name in first if name in members}
    made.update({name: value for name, value in members.items() if name not in last})
    made.update({name: members[name] for name in last if name in members})
    return made


def record(line: str) -> tuple[str, str]:
    event = json.loads(line)
    attack = event.get("attackData")
    if attack:
        found = rules(attack)
        attack = ordered(attack, ATTACK)
        short = {name: attack.pop(name) for name in ATTACK if name in attack}
        event["attackData"] = {**short, "rules": found, **attack}
    risk = event.get("userRiskData", {})
    for name in ("risk", "trust", "general"):
        if name in risk:
            risk[name] = unquote(risk[name], errors="backslashreplace")
    custom = event.get("custom")
    if isinstance(custom, str):
        event["custom"] = values(custom)
    elif isinstance(custom, dict):
        event["custom"] = {
            name: values(value) if isinstance(value, str) else value
            for name, value in custom.items()
        }
    http = event["httpMessage"]
    for name in ("requestHeaders", "responseHeaders"):
        if name in http:
            http[name] = header_lines(unquote(http[name], errors="backslashreplace"))
    seconds, _, decimals = http["start"].partition(".")
    http["start"] = f"{seconds}.{decimals[:3]:0<3}"
    event["httpMessage"] = ordered(http, HTTP, HTTP_LAST)
    for name, names in OBJECTS.items():
        if name in event:
            event[name] = ordered(event[name], names)
    made = ordered(event, TOP, ("httpMessage",))
    return http["start"], json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def header_lines(block: str) -> list[str]:
    lines = re.split(r"\r?\n(?![ \t])", block)
    return lines if lines[-1] else lines[:-1]


def values(text: str) -> str | list[str]:
    found = items(text)
    if len(found) > 1:
        return found
    return found[0] if found else ""


def main(url: str, trusted: str) -> None:
    writer = EventWriter()
    query = "from=1"
    while True:
        response = requests.get(f"{url}?{query}", verify=trusted, timeout=120)
        response.raise_for_status()
        lines = [line for line in response.text.split("\n") if line.strip()]
        context = json.loads(lines.pop())
        for line in lines:
            time, data = record(line)
            writer.write_event(Event(data=data, time=time))
        if not context["total"]:
            break
        query = f"offset={context['offset']}"
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[2:])
