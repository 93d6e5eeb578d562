"""The trusted certificates: certifi's, and those of the account's `ca_bundle` in addition."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Callable

import certifi

from ta_akamai_siem.errors import SettingsInvalid
from ta_akamai_siem.setting_labels import labelled

_PEM_BEGIN = "-----BEGIN "


def public_certificates() -> ssl.SSLContext:
    """A new context with certifi's certificates, which verifies host names and certificates.

    While OpenSSL reads them, other threads of Python go on.
    """
    return ssl.create_default_context(cafile=certifi.where())


def trusted(
    ca_bundle: str, public: Callable[[], ssl.SSLContext] = public_certificates
) -> ssl.SSLContext:
    """The context for an account.

    `ca_bundle`: the path of a PEM file (`$SPLUNK_HOME` is allowed), PEM text, or empty. `public`:
    returns a context of `public_certificates`, to which these are added. Raises SettingsInvalid.
    """
    context = public()
    if ca_bundle:
        try:
            context.load_verify_locations(cadata=_pem_text(ca_bundle))
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            problem = (
                f"{labelled('ca_bundle')} of the account cannot be used: {_reason(error)}. Enter "
                "CA certificates as PEM text, or the path of a PEM file on this host"
            )
            raise SettingsInvalid([problem]) from error
    return context


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "a certificate in it is damaged"
    if isinstance(error, OSError):
        return error.strerror or "the file cannot be read"
    return "it contains no PEM certificate"


def _pem_text(ca_bundle: str) -> str:
    if _PEM_BEGIN not in ca_bundle:
        path = Path(os.path.expandvars(ca_bundle))
        ca_bundle = path.read_text(encoding="utf-8")
    if _PEM_BEGIN not in ca_bundle:
        message = "no PEM certificate"
        raise ValueError(message)
    begin = ca_bundle.index(_PEM_BEGIN)
    # A conf file may have replaced the line ends by spaces.
    return _lines_restored(ca_bundle[begin:])


def _lines_restored(pem: str) -> str:
    for marker in ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"):
        pem = pem.replace(marker, f"\n{marker}\n")
    inside: list[str] = []
    for line in pem.splitlines():
        inside.extend([line] if line.startswith("-----") else line.split())
    return "\n".join(inside) + "\n"
