"""docs/install.md: its calls run as printed."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests import ROOT

from .site import CONFIG_ID, INPUT, STANZA

if TYPE_CHECKING:
    from .site import Site

PAGE = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")


def calls() -> list[tuple[str, dict[str, str]]]:
    """Path and fields of each curl command."""
    found = []
    for line in re.findall(r"^    (curl .*)$", PAGE, re.MULTILINE):
        words = shlex.split(line)
        fields: dict[str, str] = {}
        for flag, value in zip(words, words[1:]):
            if flag in ("-d", "--data-urlencode"):
                name, mark, text = re.split(r"([=@])", value, maxsplit=1)
                fields[name] = text if mark == "=" else f"@{text}"
        (address,) = [word for word in words if word.startswith("$SPLUNKD/")]
        found.append((urlsplit(address[len("$SPLUNKD") :]).path, fields))
    return found


def test_the_calls_set_it_up(site: Site) -> None:
    site.load(40)
    values = site.account_values()
    text = "[default]\n" + "".join(f"{k} = {v}\n" for k, v in values.items() if k != "ca_bundle")
    account, added = calls()
    assert (added[1]["name"], added[1]["config_ids"]) == (INPUT, str(CONFIG_ID))
    assert account[1].pop("edgerc") == "@.edgerc"
    form = {**account[1], "edgerc": text, "ca_bundle": values["ca_bundle"]}
    for path, fields in ((account[0], form), (added[0], {**added[1], "start": "-2h"})):
        status, body = site.splunk.request("POST", path, form=fields)
        assert status == 201, body
    assert site.run(STANZA)["records"] == 40
