"""Shorten the licences of the page bundle to one copy of each text.

ucc-gen writes ``licenses.txt`` with the full text for each of 225 packages, although most texts are
repeated. The licences require their text and copyright lines in copies, but not one text per
package. No package, copyright line or text is omitted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LICENCES = "appserver/static/js/build/licenses.txt"
_BETWEEN = "\n---\n\n"
_BEFORE_TEXT = "\nLicense Text:\n===\n"
_WANTED = ("Name", "Version", "License")
_HEAD = """\
Packages in the scripts of the setup pages, with their licences.
"Text" is the number of a licence text further down. Packages with the same text share it.
"""


def give_each_text_once(app: Path) -> None:
    """Rewrite the page bundle's ``licenses.txt``."""
    path = app / LICENCES
    path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")


def rewritten(text: str) -> str:
    """Return the packages with a number each, then the numbered texts.

    Texts that differ only in white space count as equal; the first is kept.
    """
    numbers: dict[str, int] = {}
    texts: list[str] = []
    packages: list[str] = []
    for part in text.split(_BETWEEN):
        head, found, licence = part.partition(_BEFORE_TEXT)
        names = [line.partition(": ")[0] for line in head.splitlines()]
        if not all(name in names for name in _WANTED):
            message = f"licenses.txt: ucc-gen has changed, see {__file__}: {head[:200]}"
            raise SystemExit(message)
        number = "none published"
        if found and licence.split():
            key = " ".join(licence.split())
            if key not in numbers:
                numbers[key] = len(texts) + 1
                texts.append(licence.strip("\n"))
            number = str(numbers[key])
        packages.append(f"{head.strip()}\nText: {number}\n")
    numbered = [f"---- Text {number} ----\n\n{text}\n" for number, text in enumerate(texts, 1)]
    return "\n".join([_HEAD, *packages, *numbered])
