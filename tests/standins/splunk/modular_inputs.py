"""The modular inputs of the app: create, edit, validate, enable, disable, delete, run."""

from __future__ import annotations

import shlex
import threading
from typing import TYPE_CHECKING, Callable

from .input_process import Launch
from .input_settings import check_arguments, effective, origin_of
from .input_stanza import InputStanza
from .interpreter import InterpreterRefusedError, require_allowed
from .introspection import Interpreter, Introspection, introspect
from .rest_fault import RestFault, missing_arguments, not_found
from .schedule import Schedule
from .script_call import call
from .script_documents import Caller, refusal_message, run_document, validation_document
from .truth import is_true

if TYPE_CHECKING:
    from .event_stream import Event
    from .instance import Instance
    from .scheme import Scheme

SHELL = "/bin/sh"
"""How splunkd starts a script on a *nix system, unless `start_by_shell = false`."""


class ModularInputs:
    """All stanzas of all schemes. Thread-safe."""

    def __init__(self, instance: Instance) -> None:
        """Keep the instance; `start` starts the inputs."""
        self._instance = instance
        self._stanzas: dict[str, InputStanza] = {}
        self._lock = threading.RLock()
        self._found = Introspection()

    @property
    def _interpreter(self) -> Interpreter:
        options = self._instance.options
        return Interpreter(
            options.python,
            self._instance.python_version,
            self._instance.environment,
            options.call_timeout,
        )

    def start(self) -> None:
        """Introspect the schemes, report unusable ones, and start the enabled stanzas."""
        instance = self._instance
        self._found = introspect(instance.home.app_folder, self._interpreter)
        for line in self._found.stderr:
            instance.log.write("ERROR", "ModularInputs", line)
        for kind, reason in self._found.failures.items():
            text = (
                f'Unable to initialize modular input "{kind}" defined in the app '
                f'"{instance.home.app}": {reason}.'
            )
            instance.log.write("ERROR", "ModularInputs", text)
            instance.bulletin.add(f"modular_input_{kind}", text)
        for kind in self._found.schemes:
            (instance.home.checkpoints / kind).mkdir(parents=True, exist_ok=True)
        self.reload()

    def failures(self) -> dict[str, str]:
        """Return the schemes that could not be introspected, with the reason."""
        return dict(self._found.failures)

    def kinds(self) -> list[str]:
        """Return the usable schemes."""
        return sorted(self._found.schemes)

    def scheme(self, kind: str) -> Scheme:
        """Return a scheme; 404 if there is none."""
        if kind not in self._found.schemes:
            raise RestFault(404, f"Not Found: no modular input '{kind}'")
        return self._found.schemes[kind]

    def reload(self) -> None:
        """Read inputs.conf again: start newly enabled stanzas, stop disabled or removed ones."""
        names = [name for kind in self.kinds() for name in self.names(kind)]
        with self._lock:
            for gone in set(self._stanzas) - set(names):
                self._stanzas.pop(gone).close(self._instance.options.grace)
            for name in names:
                self._apply(name, restart=False)

    def names(self, kind: str) -> list[str]:
        """Return the stanzas of a scheme."""
        found = self._instance.layers.stanzas("inputs", self._instance.home.app)
        return [name for name in found if name.startswith(f"{kind}://")]

    def settings(self, stanza: str) -> dict[str, str]:
        """Return a stanza's effective settings; 404 if there is none."""
        kind, _, name = stanza.partition("://")
        if stanza not in self.names(kind):
            raise not_found(kind, name)
        return effective(self._instance.layers, self._instance.home.app, stanza)

    def create(self, kind: str, arguments: dict[str, str], session_key: str) -> str:
        """Create a stanza from REST arguments and return its name."""
        scheme = self.scheme(kind)
        values = dict(arguments)
        name = values.pop("name", "").strip()
        if not name:
            raise missing_arguments(["name"])
        check_arguments(scheme, values, self._instance.indexes, creating=True)
        stanza = f"{kind}://{name}"
        if stanza in self.names(kind):
            raise RestFault(409, f"An object with name={name} already exists")
        self._validate(scheme, stanza, values, session_key)
        self._instance.layers.write("inputs", self._instance.home.app, stanza, values)
        self._apply(stanza, restart=True)
        return stanza

    def edit(self, kind: str, name: str, arguments: dict[str, str], session_key: str) -> str:
        """Change a stanza. An enabled one is restarted."""
        scheme = self.scheme(kind)
        stanza = f"{kind}://{name}"
        self.settings(stanza)
        check_arguments(scheme, arguments, self._instance.indexes, creating=False)
        self._validate(scheme, stanza, arguments, session_key)
        self._instance.layers.write("inputs", self._instance.home.app, stanza, arguments)
        self._apply(stanza, restart=True)
        return stanza

    def switch(self, kind: str, name: str, *, disabled: bool) -> str:
        """Enable or disable a stanza, without validation."""
        self.scheme(kind)
        stanza = f"{kind}://{name}"
        self.settings(stanza)
        values = {"disabled": "1" if disabled else "0"}
        self._instance.layers.write("inputs", self._instance.home.app, stanza, values)
        self._apply(stanza, restart=False)
        return stanza

    def delete(self, kind: str, name: str) -> None:
        """Stop a stanza and remove it."""
        self.scheme(kind)
        stanza = f"{kind}://{name}"
        self.settings(stanza)
        self._instance.layers.remove("inputs", self._instance.home.app, stanza)
        with self._lock:
            runner = self._stanzas.pop(stanza, None)
        if runner is not None:
            runner.close(self._instance.options.grace)

    def runner(self, stanza: str) -> InputStanza:
        """Return the runner of a stanza; 404 if there is no such stanza."""
        with self._lock:
            if stanza not in self._stanzas:
                raise not_found("inputs", stanza)
            return self._stanzas[stanza]

    def runners(self) -> list[InputStanza]:
        """Return all runners."""
        with self._lock:
            return list(self._stanzas.values())

    def close(self) -> None:
        """Stop all stanzas at the same time."""
        runners = self.runners()
        grace = self._instance.options.grace
        threads = [threading.Thread(target=one.close, args=(grace,)) for one in runners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with self._lock:
            self._stanzas.clear()

    def _apply(self, stanza: str, *, restart: bool) -> None:
        """Start, stop or restart a stanza's runner as its settings require."""
        settings = self.settings(stanza)
        with self._lock:
            if stanza not in self._stanzas:
                self._stanzas[stanza] = InputStanza(
                    stanza,
                    self._prepare,
                    self._stderr,
                    self._instance.gate,
                )
            runner = self._stanzas[stanza]
        wanted = not is_true(settings["disabled"]) and not self._instance.options.manual
        if restart or not wanted:
            runner.stop(self._instance.options.grace)
        if wanted and (restart or not runner.enabled):
            try:
                runner.enable(settings["interval"])
            except ValueError as error:
                self._instance.log.write("ERROR", "ModularInputs", f"{stanza}: {error}")

    def _command(self, kind: str, *more: str) -> list[str]:
        script = self._instance.home.app_folder / "bin" / f"{kind}.py"
        return [self._instance.options.python, str(script), *more]

    def _started(self, kind: str, by_shell: str) -> list[str]:
        """Return the command according to `start_by_shell`.

        Some shells replace themselves by the script. This one always stays.
        """
        command = self._command(kind)
        if not is_true(by_shell):
            return command
        return [SHELL, "-c", f"{shlex.join(command)}; exit $?"]

    def _caller(self, kind: str, session_key: str) -> Caller:
        return Caller(
            self._instance.options.server_name,
            self._instance.management,
            session_key,
            str(self._instance.home.checkpoints / kind),
        )

    def _stderr(self, stanza: str, line: str) -> None:
        kind = stanza.partition("://")[0]
        self._instance.log.script_line(" ".join(self._command(kind)), line)

    def _prepare(
        self,
        stanza: str,
        ordered: bool,
    ) -> tuple[Launch, Callable[[list[Event]], None]]:
        kind = stanza.partition("://")[0]
        settings = self.settings(stanza)
        try:
            require_allowed(settings, self._instance.python_version)
        except InterpreterRefusedError as error:
            raise RestFault(500, f"{stanza}: {error}") from error
        if ordered:
            settings["disabled"] = "0"
        key = self._instance.sessions.issue("splunk-system-user").key
        document = run_document(self._caller(kind, key), stanza, self._instance.home.app, settings)
        launch = Launch(
            stanza,
            self._started(kind, settings["start_by_shell"]),
            document,
            self._instance.environment,
            self._instance.options.strict_contract,
            self._instance.home.run,
        )
        origin = origin_of(settings, self._instance.options.server_name)
        return launch, lambda events: self._instance.indexes.add(origin, events)

    def _validate(
        self,
        scheme: Scheme,
        stanza: str,
        arguments: dict[str, str],
        session_key: str,
    ) -> None:
        if not scheme.external_validation:
            return
        kind, _, name = stanza.partition("://")
        instance = self._instance
        settings = {**effective(instance.layers, instance.home.app, stanza), **arguments}
        Schedule(settings["interval"])
        document = validation_document(self._caller(kind, session_key), name, settings)
        command = self._command(kind, "--validate-arguments")
        result = call(command, document, instance.environment, instance.options.call_timeout)
        prefix = f"Argument validation for scheme={kind}: "
        for line in result.stderr.decode("utf-8", "backslashreplace").splitlines():
            instance.log.write("ERROR", "ModularInputs", f"<stderr> {prefix} {line}")
        if result.timed_out:
            spent = int(instance.options.call_timeout * 1000)
            text = f"killing process, because executing it took too long (over {spent} msecs)."
            instance.log.write("ERROR", "ModularInputs", prefix + text)
        if result.exit_code != 0:
            refusal = None if result.timed_out else refusal_message(result.stdout)
            failed = f"{prefix}script running failed ({result.ending()})."
            instance.log.write("ERROR", "ModularInputs", refusal or failed)
            raise RestFault(400, refusal or failed)
