"""The one call of the Application Security API that is served: the list of configurations.

`GET /appsec/v1/configs` answers `{"configurations": [{"id", "name", ...}]}` to a client with that
permission, and the gateway's refusal to others.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .problems import Problem

if TYPE_CHECKING:
    from .pages import Configurations

PATH = "/appsec/v1/configs"
_DENIED = "https://problems.luna.akamaiapis.net/-/pep-authz/deny"


def listed(configurations: Configurations) -> bytes:
    """Return the JSON text; raises Problem if the client lacks the permission."""
    if not configurations.listable:
        title = "Unauthorized access"
        detail = "The client does not have the grant needed for the request"
        raise Problem(403, _DENIED, title, detail, "may not list configurations")
    found = [
        {
            "id": config_id,
            "name": configurations.names.get(config_id, f"Configuration {config_id}"),
            "latestVersion": 7,
            "productionVersion": 6,
            "stagingVersion": 7,
            "targetProduct": "KSD",
        }
        for config_id in sorted(configurations.known)
    ]
    return json.dumps({"configurations": found}).encode()
