"""The data models that the add-on fills: their fields, allowed values, and what Akamai lacks.

They are of the Common Information Model 6.x; field names and allowed values are the models' own.
"""

from __future__ import annotations

from dataclasses import dataclass

_STATUSES = tuple(str(status) for status in range(100, 600))
_SEVERITIES = ("critical", "high", "medium", "low", "informational")


@dataclass(frozen=True)
class Model:
    """`tags`: of its events. `allowed`: values, if the model lists them. `lacking`: fields that
    Akamai's data cannot provide, with the reason.
    """

    name: str
    tags: frozenset[str]
    required: tuple[str, ...]
    recommended: tuple[str, ...]
    allowed: dict[str, tuple[str, ...]]
    lacking: dict[str, str]


MODELS = (
    Model(
        "Intrusion_Detection",
        frozenset({"ids", "attack"}),
        ("action", "category", "dvc", "ids_type", "severity", "signature", "vendor_product"),
        ("src", "dest", "dest_port", "signature_id", "transport", "user"),
        {
            # `unknown`: an action that is in no lookup is shown, not guessed.
            "action": ("allowed", "blocked", "unknown"),
            "ids_type": ("network", "host", "application"),
            "severity": _SEVERITIES,
        },
        {
            "src_port": "Akamai does not send the client's port",
            "file_hash, file_name, file_path": "only sensors on a host have them",
            "severity_id": "Akamai gives no number; severity follows from the action and the score",
            "action, severity where nothing decided": "absent; the model writes unknown",
        },
    ),
    Model(
        "Web",
        frozenset({"web"}),
        (
            "action",
            "bytes",
            "bytes_in",
            "bytes_out",
            "category",
            "dest",
            "dest_port",
            "http_method",
            "http_user_agent",
            "http_user_agent_length",
            "src",
            "status",
            "url",
            "url_domain",
            "vendor_product",
        ),
        (
            "app",
            "cookie",
            "http_content_type",
            "http_referrer",
            "http_referrer_domain",
            "site",
            "uri_path",
            "uri_query",
            "url_length",
            "user",
        ),
        {
            "action": ("allowed", "blocked", "unknown"),
            "status": _STATUSES,
        },
        {
            "cached": "Akamai does not send whether the response came from its cache",
            "duration, response_time": "Akamai sends no time except the start of the request",
            "action if no rule fired and none was applied": "absent; the model writes unknown",
            "http_method beyond the model's eight": "as sent, PATCH for instance",
            "status of a request that ended before an answer": "Akamai gives 0, which is no status;"
            " it is in vendor_status",
        },
    ),
    Model(
        "Alerts",
        frozenset({"alert"}),
        (
            "app",
            "description",
            "dest",
            "id",
            "severity",
            "signature",
            "signature_id",
            "src",
            "type",
        ),
        ("user",),
        {"severity": _SEVERITIES, "type": ("alert",)},
        {"user": "few security events name one"},
    ),
)
SWITCHED_ON = {
    "eventtypes": {
        "akamai_siem_alert": {"disabled": "0"},
        "akamai_siem_rule_web": {"search": "sourcetype=akamai:siem rule=*"},
        "akamai_siem_watched_attack": {"disabled": "0"},
    },
    "props": {"akamai:siem": {"EVAL-type": '"alert"'}},
}
"""The stanza that docs/cim.md adds to `local` so that all three models are filled."""
