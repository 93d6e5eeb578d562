"""Introspection: strict parsing of a modular input's `--scheme` output."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_TOP = frozenset(
    {
        "title",
        "description",
        "use_external_validation",
        "use_single_instance",
        "streaming_mode",
        "endpoint",
    },
)
_ARGUMENT = frozenset(
    {"title", "description", "validation", "data_type", "required_on_create", "required_on_edit"},
)
_TYPES = frozenset({"string", "number", "boolean"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


class SchemeError(Exception):
    """The script's scheme is unusable; the text has the reason."""


@dataclass(frozen=True)
class Argument:
    """One parameter of the input."""

    name: str
    data_type: str = "string"
    required_on_create: bool = True
    required_on_edit: bool = False


@dataclass(frozen=True)
class Scheme:
    """The content of a scheme."""

    kind: str
    title: str
    external_validation: bool
    single_instance: bool
    arguments: dict[str, Argument]


def parse_scheme(kind: str, output: bytes) -> Scheme:
    """Parse the XML that `--scheme` printed; SchemeError for everything undocumented."""
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", output):
        raise SchemeError("a document type in the scheme")
    try:
        root = ET.fromstring(output.strip())
    except ET.ParseError as error:
        raise SchemeError(f"invalid XML: {error}") from error
    if root.tag != "scheme":
        raise SchemeError(f"the root element is <{root.tag}>, not <scheme>")
    _refuse_unknown(root, _TOP)
    title = (root.findtext("title") or "").strip()
    if not title:
        raise SchemeError("no <title>")
    if (root.findtext("streaming_mode") or "simple").strip() != "xml":
        raise SchemeError("streaming_mode is not xml")
    single = _flag(root, "use_single_instance", default=False)
    if single:
        raise SchemeError("use_single_instance=true is not served here")
    arguments = {"name": Argument("name", required_on_create=False)}
    for element in root.findall("./endpoint/args/arg"):
        argument = _argument(element)
        if argument.name in arguments and argument.name != "name":
            raise SchemeError(f"argument {argument.name} twice")
        arguments[argument.name] = argument
    external = _flag(root, "use_external_validation", default=False)
    return Scheme(kind, title, external, single, arguments)


def _argument(element: ET.Element) -> Argument:
    name = element.get("name", "")
    if not _NAME.fullmatch(name):
        raise SchemeError(f"argument name {name!r}")
    _refuse_unknown(element, _ARGUMENT)
    data_type = (element.findtext("data_type") or "string").strip()
    if data_type not in _TYPES:
        raise SchemeError(f"data_type {data_type!r} of {name}")
    return Argument(
        name,
        data_type,
        _flag(element, "required_on_create", default=True),
        _flag(element, "required_on_edit", default=False),
    )


def _flag(element: ET.Element, name: str, *, default: bool) -> bool:
    text = element.findtext(name)
    if text is None:
        return default
    if text.strip() not in _FLAGS:
        raise SchemeError(f"<{name}> is {text!r}, not true or false")
    return _FLAGS[text.strip()]


def _refuse_unknown(element: ET.Element, known: frozenset[str]) -> None:
    for child in element:
        if child.tag not in known:
            raise SchemeError(f"unknown element <{child.tag}> in <{element.tag}>")
