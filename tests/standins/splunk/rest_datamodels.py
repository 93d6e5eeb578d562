"""REST: datamodel/model/NAME. `acceleration` is a JSON object as text, in answers and in requests.

https://docs.splunk.com/Documentation/Splunk/latest/RESTREF/RESTknowledge
https://docs.splunk.com/Documentation/Splunk/latest/Admin/Datamodelsconf
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import atom
from .rest_fault import RestFault, not_found, unknown_argument
from .truth import is_true

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request

_CONF = "datamodels"
_EDITABLE = {"acceleration", "description", "provisional"}
_OF_ACCELERATION = {"enabled", "earliest_time", "backfill_time", "max_time", "cron_schedule"}


def show_model(instance: Instance, request: Request, name: str) -> Answer:
    """GET one model of the caller's app: its definition, and how it is accelerated."""
    folder = instance.layers.app_folder(request.app) / "default" / "data" / "models"
    path = folder / f"{name}.json"
    if not path.is_file():
        raise not_found("datamodel", name)
    stanzas = instance.layers.stanzas(_CONF, request.app)
    stored = stanzas[name].values if name in stanzas else {}
    acceleration = {
        "enabled": is_true(stored.get("acceleration", "0")),
        "earliest_time": stored.get("acceleration.earliest_time", ""),
    }
    content = {
        "eai:data": path.read_text(encoding="utf-8"),
        "acceleration": json.dumps(acceleration),
    }
    place = request.path("datamodel", "model")
    entry = atom.Entry(name, place, content, atom.make_acl(request.app, "nobody"))
    return request.feed(_CONF, place, [entry])


def edit_model(instance: Instance, request: Request, name: str) -> Answer:
    """POST: its acceleration, into the app's local layer."""
    request.require("accelerate_datamodel")
    show_model(instance, request, name)
    values = request.arguments()
    unknown = set(values) - _EDITABLE
    if unknown:
        raise unknown_argument(min(unknown))
    try:
        wanted = json.loads(values["acceleration"])
        enabled = wanted["enabled"]
    except (KeyError, TypeError, ValueError):
        raise RestFault(400, "The acceleration of a data model must be a JSON object.") from None
    unknown = set(wanted) - _OF_ACCELERATION
    if unknown:
        raise unknown_argument(min(unknown))
    if not isinstance(enabled, bool):
        raise RestFault(400, "enabled of an acceleration must be true or false.")
    if enabled and not wanted.get("earliest_time"):
        raise RestFault(400, "An accelerated data model needs a summary range.")
    stored = {"acceleration": str(enabled).lower()}
    stored |= {f"acceleration.{key}": str(wanted[key]) for key in set(wanted) - {"enabled"}}
    instance.layers.write(_CONF, request.app, name, stored)
    return show_model(instance, request, name)
