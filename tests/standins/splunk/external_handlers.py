"""The app's own REST endpoints, from restmap.conf, each with a persistent process."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import atom
from .interpreter import InterpreterRefusedError, require_allowed
from .persistent_process import PersistentProcess
from .rest_fault import RestFault

if TYPE_CHECKING:
    from .instance import Instance
    from .rest_request import Answer, Request

_EXTERNAL = "admin_external:"
_METHODS = {
    "list": ("get",),
    "create": ("post",),
    # Both: the HTTP method is POST, and restmap.conf calls it put.
    "edit": ("post", "put"),
    "remove": ("delete",),
}
_STANDARD = ("output_mode", "count", "offset", "search", "sort_key", "sort_dir", "f")


@dataclass(frozen=True)
class Endpoint:
    """One endpoint of restmap.conf."""

    name: str
    script: str
    actions: frozenset[str]
    capabilities: dict[str, str]


class ExternalHandlers:
    """Finds endpoints and runs their scripts with the `splunk` modules beside them."""

    def __init__(self, instance: Instance) -> None:
        """Serve the app of an instance."""
        self._instance = instance
        self._processes: dict[str, PersistentProcess] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """End their processes. The script of a call may meanwhile call another handler."""
        with self._lock:
            processes = list(self._processes.values())
            self._processes.clear()
        for process in processes:
            process.close()

    def find(self, name: str) -> Endpoint:
        """Return an endpoint that restmap.conf both describes and makes a member; else 404."""
        instance = self._instance
        stanzas = instance.layers.stanzas("restmap", instance.home.app)
        members: set[str] = set()
        capabilities: dict[str, str] = {}
        for title, stanza in stanzas.items():
            if title.startswith("admin:") and stanza.values.get("match", "") == "/":
                listed = {part.strip() for part in stanza.values.get("members", "").split(",")}
                members |= listed
                if name in listed:
                    capabilities = {
                        key.partition(".")[2]: value
                        for key, value in stanza.values.items()
                        if key.startswith("capability.")
                    }
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
        if values.get("handlerpersistentmode") != "true":
            raise RestFault(500, f"Handler of '{name}' is not persistent: not served here.")
        return Endpoint(name, str(script), actions, capabilities)

    def serve(self, request: Request, action: str, name: str, item: str | None) -> Answer:
        """Run the handler for create, list, edit or remove."""
        endpoint = self.find(name)
        if request.app not in {self._instance.home.app, "-"}:
            raise RestFault(404, "Not Found")
        if action not in endpoint.actions:
            raise RestFault(405, f"Method not allowed: '{action}' is no action of '{name}'.")
        for method in _METHODS[action]:
            if method in endpoint.capabilities:
                request.require(endpoint.capabilities[method])
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
        process = self._process(endpoint)
        result = process.call(json.dumps(document).encode(), instance.options.call_timeout)
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

    def _process(self, endpoint: Endpoint) -> PersistentProcess:
        instance = self._instance
        with self._lock:
            if endpoint.script not in self._processes:
                self._processes[endpoint.script] = PersistentProcess(
                    [instance.options.python, endpoint.script],
                    instance.environment,
                    lambda line: instance.log.write(
                        "ERROR", "AdminManagerExternal", f"{endpoint.name}: {line}"
                    ),
                )
            return self._processes[endpoint.script]

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
