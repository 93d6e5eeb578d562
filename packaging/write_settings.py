"""Writes the files made from the table of input settings, `splunk/input_settings.py`.

README/inputs.conf.spec and default/inputs.conf are written completely. In docs/settings.md it
writes the two tables of inputs, in globalConfig.json the label, help and default of each field, and
in bin/ta_akamai_siem/setting_labels.py the labels of the inputs.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bin"))

from ta_akamai_siem.splunk.input_settings import (  # noqa: E402 - the path comes first
    INPUT_SETTINGS,
    KINDS,
    InputSetting,
    plain,
    settings_of,
)

_WIDTH = 100
_LABELS_OF_INPUTS = "    # Inputs, written by `make settings`\n"
_KEY = r'("%s": )("(?:[^"\\]|\\.)*")'
_HELP = re.compile(r'("help": (?:\{\s*"text": )?)"(?:[^"\\]|\\.)*?((?: \[\[\w+\]\]\.?)*)"')


def spec(_: str) -> str:
    """README/inputs.conf.spec."""
    return "\n\n".join("\n\n".join(_spec_stanza(kind.name)) for kind in KINDS) + "\n"


def _spec_stanza(kind: str) -> list[str]:
    (of_kind,) = (each for each in KINDS if each.name == kind)
    head = [
        f"[{kind}://<name>]",
        *_bullet(f"{of_kind.description} {of_kind.more}".strip()),
        *_bullet(
            f"The events have source {kind}://<name> and, unless you change it, sourcetype "
            f"{of_kind.sourcetype}."
        ),
    ]
    return ["\n".join(head), *map(_spec_setting, settings_of(kind))]


def _spec_setting(setting: InputSetting) -> str:
    lines = [f"{setting.name} = {setting.value}", *_bullet(plain(setting.help))]
    if setting.more:
        lines += _bullet(plain(setting.more))
    if setting.page:
        lines += _bullet(f"See docs/{setting.page}.md.")
    lines.append(
        "* Required." if setting.is_required else f"* Default: {setting.default or 'none'}"
    )
    return "\n".join(lines)


def _bullet(text: str) -> list[str]:
    return [f"* {line}" for line in textwrap.wrap(text, _WIDTH - 2, break_long_words=False)]


def defaults(_: str) -> str:
    """default/inputs.conf."""
    stanzas = []
    for kind in KINDS:
        lines = [f"[{kind.name}]", f"sourcetype = {kind.sourcetype}", "python.version = python3"]
        lines.append("start_by_shell = false")
        lines += [
            f"{each.name} = {each.default}" for each in settings_of(kind.name) if each.default
        ]
        stanzas.append("\n".join(lines))
    return "\n\n".join(stanzas) + "\n"


def page(text: str) -> str:
    """docs/settings.md: the first kind's table has all its settings, the others' what differs."""
    told: list[InputSetting] = []
    for kind in KINDS:
        new = [each for each in settings_of(kind.name) if each.is_in_form and each not in told]
        rows = [_page_row(each, told, kind.short) for each in new]
        told += new
        head = f"## Input `{kind.name}`\n"
        begin = text.index("| setting |", text.index(head))
        end = text.index("\n\n", begin)
        table = ["| setting | default | description |", "|---|---|---|", *rows]
        text = text[:begin] + "\n".join(table) + text[end:]
    return text


def _page_row(setting: InputSetting, told: list[InputSetting], kind: str) -> str:
    name = f"`{setting.name}`"
    if any(setting.name == each.name for each in told):
        name += f" ({kind})"
    default = f"`{setting.default}`" if setting.default else "none"
    if setting.is_required:
        default = "none, required"
    link = f"See [{setting.page}]({setting.page}.md)." if setting.page else ""
    words = " ".join(part for part in (setting.help, setting.more, link) if part)
    return f"| {name} | {default} | {words} |"


def form(text: str) -> str:
    """globalConfig.json. Raises ValueError if the form has no field for a setting."""
    for kind in KINDS:
        for setting in settings_of(kind.name):
            if setting.is_in_form:
                text = _form_field(text, kind.name, setting)
    return text


def _form_field(text: str, kind: str, setting: InputSetting) -> str:
    service = re.search(rf'"services": \[.*?"name": "{kind}",', text, re.DOTALL)
    field = f'"field": "{setting.name}",'
    if not service or (begin := text.find(field, service.end())) < 0:
        raise ValueError(f"globalConfig.json has no field {setting.name} for {kind}")
    begin += len(field)
    end = text.find('"field": ', begin)
    entity = text[begin:end]
    shown = plain(setting.form_help or setting.help)
    # "Empty: Splunk's default index." says what the default is.
    if setting.default and "Empty:" not in shown:
        shown += f" Default: {setting.default}."
    values = {"label": setting.label}
    if setting.default:
        values["defaultValue"] = setting.default
    for key, value in values.items():
        written = json.dumps(value, ensure_ascii=False)
        entity, found = re.subn(_KEY % key, _replacing(written), entity, count=1)
        if not found:
            raise ValueError(f"Field {setting.name} of {kind} has no {key} in globalConfig.json")
    entity = _with_help(entity, shown)
    required = rf'"required": {str(setting.is_required).lower()}'
    entity = re.sub(r'"required": (?:true|false)', required, entity, count=1)
    return text[:begin] + entity + text[end:]


def _with_help(entity: str, shown: str) -> str:
    """The entity with that help. The links of a help stay: only globalConfig.json has them.

    Raises ValueError if the entity has no help.
    """
    text, found = _HELP.subn(
        lambda match: match[1] + json.dumps(shown + match[2], ensure_ascii=False), entity, count=1
    )
    if not found:
        raise ValueError(f"A field has no help in globalConfig.json: {entity}")
    return text


def _replacing(value: str) -> Callable[[re.Match[str]], str]:
    return lambda match: match[1] + value


def labels(text: str) -> str:
    """bin/ta_akamai_siem/setting_labels.py: the labels of the inputs' form."""
    begin = text.index(_LABELS_OF_INPUTS) + len(_LABELS_OF_INPUTS)
    shown = {each.name: each.label for each in INPUT_SETTINGS if each.is_in_form}
    lines = [f"    {json.dumps(name)}: {json.dumps(label)},\n" for name, label in shown.items()]
    return text[:begin] + "".join(lines) + text[text.index("}\n", begin) :]


MADE: dict[str, Callable[[str], str]] = {
    "README/inputs.conf.spec": spec,
    "bin/ta_akamai_siem/setting_labels.py": labels,
    "default/inputs.conf": defaults,
    "docs/settings.md": page,
    "globalConfig.json": form,
}
"""The generated files: a function for each, from the current content to the new one."""


def differing() -> dict[Path, str]:
    """The files that differ from the table, with their correct content."""
    found = {}
    for name, made in MADE.items():
        path = ROOT / name
        now = path.read_text(encoding="utf-8")
        if (wanted := made(now)) != now:
            found[path] = wanted
    return found


def main() -> None:
    """Write the files that differ from the table."""
    for path, content in differing().items():
        path.write_text(content, encoding="utf-8")
        print("wrote", path.relative_to(ROOT))


if __name__ == "__main__":
    main()
