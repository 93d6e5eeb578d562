"""The settings of an input, one row each, for splunkd, the form and the documents.

`--scheme` prints its document from these rows. `make settings` writes from them:
README/inputs.conf.spec, default/inputs.conf, the tables of docs/settings.md, and the texts and
defaults of the form in globalConfig.json, and `setting_labels`. A test fails if one differs.

To add a setting, add a row here, its check to `settings`, and its field to globalConfig.json. Then
run `make settings`.

Texts are for users: full sentences, values in backticks. Needs only the standard library.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from ta_akamai_siem.limits import LATENCY, PAGE_EVENTS_MAX, RETENTION
from ta_akamai_siem.record.masking import KINDS as MASKED
from ta_akamai_siem.settings import (
    INTERVAL_MIN,
    LIMIT_DEFAULT,
    NAMES_INTERVAL_MAX,
    NAMES_INTERVAL_MIN,
    PAGE_SECONDS_MAX,
    RATE_MAX,
    WORKERS_MAX,
)
from ta_akamai_siem.volume.left_out import WORDS as LEFT_OUT

from .names import BACKFILL_KIND, KIND, NAMES_KIND

OF_EVENTS = (KIND, BACKFILL_KIND)
ALL = (*OF_EVENTS, NAMES_KIND)
_HOURS = RETENTION // 3600


class InputSetting(NamedTuple):
    """One setting of one or both kinds of input.

    `value`: its type, in the notation of spec files. `help`: its meaning, shown everywhere.
    `default`: None without one. `is_required`: a stanza must have a value. `bounds`: smallest and
    largest number. `more`: added in documents only. `form_help`: replaces `help` on the form, if
    its field is more than a text box. `page`: a page of docs/ with details. `is_splunks`: splunkd
    knows it without `--scheme`. `is_in_form`: users set it on the form.
    """

    name: str
    label: str
    value: str
    help: str
    kinds: tuple[str, ...] = OF_EVENTS
    default: Optional[str] = None
    is_required: bool = False
    bounds: Optional[tuple[int, int]] = None
    more: str = ""
    form_help: str = ""
    page: str = ""
    is_splunks: bool = False
    is_in_form: bool = True


class Kind(NamedTuple):
    """A kind of input. `title`, `description`: for splunkd. `more`: added in the spec file.
    `short`: for a setting that another kind has too.
    """

    name: str
    title: str
    description: str
    more: str
    short: str = ""
    sourcetype: str = "akamai:siem"


KINDS = (
    Kind(
        KIND,
        "Akamai SIEM",
        "Collects the security events of one or more security configurations from Akamai's SIEM "
        "API.",
        "",
    ),
    Kind(
        BACKFILL_KIND,
        "Akamai SIEM backfill",
        "Collects once the security events that Akamai stored in a period.",
        "It does not change the position of any other input.",
        "backfill",
    ),
    Kind(
        NAMES_KIND,
        "Akamai names",
        "Collects the names of security configurations, policies, rules and APIs from Akamai's "
        "Application Security API, and what Akamai does not send to Splunk.",
        "See docs/names.md.",
        "names",
        "akamai:siem:names",
    ),
)
_INTERVAL = (
    f"Seconds from the end of one run to the start of the next, at least {INTERVAL_MIN}, or a cron "
    "schedule with five fields."
)
INPUT_SETTINGS = (
    InputSetting(
        "account",
        "Account",
        "<string>",
        "Akamai API client: the name of an account from Configuration > Accounts. Its user needs "
        "the role Manage SIEM.",
        is_required=True,
        more="Accounts are the stanzas of ta_akamai_siem_account.conf.",
    ),
    InputSetting(
        "account",
        "Account",
        "<string>",
        "Akamai API client: the name of an account from Configuration > Accounts. Its user needs "
        "read access to Application Security. An account for names only may be necessary, because "
        "the role Manage SIEM is for a user with no other role.",
        kinds=(NAMES_KIND,),
        is_required=True,
        page="names",
    ),
    InputSetting(
        "config_ids",
        "Security configurations",
        "<string>",
        "Ids of security configurations: positive integers separated by semicolons, such as "
        "`14227;20718`. SIEM integration must be on in each of them.",
        is_required=True,
        more="Spaces and commas are accepted too. The order does not matter.",
        form_help="Select an account first, then security configurations by name. SIEM integration "
        "must be on in each of them. If the list is empty, a message explains the "
        "reason. You can always type ids.",
    ),
    InputSetting(
        "config_ids",
        "Security configurations",
        "<string>",
        "Ids of the security configurations whose names are collected: positive integers separated "
        "by semicolons. Empty: all that the account can see.",
        kinds=(NAMES_KIND,),
        form_help="Select an account first, then security configurations by name. Empty: all that "
        "the account can see.",
    ),
    InputSetting(
        "start",
        "First run starts at",
        "now|-<integer>[s|m|h]|connector:<name>",
        "Only for the first run: `now`, or how far back in seconds, minutes or hours, such as "
        f"`-90s`, `-30m` or `-6h`. At most `-{_HOURS}h`, because Akamai retains events for "
        f"{_HOURS} hours. `connector:<name>`: at the position of that input of Akamai's own "
        "connector, which must be disabled.",
        kinds=(KIND,),
        default="now",
        form_help="Only for the first run: now, or how far back it begins. Akamai retains events "
        f"for {_HOURS} hours.",
        more="With connector:<name>, Host of the account and the ids must be those of the "
        "connector's input, which must be on the same host.",
        page="moving",
    ),
    InputSetting(
        "from",
        "From",
        "<epoch seconds>|<ISO 8601>",
        "Start of the range, by the time at which Akamai stored an event: epoch seconds or ISO "
        "8601, such as `2026-01-31T08:00:00Z`. Without a time zone it is UTC. At most "
        f"{_HOURS} hours in the past when you set it, because Akamai retains events for {_HOURS} "
        "hours.",
        kinds=(BACKFILL_KIND,),
        is_required=True,
        more="Fractions of a second are dropped. Events that have expired since you set it are not "
        "collected; the log records them as a gap. The form also takes `now` and a time such as "
        "`-2h`, and saves the moment that it means.",
        form_help="Start of the range, by the time at which Akamai stored an event: how far back, "
        f"such as -2h (at most -{_HOURS}h), or a moment such as 2026-01-31T08:00:00Z, or epoch "
        "seconds. Without a time zone it is UTC. Below To you see the range in your time zone.",
    ),
    InputSetting(
        "to",
        "To",
        "<epoch seconds>|<ISO 8601>",
        "End of the range, in the same format. "
        f"At least {LATENCY} seconds in the past when you set it.",
        form_help="End of the range: now, or in the same format. A relative time counts from the "
        "moment when you save.",
        kinds=(BACKFILL_KIND,),
        is_required=True,
    ),
    InputSetting(
        "limit",
        "Events per page",
        "<integer>",
        f"Largest number of events to request per page, 1 to {PAGE_EVENTS_MAX}.",
        default=str(LIMIT_DEFAULT),
        bounds=(1, PAGE_EVENTS_MAX),
        more="A continuous input requests fewer while pages arrive slowly or are truncated.",
    ),
    InputSetting(
        "workers",
        "Worker processes",
        "auto|<integer>",
        "Processes that decode events while the input catches up. `1`: no additional worker "
        f"processes. `2` to `{WORKERS_MAX}`: that many. `auto`: one less than the host has cores, "
        "at most 4.",
        default="1",
        bounds=(1, WORKERS_MAX),
        page="performance",
    ),
    InputSetting(
        "max_events_per_second",
        "Events per second",
        "<integer>",
        f"Highest number of events to write per second, 1 to {RATE_MAX}. It leaves capacity for "
        "this host's other inputs. Set it higher than your average event rate, or the input never "
        "catches up. Empty: no limit.",
        bounds=(1, RATE_MAX),
        more=f"A page holds at most {PAGE_SECONDS_MAX} seconds' worth of events at this rate.",
    ),
    InputSetting(
        "mask",
        "Mask",
        "<list>",
        "Personal data to replace with `[masked]` before indexing: any of "
        f"{', '.join(f'`{kind}`' for kind in MASKED)}, separated by semicolons. Masking cannot be "
        "undone. Empty: none.",
        form_help="Personal data to replace with [masked] before indexing. Masking cannot be "
        "undone. Empty: none.",
        page="masking",
    ),
    InputSetting(
        "leave_out",
        "Leave out",
        "<list>",
        "Parts of an event that are not indexed: any of "
        f"{', '.join(f'`{word}`' for word in LEFT_OUT)}, and `header:NAME` for headers by name, "
        "separated by semicolons. They cannot be recovered. Empty: none.",
        form_help="Parts of an event that are not indexed. For a header of another name, type "
        "header: and its name, such as header:X-Acme-*. They cannot be recovered. Empty: none.",
        page="volume",
    ),
    InputSetting(
        "drop",
        "Drop",
        "<rules>",
        "Events that are not indexed: one rule per line, such as `action=monitor "
        "tag=AKAMAI/BOT/*`. An event is dropped if all terms of any line match it. Lines end at a "
        "line end or at a semicolon. Dropped events cannot be recovered. Empty: none.",
        more="Requests that Akamai mitigated are dropped only by a line that names their action.",
        page="volume",
    ),
    InputSetting(
        "interval",
        "Interval",
        "<decimal>|<cron schedule>",
        _INTERVAL,
        kinds=(KIND,),
        default="60",
        is_splunks=True,
    ),
    InputSetting(
        "interval",
        "Interval",
        "<decimal>|<cron schedule>",
        f"{_INTERVAL} An interrupted run continues at the next interval.",
        kinds=(BACKFILL_KIND,),
        default="300",
        more="Once the whole range is collected, runs do nothing.",
        is_splunks=True,
    ),
    InputSetting(
        "interval",
        "Interval",
        "<integer>",
        "Seconds from the end of one refresh to the start of the next, "
        f"{NAMES_INTERVAL_MIN} (15 minutes) to {NAMES_INTERVAL_MAX} (a day).",
        kinds=(NAMES_KIND,),
        default="21600",
        bounds=(NAMES_INTERVAL_MIN, NAMES_INTERVAL_MAX),
        more="A cron schedule is not accepted.",
        is_splunks=True,
    ),
    InputSetting(
        "index",
        "Index",
        "<string>",
        "Index that receives the events. The value `default` is Splunk's default index.",
        default="default",
        form_help="Index that receives the events. The list shows the indexes of this host. Type "
        "the name of an index that only the indexers have. Empty: Splunk's default index.",
        is_splunks=True,
    ),
    InputSetting(
        "index",
        "Index",
        "<string>",
        "Index that receives the names. Use the index of the events: searches look for names in "
        "the indexes of the macro `akamai_siem_index`. The value `default` is Splunk's default "
        "index.",
        default="default",
        form_help="Index that receives the names. Use the index of the events: searches look for "
        "names in the indexes under Configuration > Search. Empty: Splunk's default index.",
        kinds=(NAMES_KIND,),
        is_splunks=True,
    ),
    InputSetting(
        "python.required",
        "Python versions",
        "<comma-separated list>",
        "Python versions that the script supports. Splunk uses the highest one that it has.",
        kinds=ALL,
        default="3.9, 3.13",
        is_splunks=True,
        is_in_form=False,
    ),
)


def settings_of(kind: str) -> list[InputSetting]:
    """The rows of a kind of input, in order."""
    return [setting for setting in INPUT_SETTINGS if kind in setting.kinds]


def plain(text: str) -> str:
    """A text without backticks."""
    return text.replace("`", "")
