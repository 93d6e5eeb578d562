"""From a request to the bytes of its answer: permission, tokens, tasks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import operations
from .exports import RETRY_AFTER_S
from .padding import padded
from .rate_limit import ACTIVE_COST, OTHER_COST
from .refusals import denied, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.standins.akamai.pages import Configurations

    from .exports import Task
    from .routes import Route
    from .world import World

_EXPORTS = ("export", "export-begin")
_LARGE = ("export", "export-result")


@dataclass
class Answer:
    """`pieces`: of the body, before compression."""

    status: int
    headers: list[tuple[str, str]]
    pieces: Iterable[bytes]


def answer(world: World, route: Route, configurations: Configurations, now: float) -> Answer:
    """Return the answer; raises Problem. `now`: for the rate limit, epoch seconds."""
    headers = world.rate_limit.take(_cost(world, route, configurations), now)
    if route.operation in world.refused:
        raise denied(route.operation)
    if route.name == "export-begin":
        return _begun(world, route, configurations, headers)
    if route.name == "export-status":
        task = world.exports.asked(route.task, route.config_id, route.version)
        return _whole(200, headers, _told(task))
    if route.name == "export-result":
        world.exports.result(route.task, route.config_id, route.version)
    found = operations.answer(world, route, configurations)
    if route.name in _LARGE:
        return Answer(200, headers, padded(found, world.padding))
    return _whole(200, headers, found)


def _cost(world: World, route: Route, configurations: Configurations) -> int:
    if route.name not in _EXPORTS:
        return 1
    active = world.is_active(route.config_id, route.version, configurations)
    return ACTIVE_COST if active else OTHER_COST


def _begun(
    world: World, route: Route, configurations: Configurations, headers: list[tuple[str, str]]
) -> Answer:
    if not world.exports.offered:
        raise unknown("No such operation")
    world.document(route.config_id, route.version, configurations)
    task = world.exports.begin(route.config_id, route.version)
    return _whole(202, [*headers, ("Retry-After", str(RETRY_AFTER_S))], _told(task))


def _told(task: Task) -> dict[str, object]:
    path = f"/appsec/v1/configs/{task.config_id}/versions/{task.version}/export/{task.number}"
    told: dict[str, object] = {"exportId": str(task.number), "exportStatus": task.status}
    if task.status == "PENDING":
        return {**told, "retryAfter": RETRY_AFTER_S, "statusLink": f"{path}/status"}
    if task.status == "FAILED":
        return {**told, "message": "The export failed"}
    return {**told, "resultLink": f"{path}/result", "expiresDate": "2030-01-01T00:00:00Z"}


def _whole(status: int, headers: list[tuple[str, str]], content: object) -> Answer:
    return Answer(status, headers, [json.dumps(content, ensure_ascii=False).encode()])
