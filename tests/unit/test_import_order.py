"""Each module of the package imports only from those above it in the package's docstring."""

from __future__ import annotations

import ast
import re
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "bin" / "ta_akamai_siem"


def reading_order() -> list[str]:
    docstring = ast.get_docstring(ast.parse((PACKAGE / "__init__.py").read_text())) or ""
    return re.findall(r"`([a-z_]+)`", docstring.partition("\n\n`pages`")[0])


def imported(path: Path) -> set[str]:
    """Modules of the package that a file imports at run time or for its types."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            names |= {node.module} if node.module else {alias.name for alias in node.names}
    return names


def test_the_order_names_every_module_once() -> None:
    modules = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")
    assert sorted(reading_order()) == modules


def test_imports_go_upwards() -> None:
    order = reading_order()
    wrong = [
        f"{name} imports {other}"
        for position, name in enumerate(order)
        for other in imported(PACKAGE / f"{name}.py")
        if other not in order[:position]
    ]
    assert wrong == []


def test_the_pages_have_an_order_too() -> None:
    """They may import what is above them in their own docstring, and all of the package."""
    folder = PACKAGE / "pages"
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
    order = re.findall(r"`([a-z_]+)`", docstring.partition("Reading order:")[2])
    assert sorted(order) == sorted(path.stem for path in folder.glob("*.py"))[1:]
    for position, name in enumerate(order):
        assert imported(folder / f"{name}.py") <= set(order[:position]), name
    for path in PACKAGE.glob("*.py"):
        assert "pages" not in imported(path), path
