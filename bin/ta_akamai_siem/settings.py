"""Checks the settings of an input, its account and its proxy, and makes frozen values of them.

Saving and running use the same function, `read_input`, which reports every problem at once. No
input or output happens here: the callers fetch the strings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Optional

from .errors import SettingsInvalid
from .limits import PAGE_EVENTS_MAX, RETENTION
from .record.selection import EVERYTHING, Selection
from .setting_labels import labelled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .volume.grammar import Line

LIMIT_DEFAULT = 50_000
INTERVAL_MIN = 10
NAMES_INTERVAL_MIN = 15 * 60
NAMES_INTERVAL_MAX = 24 * 3600
"""Seconds. Searches look for names in the last 49 hours."""
WORKERS_MAX = 16
RATE_MAX = 1_000_000
PAGE_SECONDS_MAX = 60
"""Longest time for a page at `max_events_per_second`: the checkpoint moves once per page."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
PROXY_TYPES = ("http", "https", "socks5")

CONNECTOR = "connector:"
"""Begins a `start` that names an input of Akamai's own connector."""

_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(?::[0-9]{1,5})?\Z"
_START = r"-([0-9]{1,6})([smh])\Z"
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_CRON_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_CRON_PART = r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?\Z"


class Account(NamedTuple):
    """One EdgeGrid credential. `ca_bundle`: the path of a PEM file, PEM text, or empty."""

    name: str
    host: str
    client_token: str
    client_secret: str
    access_token: str
    ca_bundle: str = ""

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Account(name={self.name!r}, host={self.host!r}, ca_bundle={self.ca_bundle!r})"


class Proxy(NamedTuple):
    """The proxy of the settings page. `remote_dns`: a SOCKS proxy resolves host names."""

    kind: str
    host: str
    port: int
    username: str = ""
    password: str = ""
    remote_dns: bool = False

    def __repr__(self) -> str:
        """Without the password."""
        return f"Proxy(kind={self.kind!r}, host={self.host!r}, port={self.port!r})"


class Throughput(NamedTuple):
    """How much of this host an input may use.

    `workers`: processes that decode events; 1: no additional ones; None: chosen for the host.
    `rate`: most events per second; None: no limit.
    """

    workers: Optional[int] = 1
    rate: Optional[int] = None


class InputSettings(NamedTuple):
    """A checked stanza of `akamai_siem` with its account and proxy.

    `config_ids`: ascending, without duplicates. `start_back`: seconds before the first run; 0: now.
    `limit`: events per page. `selection`: what of the events is indexed. `connector`: the input of
    Akamai's connector from whose position the first run goes on, or "".
    """

    name: str
    account: Account
    config_ids: tuple[int, ...]
    start_back: int
    limit: int
    proxy: Optional[Proxy]
    throughput: Throughput = Throughput()
    connector: str = ""
    selection: Selection = EVERYTHING


class Problems:
    """Collects the problems, one sentence each, which begins with the setting's label and name."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, setting: str, predicate: str) -> None:
        """`predicate`: the sentence without its subject and its last full stop."""
        self.sentences.append(f"{labelled(setting)} {predicate}")

    def settle(self) -> None:
        """Raise SettingsInvalid if there are problems."""
        if self.sentences:
            raise SettingsInvalid(self.sentences)


def read_input(
    name: str,
    stanza: Mapping[str, str],
    account: Mapping[str, str | None] | None,
    proxy: Mapping[str, str | None],
) -> InputSettings:
    """Check a stanza of `akamai_siem` together with its account and the proxy settings.

    `stanza`: the parameters from splunkd. `account`: the account's stanza with clear secrets, None
    if no account has that name. `proxy`: the stanza `proxy` of the settings page. In both, splunkd
    returns None for an empty setting. Raises SettingsInvalid with every problem.
    """
    problems = Problems()
    check_interval(stanza.get("interval", "").strip(), problems)
    throughput = read_throughput(stanza, problems)
    start = stanza.get("start", "").strip()
    connector = connector_of(start)
    result = InputSettings(
        name=name,
        account=read_account(stanza.get("account", "").strip(), account, problems),
        config_ids=read_config_ids(stanza.get("config_ids", ""), problems),
        start_back=0 if connector else read_start(start, problems),
        limit=read_limit(stanza, throughput, problems),
        proxy=read_proxy(proxy, problems),
        throughput=throughput,
        connector=connector,
        selection=read_selection(stanza, problems),
    )
    problems.settle()
    return result


def read_account(name: str, stanza: Mapping[str, str | None] | None, problems: Problems) -> Account:
    """The account of that name. Adds to `problems`."""
    if not name:
        problems.add("account", "is empty. Select an account from Configuration > Accounts")
        stanza = None
    elif stanza is None:
        problems.add("account", f"is '{name}', which does not exist. See Configuration > Accounts")
    values = {
        key: (stanza.get(key) or "").strip() if stanza is not None else ""
        for key in ("host", "client_token", "client_secret", "access_token", "ca_bundle")
    }
    if stanza is not None:
        for key in ("client_token", "client_secret", "access_token"):
            if not values[key]:
                problems.add(key, f"of account '{name}' is empty")
            elif not values[key].isascii() or any(c.isspace() for c in values[key]):
                problems.add(
                    key, f"of account '{name}' must not contain spaces or non-ASCII characters"
                )
        values["host"] = bare_host(values["host"])
        if not re.match(_HOST, values["host"]):
            problems.add(
                "host",
                f"of account '{name}' must be a host name or address, optionally with a port, "
                f"such as akab-….luna.akamaiapis.net, not '{values['host']}'",
            )
    return Account(name=name, **values)


def bare_host(text: str) -> str:
    """A host as it is signed and sent: without scheme, slash and the port that https implies."""
    without_scheme = re.sub(r"\Ahttps://", "", text.strip(), flags=re.IGNORECASE)
    return re.sub(r":443\Z", "", without_scheme.rstrip("/"))


def read_proxy(stanza: Mapping[str, str | None], problems: Problems) -> Proxy | None:
    """The proxy to use, None if it is turned off. Adds to `problems`."""
    if (stanza.get("proxy_enabled") or "0").strip().lower() not in ("1", "true", "yes"):
        return None
    kind = (stanza.get("proxy_type") or "http").strip().lower()
    if kind not in PROXY_TYPES:
        problems.add("proxy_type", f"must be one of {', '.join(PROXY_TYPES)}, not '{kind}'")
    host = (stanza.get("proxy_url") or "").strip()
    if not re.match(_HOST, host) or re.search(r":[0-9]+\Z", host):
        problems.add("proxy_url", f"must be a host name or address without a port, not '{host}'")
    port = _whole_number((stanza.get("proxy_port") or "").strip(), 1, 65535)
    if port is None:
        problems.add("proxy_port", "must be a whole number from 1 to 65535")
    return Proxy(
        kind=kind,
        host=host,
        port=port or 0,
        username=(stanza.get("proxy_username") or "").strip(),
        password=stanza.get("proxy_password") or "",
        remote_dns=(stanza.get("proxy_rdns") or "0").strip().lower() in ("1", "true", "yes"),
    )


def read_log_level(stanza: Mapping[str, str | None]) -> str:
    """`loglevel` of the stanza `logging`; INFO if it is not one of `LOG_LEVELS`."""
    level = (stanza.get("loglevel") or "INFO").strip().upper()
    return level if level in LOG_LEVELS else "INFO"


def read_config_ids(text: str, problems: Problems) -> tuple[int, ...]:
    """The ids, ascending, without duplicates. Adds to `problems`."""
    items = [item for item in re.split(r"[;,\s]+", text) if item]
    if not items:
        problems.add("config_ids", "is empty. Enter the id of at least one security configuration")
    wrong = [item for item in items if _whole_number(item, 1, 10**12) is None]
    if wrong:
        problems.add(
            "config_ids",
            f"must be positive whole numbers separated by semicolons, not {', '.join(wrong)}",
        )
    return tuple(sorted({int(item) for item in items if item not in wrong}))


def read_start(text: str, problems: Problems, setting: str = "start") -> int:
    """Seconds before now. Adds to `problems`, under the name `setting`."""
    if text in ("", "now"):
        return 0
    seconds = seconds_back(text) or 0
    if not 0 < seconds <= RETENTION:
        problems.add(
            setting,
            f"must be 'now', or from -1s to -12h, such as -90s, -30m or -6h, not '{text}'",
        )
    return seconds


def connector_of(start: str) -> str:
    """The name in `connector:<name>`; "" for any other `start`."""
    prefix, _, name = start.partition(CONNECTOR)
    return "" if prefix else name.strip()


def seconds_back(text: str) -> int | None:
    """Seconds before now: `now` is 0, `-2h` is 7200. None for any other text."""
    if text == "now":
        return 0
    match = re.match(_START, text)
    return int(match[1]) * _SECONDS[match[2]] if match else None


def read_limit(stanza: Mapping[str, str], throughput: Throughput, problems: Problems) -> int:
    """The largest page, in events. Adds to `problems`."""
    limit = _number("limit", "a whole number", stanza, PAGE_EVENTS_MAX, problems)
    return min(limit or LIMIT_DEFAULT, (throughput.rate or PAGE_EVENTS_MAX) * PAGE_SECONDS_MAX)


def read_throughput(stanza: Mapping[str, str], problems: Problems) -> Throughput:
    """`workers` and `max_events_per_second`. Adds to `problems`."""
    rate = _number("max_events_per_second", "a whole number", stanza, RATE_MAX, problems)
    if stanza.get("workers", "").strip() == "auto":
        return Throughput(None, rate)
    workers = _number("workers", "'auto', or a whole number", stanza, WORKERS_MAX, problems)
    return Throughput(workers or 1, rate)


def read_selection(stanza: Mapping[str, str], problems: Problems) -> Selection:
    """`mask`, `leave_out` and `drop`. Adds to `problems`."""
    mask, leave_out, drop = (stanza.get(name) or "" for name in ("mask", "leave_out", "drop"))
    # Most inputs select nothing, and start without the modules that check it.
    return Selection(
        _masked(mask, problems) if mask.strip() else (),
        _left_out(leave_out, problems) if leave_out.strip() else (),
        _dropped(drop, problems) if drop.strip() else (),
    )


def _masked(text: str, problems: Problems) -> tuple[str, ...]:
    from .record.masking import KINDS

    words = [word for word in re.split(r"[;,\s]+", text.lower()) if word]
    wrong = [word for word in words if word not in KINDS]
    if wrong:
        problems.add(
            "mask",
            f"must be empty or any of {', '.join(KINDS)}, separated by semicolons, not "
            f"{', '.join(wrong)}",
        )
    return tuple(kind for kind in KINDS if kind in words)


def _left_out(text: str, problems: Problems) -> tuple[str, ...]:
    from .volume.left_out import WORDS, read_words

    parts, wrong = read_words(text)
    if wrong:
        problems.add(
            "leave_out",
            f"must be empty or any of {', '.join(WORDS)} and header:NAME, separated by "
            f"semicolons, not {', '.join(wrong)}",
        )
    return parts


def _dropped(text: str, problems: Problems) -> tuple[Line, ...]:
    from .volume.grammar import read_lines

    lines, predicates = read_lines(text)
    for predicate in predicates:
        problems.add("drop", predicate)
    return lines


def _number(
    setting: str, kind: str, stanza: Mapping[str, str], most: int, problems: Problems
) -> int | None:
    """A number from 1 to `most`; None if the setting is empty or wrong. Adds to `problems`."""
    text = (stanza.get(setting) or "").strip()
    number = _whole_number(text, 1, most)
    if text and number is None:
        problems.add(setting, f"must be {kind} from 1 to {most}, not '{text}'")
    return number


def check_interval(text: str, problems: Problems) -> None:
    """Adds to `problems`. `text`: seconds, a cron schedule, or empty."""
    if not text or _is_cron(text):
        return
    if not re.match(r"[0-9]{1,9}(?:\.[0-9]+)?\Z", text) or float(text) < INTERVAL_MIN:
        problems.add(
            "interval",
            f"must be at least {INTERVAL_MIN} seconds, or a cron schedule with five fields, "
            f"not '{text}'",
        )


def _is_cron(text: str) -> bool:
    fields = text.split()
    return len(fields) == len(_CRON_BOUNDS) and all(
        _is_cron_part(part, low, high)
        for value, (low, high) in zip(fields, _CRON_BOUNDS)
        for part in value.split(",")
    )


def _is_cron_part(part: str, low: int, high: int) -> bool:
    match = re.match(_CRON_PART, part)
    if not match:
        return False
    first, last, step = match.groups()
    numbers = [int(number) for number in (first, last) if number is not None]
    return (
        all(low <= number <= high for number in numbers)
        and numbers == sorted(numbers)
        and (step is None or int(step) > 0)
    )


def _whole_number(text: str, low: int, high: int) -> int | None:
    """The number in `text`, ASCII digits only; None unless it is from low to high."""
    if not re.match(r"[0-9]{1,15}\Z", text) or not low <= int(text) <= high:
        return None
    return int(text)
