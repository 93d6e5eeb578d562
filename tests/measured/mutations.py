"""Deliberate faults in the conf files, like typical mistakes: each must be found.

`python -m tests.measured.mutations` prints the check that finds each first.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT
from tests.product.search.findings import findings


@dataclass(frozen=True)
class Fault:
    """One change of one file: `pattern` is replaced by `replacement` once."""

    title: str
    file: str
    pattern: str
    replacement: str


_PROPS, _TRANSFORMS, _TAGS, _TYPES, _SAVED = (
    f"default/{name}.conf"
    for name in ("props", "transforms", "tags", "eventtypes", "savedsearches")
)
_ACTIONS, _CATEGORIES, _SEVERITIES = (
    f"lookups/akamai_siem_{name}.csv" for name in ("action", "category", "severity")
)
FAULTS = (
    # Loading, and index time.
    Fault("wrong source of an alias", _PROPS, "request_id ASNEW", "requestId ASNEW"),
    Fault("KV_MODE off", _PROPS, "KV_MODE = json", "KV_MODE = none"),
    Fault("unquoted field with a dot", _PROPS, r"EVAL-app = \"akamai\"", "EVAL-app = geo.country"),
    Fault("records cut at 10,000 bytes", _PROPS, r"TRUNCATE = \d+", "TRUNCATE = 10000"),
    Fault("a time format without decimals", _PROPS, r"%s\.%3N", "%s"),
    Fault("a time where none is", _PROPS, r'"httpMessage":\\\{"start":"', '"message":{"start":"'),
    Fault(
        "any object's time",
        _PROPS,
        r"TIME_PREFIX = .*",
        r'TIME_PREFIX = "httpMessage":\{"start":"',
    ),
    # Patterns.
    Fault("a pattern that goes back", _TRANSFORMS, r"\]\*\+\(\?:", "]*(?:"),
    Fault(
        "a limit for short records",
        _TRANSFORMS,
        r"MATCH_LIMIT = 5000000(?=\n\n\[akamai_siem_rule\])",
        "MATCH_LIMIT = 500",
    ),
    Fault(
        "a pattern that ends at an escape",
        _TRANSFORMS,
        r'"\(\?<uri_path>[^|]*\|',
        r'"(?<uri_path>[^"\\]++)[^"]*+"|',
    ),
    Fault("a header's name in one case", _TRANSFORMS, r"\(\?i:Referer\)", "(?:Referer)"),
    Fault(
        "the last header of a name",
        _TRANSFORMS,
        r"\(\?\(<http_user_agent>\)\(\?!\)\|",
        "(?:",
    ),
    Fault("a length that no request has", _TRANSFORMS, r"\{1,10\}", "{1,20}"),
    Fault("any object's request", _TRANSFORMS, r"\\\}\\\}\$", r"\\}"),
    Fault("one rule for the list", _TRANSFORMS, r"\\\}\)\nMV_ADD = true", r"\})\nMV_ADD = false"),
    Fault("a list of every second rule", _TRANSFORMS, r"\|\\G,\)", r"|\G,\{[^}]*+\},)"),
    Fault(
        "the last rule instead of the deciding one",
        _TRANSFORMS,
        r"\(\?!\(\?i:deny(?=[^!]*\(\?<rule_passed>)",
        "(?!(?i:dny",
    ),
    Fault(
        "a bot rule that denied, as if it watched", _TRANSFORMS, r"\(\?!\(\?i:deny", "(?!(?i:dny"
    ),
    Fault("a score of any rule's data", _TRANSFORMS, r'\(\?<=-ANOMALY"\)', '(?<=")'),
    Fault("a port in the host", _TRANSFORMS, r"\(\?<dest>.*?\|\(\?!\"\)", '(?<dest>(?!")'),
    Fault("a zone in the address", _TRANSFORMS, r"\[0-9A-Fa-f:\.\]\+\+", "[0-9A-Fa-f:.%a-z]++"),
    Fault("domain and user in one", _TRANSFORMS, r"\(\?<user_domain>", "(?<user_d>(?!)"),
    Fault("indicators with any name", _TRANSFORMS, r"\(udfp\|[^)]*\)", "([a-z_0-9]++)"),
    Fault("an action that never wins, wins", _TRANSFORMS, r"\(\?<rule_passed>.*?\)\)\?\+", ""),
    # Calculated fields.
    Fault("what people search by, calculated", _PROPS, "EVAL-app", "EVAL-src = src_ip\nEVAL-app"),
    Fault(
        "what people search by, un-escaped",
        _PROPS,
        "EVAL-app",
        "EVAL-user = coalesce(user_decoded,user)\nEVAL-app",
    ),
    Fault("an escape that stays", _PROPS, "EVAL-uri_query = .*", "EVAL-uri_query = uri_query"),
    Fault("a field that the parser can lose", _PROPS, r"coalesce\((?=json_extract)", "if(true(),"),
    Fault("a folded header", _PROPS, r'"\\x0d\?\\x0a\[', r'"\x0d\x0d['),
    Fault(
        "evidence on one line",
        _PROPS,
        "EVAL-signature_data = .*",
        'EVAL-signature_data = replace(coalesce(json_extract("{\\"v\\":\\"".signature_data'
        r'."\"}","v"),signature_data),"\x0d\x0a[\x20\x09]+"," ")',
    ),
    Fault("bytes without those that came in", _PROPS, r"EVAL-bytes = [^+]*\+", "EVAL-bytes = "),
    Fault(
        "a domain in capitals", _PROPS, r"EVAL-url_domain = lower\(dest\)", "EVAL-url_domain = dest"
    ),
    Fault(
        "the strongest action last",
        _PROPS,
        "akamai_siem_action_decided, akamai_siem_action_later_alert, akamai_siem_action_passed",
        "akamai_siem_action_passed, akamai_siem_action_later_alert, akamai_siem_action_decided",
    ),
    Fault(
        "a bot rule that hides an attack",
        _TRANSFORMS,
        r"\(\?\(<attack_tag>\)",
        "(?(<rule_passed>)(?!)|",
    ),
    Fault("an action behind the deciding rule, lost", _PROPS, ", akamai_siem_action_later,", ","),
    Fault("an anomaly in the category", _PROPS, r"\(\?:_ANOMALY\)\?/", "/"),
    # Lookups.
    Fault("missing row of a lookup", _ACTIONS, r"tarpit,blocked\n", ""),
    Fault("no custom deny", _ACTIONS, r"deny_\*,blocked\n", ""),
    Fault("wrong cell of a lookup", "lookups/akamai_siem_country.csv", "DE,Germany", "DE,Greece"),
    Fault("what got through ranks lower", _SEVERITIES, "alert,yes,high", "alert,yes,low"),
    Fault("a customer's tag by its letters", _CATEGORIES, r"\*/CUSTOM/\*,.*\n", ""),
    Fault("a segment by its letters", _CATEGORIES, r"\*/SSI/\*", "*SSI*"),
    Fault("injection before leakage", _CATEGORIES, r"\*/LEAKAGE/\*,.*\n", ""),
    Fault("no geography", _CATEGORIES, r"\*/EDGESCAPE_\*/\*,.*\n", ""),
    Fault("a lookup that tells capitals apart", _TRANSFORMS, "match = false", "match = true"),
    Fault("a lookup without its default", _TRANSFORMS, r"min_matches = 1\n", ""),
    Fault(
        "an exact table with wildcards",
        _TRANSFORMS,
        r"country\.csv\n",
        "country.csv\nmatch_type = WILDCARD(src_country)\n",
    ),
    # Event types, tags, macros, searches.
    Fault("typo in a tag", _TAGS, r"attack = enabled", "atack = enabled"),
    Fault("a tag on the wrong event type", _TAGS, r"akamai_siem_web\]", "akamai_siem]"),
    Fault("an event type that misses", _TYPES, "NOT rule=", "rule="),
    Fault("every bot is an attack", _TYPES, r" OR NOT attack_family IN \([^)]*\)\)", " OR rule=*)"),
    Fault("what is blocked in Web", _TYPES, r"(rule=\*) NOT action=blocked\n", "rule=*\n"),
    Fault("unparsed lines in Web", _TYPES, " NOT record_kind=unparsed", ""),
    Fault("an index macro for everything", "default/macros.conf", "index=main", "index=*"),
    Fault("an alert that is switched on", _SAVED, "disabled = 1", "disabled = 0"),
    Fault("a saved search with a typo", _SAVED, r"\| stats ", "| stat "),
    Fault(
        "a search by what is calculated",
        "default/workflow_actions.conf",
        "fields = src",
        "fields = url",
    ),
)


def found_first(fault: Fault) -> str:
    """The first finding for a copy with the fault; "" if there is none."""
    with tempfile.TemporaryDirectory() as name:
        app = Path(name)
        for folder in ("default", "lookups"):
            shutil.copytree(ROOT / folder, app / folder)
        path = app / fault.file
        # Comments contain the patterns too.
        text = re.sub(r"(?m)^#.*\n", "", path.read_text(encoding="utf-8"))
        changed = re.sub(fault.pattern, lambda _: fault.replacement, text, count=1)
        if changed == text:
            message = f"{fault.title}: {fault.file} has no {fault.pattern}"
            raise LookupError(message)
        path.write_text(changed, encoding="utf-8")
        return next(findings(app), "")


def main() -> int:
    """Print the table."""
    missed = 0
    for fault in FAULTS:
        found = found_first(fault)
        missed += not found
        print(f"{fault.title:45} {found[:110] or 'NOT FOUND'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
