"""Each module of the package imports only from those above it in the docstrings' reading orders."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BIN = ROOT / "bin"
NAME = "ta_akamai_siem"
PACKAGE = BIN / NAME


def docstring(folder: Path) -> str:
    return ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""


def orders() -> dict[str, list[str]]:
    """The reading order of the package ("") and of each of its folders."""
    top = re.findall(r"(?m)^`([a-z_]+)` ", docstring(PACKAGE))
    found = {"": top}
    for name in top:
        if (PACKAGE / name).is_dir():
            order = docstring(PACKAGE / name).partition("Reading order:")[2]
            found[name] = re.findall(r"`([a-z_]+)`", order)
    return found


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def place(name: str) -> tuple[int, int]:
    """The place of a module, `folder.module` or `module`, in the order of the whole package."""
    room, _, inside = name.partition(".")
    order = orders()
    return order[""].index(room), order[room].index(inside) if inside else 0


def imported(path: Path) -> set[str]:
    """Modules of the package that a file imports, at run time or for its types."""
    folder = path.parent.relative_to(BIN).parts
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if alias.name.startswith(NAME)}
        if not isinstance(node, ast.ImportFrom):
            continue
        base = ".".join(folder[: len(folder) + 1 - node.level]) if node.level else ""
        whole = ".".join(part for part in (base, node.module) if part)
        if whole.split(".")[0] == NAME:
            is_module = (BIN / whole.replace(".", "/")).with_suffix(".py").is_file()
            names |= {whole} if is_module else {f"{whole}.{alias.name}" for alias in node.names}
    return {name[len(NAME) + 1 :] for name in names}


def test_the_orders_name_every_module_once() -> None:
    there = sorted(".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in modules())
    order = orders()
    named = [
        name if not (PACKAGE / name).is_dir() else f"{name}.{inside}"
        for name in order[""]
        for inside in (order[name] if (PACKAGE / name).is_dir() else [""])
    ]
    assert sorted(named) == there
    assert all((path / "__init__.py").is_file() for path in PACKAGE.iterdir() if _is_folder(path))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and path.name != "__pycache__"


def test_imports_go_upwards() -> None:
    wrong = []
    for path in modules():
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        wrong += [
            f"{name} imports {other}" for other in imported(path) if place(other) >= place(name)
        ]
    assert wrong == []


def test_a_folder_has_one_level() -> None:
    """A reader who looks for a file opens one folder."""
    assert [path for path in modules() if len(path.relative_to(PACKAGE).parts) > 2] == []
