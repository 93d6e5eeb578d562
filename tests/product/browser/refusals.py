"""What can be refused when a form is saved: by a check of globalConfig.json, by the add-on, and for
an answer of Akamai. Tests hold that nothing is missing here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ta_akamai_siem.errors import (
    CertificateUntrusted,
    CollectionError,
    ConfigurationUnknown,
    ConfigurationUnlisted,
    CredentialRefused,
    HostUnknown,
    NamesRefused,
    ParameterIllegal,
    PermissionMissing,
    ProxyRefused,
)
from ta_akamai_siem.splunk.names import KIND, NAMES_KIND
from tests import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TYPED = ("text", "textarea")
WORDS = {"config_ids": "abc", "leave_out": "everything"}
"""Wrong words of lists that take others than they offer."""
RULE = "statsu=403"
"""No rule of `drop`. The form itself checks only its length."""
ELSEWHERE = {"index", "search_indexes", *WORDS}
"""Fields that a user can type into and that no wrong value of `wrong_values` is for."""
UNKNOWN_HOST = "no-such-host.invalid"
_CANDIDATES = ("!", "a b", "https://a/b", "yesterday", "ü" * 3, "17 x")


@dataclass(frozen=True)
class Trouble:
    """Why Akamai refuses an input that is saved. `marked`: fields that the message is about.

    `account`: values of its account that differ. `status`: of Akamai's answers; 0: as usual.
    `is_proxied`: through a proxy that refuses the password. `is_listed`: Akamai lists the security
    configurations.
    """

    ids: str = "76213"
    marked: tuple[str, ...] = ()
    account: Mapping[str, str] = field(default_factory=dict)
    status: int = 0
    is_proxied: bool = False
    is_listed: bool = True
    kind: str = KIND


INPUT_TROUBLES: Mapping[type[CollectionError], Trouble] = {
    CredentialRefused: Trouble(status=401),
    ParameterIllegal: Trouble(status=400),
    PermissionMissing: Trouble(ids="5", marked=("config_ids",)),
    ConfigurationUnknown: Trouble(ids="404404", marked=("config_ids",)),
    CertificateUntrusted: Trouble(account={"ca_bundle": ""}),
    HostUnknown: Trouble(account={"host": UNKNOWN_HOST}),
    ConfigurationUnlisted: Trouble(ids="404404", marked=("config_ids",), kind=NAMES_KIND),
    NamesRefused: Trouble(is_listed=False, kind=NAMES_KIND),
    # The last one: the proxy is there for all.
    ProxyRefused: Trouble(is_proxied=True),
}


@dataclass(frozen=True)
class Wrong:
    """A value of a field, and the message that it must bring."""

    field: str
    value: str
    message: str


def form(name: str) -> dict[str, Any]:
    """A tab or a service of globalConfig.json."""
    pages = json.loads((ROOT / "globalConfig.json").read_text(encoding="utf-8"))["pages"]
    forms = [*pages["configuration"]["tabs"], *pages["inputs"]["services"]]
    (found,) = [each for each in forms if each.get("name") == name]
    return dict(found)


def wrong_values(name: str) -> list[Wrong]:
    """One for each check of each field that a user can type into."""
    return [
        wrong
        for entity in form(name)["entity"]
        if entity["type"] in TYPED
        and entity.get("options", {}).get("enable", True)
        and entity.get("options", {}).get("display", True)
        for wrong in _wrong(entity)
    ]


def typable(name: str) -> set[str]:
    """The fields of a form that take any text."""
    return {
        entity["field"]
        for entity in form(name)["entity"]
        if entity.get("options", {}).get("display", True)
        and (
            entity["type"] in (*TYPED, "index")
            or entity.get("options", {}).get("createSearchChoice", False)
        )
    }


def _wrong(entity: dict[str, Any]) -> Iterator[Wrong]:
    field, label = entity["field"], entity["label"]
    if entity.get("required"):
        yield Wrong(field, "", f"{label}: this field is required.")
    for check in entity.get("validators", []):
        if check["type"] == "string":
            yield Wrong(field, "x" * (check["maxLength"] + 1), check["errorMsg"])
        elif check["type"] == "regex":
            pattern = re.compile(check["pattern"])
            value = next(each for each in _CANDIDATES if not pattern.search(each))
            yield Wrong(field, value, check["errorMsg"])
        elif check["type"] == "number":
            # For a fraction, the framework has words of its own.
            yield Wrong(field, "1.5", check["errorMsg"])
        else:
            raise AssertionError(f"{field}: no wrong value is known for {check['type']}")
