"""Settings of the stand-in's behaviour, given at the start or through the control port."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

CHOICES: dict[str, tuple[object, ...]] = {
    "from_too_old": (400, 200),
    "foreign_ids_status": (400, 416),
    "to_bound": ("exclusive", "inclusive"),
    "offset_after_to": ("now", "to"),
    "offset_after_from": ("withheld", "now"),
    "page_stop": ("over", "under"),
    "token_form": ("new", "old"),
}


@dataclass
class Settings:
    """Behaviour that can change while the stand-in runs. Times are seconds.

    If the documentation leaves a question open, the default is the answer that is harder for a
    client.
    """

    latency_s: float = 5.0
    retention_s: float = 12 * 3600.0
    timestamp_tolerance_s: float = 30.0
    idle_timeout_s: float = 60.0
    page_events: int = 0
    """Number of events of a page, whatever ``limit`` is; 0: ``limit`` decides."""
    page_stop: str = "over"
    """Whether the bucket that reaches the limit still belongs to the page."""
    from_too_old: int = 400
    foreign_ids_status: int = 400
    """Status of a response to an offset that was issued for other configuration ids."""
    to_bound: str = "exclusive"
    offset_after_to: str = "now"
    """Position of the offset of a page that was requested with ``to``."""
    offset_after_from: str = "withheld"
    """Position of the offset of a drained page that was requested with ``from`` alone: ``withheld``
    continues with the seconds of latency, ``now`` skips them.
    """
    token_form: str = "new"
    """``new`` tokens contain a semicolon, ``old`` ones are 32 hexadecimal digits."""
    reorder_replays: bool = False
    """A page that is requested again has the same events in another order."""

    def change(self, changes: dict[str, object]) -> None:
        """Apply ``changes``. If one is invalid, raises ValueError with its name and applies
        none.
        """
        known = {field.name for field in fields(self)}
        checked: dict[str, object] = {}
        for name, value in changes.items():
            if name not in known:
                message = f"no setting is called {name}"
                raise ValueError(message)
            checked[name] = self._checked(name, value)
        for name, value in checked.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, object]:
        """Return every setting by name."""
        return asdict(self)

    def _checked(self, name: str, value: object) -> object:
        if name in CHOICES and value not in CHOICES[name]:
            message = f"{name} is one of {CHOICES[name]}, not {value!r}"
            raise ValueError(message)
        kind = type(getattr(self, name))
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or (isinstance(value, (int, float)) and value < 0):
            message = f"{name} takes a {kind.__name__} that is not negative, not {value!r}"
            raise ValueError(message)
        return value
