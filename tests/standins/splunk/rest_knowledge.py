"""REST: saved/eventtypes/NAME. A search macro has no endpoint of its own but configs/conf-macros.

https://docs.splunk.com/Documentation/Splunk/9.4.0/RESTTUT/RESTbasicexamples
https://help.splunk.com/en/splunk-enterprise/rest-api-reference/10.2/knowledge-endpoints
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import atom
from .rest_fault import RestFault, unknown_argument
from .truth import is_true

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request

_CONF = "eventtypes"
_EDITABLE = {"search", "disabled", "description", "priority", "tags"}


def show_event_type(instance: Instance, request: Request, name: str) -> Answer:
    """GET one event type of the caller's app."""
    stanza = instance.layers.stanza(_CONF, request.app, name)
    content = {**stanza.values, "disabled": is_true(stanza.values.get("disabled", "0"))}
    path = request.path("saved", "eventtypes")
    acl = atom.make_acl(stanza.app, "nobody")
    return request.feed(_CONF, path, [atom.Entry(name, path, content, acl)])


def edit_event_type(instance: Instance, request: Request, name: str) -> Answer:
    """POST: `search` and `disabled`, into the app's local layer."""
    instance.layers.stanza(_CONF, request.app, name)
    values = request.arguments()
    # Elsewhere, `search` filters the answer.
    values.update({key: given[-1] for key, given in request.form.items() if key == "search"})
    request.form.pop("search", None)
    unknown = set(values) - _EDITABLE
    if unknown:
        raise unknown_argument(min(unknown))
    if values.get("search") == "":
        raise RestFault(400, "The search of an event type cannot be empty.")
    instance.layers.write(_CONF, request.app, name, values)
    return show_event_type(instance, request, name)
