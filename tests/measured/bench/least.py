"""The textbook with the least code: an add-on with the usual calls of usual libraries.

It requests with requests, splits `resp.text` at line ends, reads each event with json, decodes the
members that Akamai documents as encoded with unquote and b64decode, and writes it with splunklib's
EventWriter. The rule lists stay separate lists, and the order of keys stays. A list that cannot be
decoded stays unchanged.

`python least.py BIN URL CA`: runs until a page is empty.
"""

from __future__ import annotations

import json
import sys
from base64 import b64decode
from urllib.parse import unquote

sys.path.insert(0, sys.argv[1])

import library_path  # noqa: F401 - the app's libraries for this Python
import requests
from splunklib.modularinput import Event, EventWriter

LISTS = (
    "rules",
    "ruleVersions",
    "ruleMessages",
    "ruleTags",
    "ruleData",
    "ruleSelectors",
    "ruleActions",
)


def items(text: str) -> list[str]:
    each = unquote(text).split(";")
    try:
        return [b64decode(item).decode() for item in each]
    except ValueError:
        return each


def record(line: str) -> tuple[str, str]:
    event = json.loads(line)
    attack = event["attackData"]
    for name in LISTS:
        attack[name] = items(attack[name])
    if isinstance(event.get("custom"), str):
        event["custom"] = items(event["custom"])
    http = event["httpMessage"]
    http["requestHeaders"] = unquote(http["requestHeaders"])
    http["responseHeaders"] = unquote(http["responseHeaders"])
    return http["start"], json.dumps(event)


def main(url: str, trusted: str) -> None:
    writer = EventWriter()
    query = "from=1"
    while True:
        response = requests.get(f"{url}?{query}", verify=trusted, timeout=120)
        response.raise_for_status()
        *lines, last = response.text.strip().split("\n")
        for line in lines:
            time, data = record(line)
            writer.write_event(Event(data=data, time=time))
        context = json.loads(last)
        if not context["total"]:
            break
        query = f"offset={context['offset']}"
    writer.close()


if __name__ == "__main__":
    main(*sys.argv[2:])
