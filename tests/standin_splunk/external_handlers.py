"""The app's own REST endpoints: restmap.conf and one process of the app's Python a call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import atom
from .interpreter import InterpreterRefusedError, require_allowed
from .rest_fault import RestFault
from .script_call import call

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request

_EXTERNAL = "admin_external:"
_STANDARD = ("output_mode", "count", "offset", "search", "sort_key", "sort_dir", "f")


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of restmap.conf."""

    name: str
    script: str
    actions: frozenset[str]


class ExternalHandlers:
    """Finds endpoints and runs their scripts with the `splunk` modules beside them."""

    def __init__(self, instance: Instance) -> None:
        """Serve the app of an instance."""
        self._instance = instance

    def find(self, name: str) -> Endpoint:
        """Return an endpoint that restmap.conf both describes and makes a member; else 404."""
        instance = self._instance
        stanzas = instance.layers.stanzas("restmap", instance.home.app)
        members: set[str] = set()
        for title, stanza in stanzas.items():
            if title.startswith("admin:") and stanza.values.get("match", "") == "/":
                members |= {part.strip() for part in stanza.values.get("members", "").split(",")}
        described = stanzas.get(_EXTERNAL + name)
        if described is None or name not in members:
            raise RestFault(404, "Not Found")
        values = described.values
        script = instance.home.app_folder / "bin" / values.get("handlerfile", "")
        if values.get("handlertype") != "python" or not script.is_file():
            raise RestFault(500, f"Could not find the handler of '{name}'.")
        try:
            require_allowed(values, instance.python_version)
        except InterpreterRefusedError as error:
            raise RestFault(500, f"Handler of '{name}': {error}") from error
        actions = frozenset(part.strip() for part in values.get("handleractions", "").split(","))
        return Endpoint(name, str(script), actions)

    def serve(self, request: Request, action: str, name: str, item: str | None) -> Answer:
        """Run the handler for create, list, edit or remove."""
        endpoint = self.find(name)
        if request.app not in {self._instance.home.app, "-"}:
            raise RestFault(404, "Not Found")
        if action not in endpoint.actions:
            raise RestFault(405, f"Method not allowed: '{action}' is no action of '{name}'.")
        arguments = {**request.query, **request.form}
        if action == "create":
            item = (arguments.pop("name", None) or [""])[-1]
            if not item:
                raise RestFault(400, "The following required arguments are missing: name.")
        answer = self._run(
            endpoint,
            request=request,
            action=action,
            item=item,
            arguments=arguments,
        )
        entries = [self._entry(request, name, entry) for entry in answer["entries"]]
        if action == "list" and item and not entries:
            raise RestFault(404, f"Could not find object id={item}")
        status = 201 if action == "create" else 200
        return request.feed(name, request.path(name), entries, status)

    def _run(
        self,
        endpoint: Endpoint,
        *,
        request: Request,
        action: str,
        item: str | None,
        arguments: dict[str, list[str]],
    ) -> dict[str, Any]:
        instance = self._instance
        standard = {key: arguments.pop(key)[-1] for key in _STANDARD if key in arguments}
        document = {
            "action": action,
            "id": item,
            "arguments": arguments,
            "standard": standard,
            "session_key": request.session_key,
            "user": request.user,
            "owner": request.owner,
            "app": instance.home.app,
        }
        command = [instance.options.python, endpoint.script]
        body = json.dumps(document).encode()
        result = call(command, body, instance.environment, instance.options.call_timeout)
        for line in result.stderr.decode("utf-8", "backslashreplace").splitlines():
            instance.log.write("ERROR", "AdminManagerExternal", f"{endpoint.name}: {line}")
        try:
            answer: dict[str, Any] = json.loads(result.stdout)
        except ValueError:
            text = f"Handler of '{endpoint.name}' gave no answer ({result.ending()})."
            raise RestFault(500, text) from None
        if "refused" in answer:
            raise RestFault(answer["refused"]["status"], answer["refused"]["text"])
        if "error" in answer:
            error = answer["error"]
            raise RestFault(
                500,
                f'Unexpected error "{error["class"]}" from python handler: "{error["text"]}". '
                "See splunkd.log/python.log for more details.",
            )
        return answer

    @staticmethod
    def _entry(request: Request, name: str, entry: dict[str, Any]) -> atom.Entry:
        metadata = entry["metadata"]
        acl = metadata.get("eai:acl") or atom.make_acl(request.app, "nobody")
        content = {**entry["content"]}
        for key in ("eai:userName", "eai:appName"):
            if key in metadata:
                content[key] = metadata[key]
        attributes = metadata.get("eai:attributes")
        return atom.Entry(entry["name"], request.path(name), content, acl, attributes)
