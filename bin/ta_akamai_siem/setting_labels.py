"""The label of each setting on the forms, for messages: a message names a setting by its label.

A test compares them with globalConfig.json.
"""

from __future__ import annotations

LABELS = {
    # Configuration > Accounts
    "host": "Host",
    "client_token": "Client token",
    "client_secret": "Client secret",
    "access_token": "Access token",
    "ca_bundle": "Additional trusted certificates",
    # Configuration > Proxy
    "proxy_type": "Type",
    "proxy_url": "Host",
    "proxy_port": "Port",
    # Fields that are not stored
    "reset": "Start again from",
    "reset_confirmed": "Start again",
    "connector": "Connector's input",
    # Inputs, written by `make settings`
    "account": "Account",
    "config_ids": "Security configurations",
    "start": "First run starts at",
    "from": "From",
    "to": "To",
    "limit": "Events per page",
    "workers": "Worker processes",
    "max_events_per_second": "Events per second",
    "mask": "Mask",
    "leave_out": "Leave out",
    "drop": "Drop",
    "interval": "Interval",
    "index": "Index",
}


def labelled(setting: str) -> str:
    """The label, and in brackets the name that files use: `Events per page (limit)`."""
    return f"{LABELS[setting]} ({setting})"
