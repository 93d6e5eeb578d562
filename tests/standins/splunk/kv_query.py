"""The KV store's queries: a part of MongoDB's query language, on JSON documents."""

from __future__ import annotations

import re
from typing import Any

from .rest_fault import RestFault

_MISSING = object()


def _get(document: dict[str, Any], path: str) -> object:
    value: Any = document
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return _MISSING
        value = value[part]
    return value


def _comparable(left: object, right: object) -> bool:
    numbers = (int, float)
    if isinstance(left, numbers) and isinstance(right, numbers):
        return True
    return isinstance(left, str) and isinstance(right, str)


def _holds(operator: str, value: Any, wanted: Any) -> bool:
    if operator == "$ne":
        return bool(value != wanted)
    if operator == "$exists":
        return (value is not _MISSING) == bool(wanted)
    if operator == "$in":
        return value in wanted
    if operator == "$regex":
        return isinstance(value, str) and re.search(wanted, value) is not None
    if operator not in {"$gt", "$gte", "$lt", "$lte"}:
        raise RestFault(400, f"Invalid query: unknown operator: {operator}")
    if not _comparable(value, wanted):
        return False
    order = {"$gt": value > wanted, "$gte": value >= wanted, "$lt": value < wanted}
    return bool(order.get(operator, value <= wanted))


def matches(document: dict[str, Any], query: dict[str, Any]) -> bool:
    """Whether a document matches a query; 400 for an unknown operator."""
    for key, wanted in query.items():
        if key in {"$and", "$or"}:
            results = [matches(document, part) for part in wanted]
            if not (all(results) if key == "$and" else any(results)):
                return False
        elif key.startswith("$"):
            raise RestFault(400, f"Invalid query: unknown top level operator: {key}")
        elif isinstance(wanted, dict) and any(name.startswith("$") for name in wanted):
            value = _get(document, key)
            if not all(_holds(name, value, operand) for name, operand in wanted.items()):
                return False
        elif _get(document, key) != wanted:
            return False
    return True


def sort_documents(documents: list[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """Sort by `field[:1|-1]`, several separated by commas. Missing fields come first."""
    for part in reversed([one for one in sort.split(",") if one]):
        name, _, direction = part.partition(":")

        def key(document: dict[str, Any], name: str = name) -> tuple[int, float, str]:
            value = _get(document, name)
            if isinstance(value, (int, float)):
                return (1, float(value), "")
            return (0, 0.0, "") if value is _MISSING else (2, 0.0, str(value))

        documents = sorted(documents, key=key, reverse=direction == "-1")
    return documents


def project(document: dict[str, Any], fields: str) -> dict[str, Any]:
    """Keep (`a,b`) or remove (`a:0`) fields. `_key` stays unless it is removed by name."""
    chosen = {name: flag != "0" for name, _, flag in (f.partition(":") for f in fields.split(","))}
    if not any(chosen.values()):
        return {key: value for key, value in document.items() if key not in chosen}
    wanted = {name for name, keep in chosen.items() if keep} | {"_key"}
    return {key: value for key, value in document.items() if key in wanted}
