"""Which certificates are trusted: certifi's, and those of the account's `ca_bundle` besides."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi

from ta_akamai_siem.errors import SettingsInvalid

_PEM_BEGIN = "-----BEGIN "


def trusted(ca_bundle: str) -> ssl.SSLContext:
    """A context that verifies host names and certificates.

    `ca_bundle`: path of a PEM file (`$SPLUNK_HOME` allowed), PEM text, or empty.
    Raises SettingsInvalid, naming the setting.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_bundle:
        try:
            context.load_verify_locations(cadata=_pem_text(ca_bundle))
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
            sentence = f"ca_bundle of the account is no usable list of certificates: {reason}"
            raise SettingsInvalid([sentence]) from error
    return context


def _pem_text(ca_bundle: str) -> str:
    if _PEM_BEGIN not in ca_bundle:
        path = Path(os.path.expandvars(ca_bundle))
        ca_bundle = path.read_text(encoding="utf-8")
    if _PEM_BEGIN not in ca_bundle:
        message = "it holds no PEM certificate"
        raise ValueError(message)
    begin = ca_bundle.index(_PEM_BEGIN)
    # A conf file may have turned the text's line ends into blanks.
    return _lines_restored(ca_bundle[begin:])


def _lines_restored(pem: str) -> str:
    for marker in ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"):
        pem = pem.replace(marker, f"\n{marker}\n")
    inside: list[str] = []
    for line in pem.splitlines():
        inside.extend([line] if line.startswith("-----") else line.split())
    return "\n".join(inside) + "\n"
