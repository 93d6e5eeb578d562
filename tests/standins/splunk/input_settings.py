"""The merged settings of a stanza of inputs.conf, and the arguments that a caller may set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .index_files import Origin
from .rest_fault import RestFault, missing_arguments, unknown_argument
from .schedule import Schedule

if TYPE_CHECKING:
    from .conf_layers import ConfLayers
    from .index_queue import IndexQueue
    from .scheme import Scheme

ALWAYS = ("host", "index", "interval", "disabled", "source", "sourcetype")
_PLATFORM = frozenset({*ALWAYS, "python.version", "python.required", "start_by_shell", "queue"})


def effective(layers: ConfLayers, app: str, stanza: str) -> dict[str, str]:
    """Merge [default], [<kind>] and [<kind>://<name>] over splunkd's own defaults."""
    kind = stanza.partition("://")[0]
    bare = layers.stanzas("inputs", app, bare=True)
    merged = {
        "interval": "60",
        "disabled": "0",
        "start_by_shell": "true",
        "source": stanza,
        "sourcetype": kind,
        **layers.defaults("inputs", app),
    }
    for name in (kind, stanza):
        if name in bare:
            merged.update(bare[name].values)
    return merged


def origin_of(settings: dict[str, str], server_name: str) -> Origin:
    """Return the metadata of the stanza's events."""
    host = settings["host"]
    if host == "$decideOnStartup":
        host = server_name
    return Origin(host, settings["index"], settings["source"], settings["sourcetype"])


def check_arguments(
    scheme: Scheme,
    arguments: dict[str, str],
    indexes: IndexQueue,
    *,
    creating: bool,
) -> None:
    """Refuse (400) what splunkd refuses before it calls the script."""
    for name in arguments:
        if name not in scheme.arguments and name not in _PLATFORM:
            raise unknown_argument(name)
    required = [
        argument.name
        for argument in scheme.arguments.values()
        if (argument.required_on_create if creating else argument.required_on_edit)
        and argument.name != "name"
    ]
    missing = [name for name in required if not arguments.get(name, "").strip()]
    if missing:
        raise missing_arguments(missing)
    for name, value in arguments.items():
        argument = scheme.arguments.get(name)
        if argument and value:
            _check_type(name, argument.data_type, value)
    index = arguments.get("index")
    if index is not None and not indexes.exists(index):
        raise RestFault(400, f"In handler '{scheme.kind}': The index '{index}' does not exist.")
    if "interval" in arguments:
        try:
            Schedule(arguments["interval"])
        except ValueError as error:
            raise RestFault(400, f"In handler '{scheme.kind}': {error}") from error


def _check_type(name: str, data_type: str, value: str) -> None:
    if data_type == "boolean" and value.lower() not in {"0", "1", "true", "false", "t", "f"}:
        raise RestFault(400, f"Argument '{name}' must be a boolean.")
    if data_type == "number":
        try:
            float(value)
        except ValueError:
            raise RestFault(400, f"Argument '{name}' must be a number.") from None
