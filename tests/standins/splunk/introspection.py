"""Finds an app's modular inputs and introspects them, as splunkd does at its start."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import conf_file
from .interpreter import InterpreterRefusedError, require_allowed
from .scheme import Scheme, SchemeError, parse_scheme
from .script_call import CallResult, call

if TYPE_CHECKING:
    from pathlib import Path

_SPEC_STANZA = re.compile(r"^\[([A-Za-z0-9_]+)://<name>\]", re.MULTILINE)


@dataclass(frozen=True)
class Interpreter:
    """The Python of the app's scripts."""

    path: str
    version: str
    environment: dict[str, str]
    timeout: float


@dataclass
class Introspection:
    """The result: the usable schemes, and for the others the reason."""

    schemes: dict[str, Scheme] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    stderr: list[str] = field(default_factory=list)


def introspect(app_folder: Path, interpreter: Interpreter) -> Introspection:
    """Run `--scheme` of each input that README/inputs.conf.spec declares."""
    found = Introspection()
    spec = app_folder / "README" / "inputs.conf.spec"
    text = spec.read_text(encoding="utf-8") if spec.is_file() else ""
    defaults = conf_file.read(app_folder / "default" / "inputs.conf")
    for kind in _SPEC_STANZA.findall(text):
        script = app_folder / "bin" / f"{kind}.py"
        try:
            _require_script(script)
            require_allowed(defaults.get(kind, {}), interpreter.version)
            command = [interpreter.path, str(script), "--scheme"]
            result = call(command, b"", interpreter.environment, interpreter.timeout)
            found.stderr += _named(kind, result)
            found.schemes[kind] = _scheme(kind, result)
        except (SchemeError, InterpreterRefusedError) as error:
            found.failures[kind] = f"Introspecting scheme={kind}: {error}"
    return found


def _require_script(script: Path) -> None:
    if not script.is_file():
        raise SchemeError(f"no script {script}")


def _scheme(kind: str, result: CallResult) -> Scheme:
    if result.timed_out or result.exit_code != 0:
        raise SchemeError(f"script running failed ({result.ending()}).")
    return parse_scheme(kind, result.stdout)


def _named(kind: str, result: CallResult) -> list[str]:
    lines = result.stderr.decode("utf-8", "backslashreplace").splitlines()
    return [f"<stderr> Introspecting scheme={kind}:  {line}" for line in lines if line.strip()]
