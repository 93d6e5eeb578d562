"""Coverage: what Akamai does not send, from the events of the input akamai_siem_names."""

from __future__ import annotations

from filters import named
from studio import Base, Panel, Row, View, link_to_search, link_to_view, row, text, time_range

MONTH = "-30d@d,now"
_CONFIG = "config_id=$config|s$"
_ENDS = 'kind="snapshot_end"'
_OF_CONFIG = link_to_search(
    "`akamai_siem_names`", "what is known of the configuration", config_id=row("_config")
)
_POLICY = link_to_view("overview", "Overview of the policy", policy=row("_policy"))
_DAY = '"%Y-%m-%d %H:%M"'
SPOTS = (
    f'eval spot=if(kind="blind_spot",name,null()), ended=if({_ENDS},_time,null()), '
    f"spots_told=if({_ENDS},coalesce('counts.blind_spot',\"0\"),null()) "
    "| stats values(spot) AS spots dc(spot) AS spots_seen max(ended) AS at "
    "first(spots_told) AS spots_told BY source config_id snapshot "
    "| where isnotnull(at) AND spots_seen=tonumber(spots_told) "
    '| eval left_out=coalesce(mvjoin(spots,"; "),"nothing")'
)
"""Of blind spots and closing records: a row for each snapshot whose spots are all there."""
_HINT = (
    "No names are indexed. Add an input Akamai names, or check that your role may search its index "
    "and that the macro akamai_siem_index names it"
)

VIEW = View(
    name="coverage",
    label="Coverage",
    question="What does Akamai not send to Splunk at all? From an input Akamai names",
    inputs={
        "input_time": time_range(MONTH),
        "input_config": text("Configuration (id)", "config"),
    },
    bases=(
        Base(
            "newest",
            f"`akamai_siem_newest_names` | search {_CONFIG} OR config_id=0 "
            "| fields config_id kind about id name enabled ja4 in_siem has_match_target status "
            "network version activated_by activated_at note",
            earliest="-49h",
        ),
        Base(
            "history",
            f"`akamai_siem_names` (kind=blind_spot OR kind=snapshot_end) {_CONFIG} NOT config_id=0 "
            f"| {SPOTS}",
        ),
        Base(
            "refreshes",
            "`akamai_siem_names` (kind=unchanged OR kind=snapshot_end) "
            "| stats max(_time) AS last latest(missing_hint) AS missing BY source",
            earliest="-49h",
        ),
    ),
    rows=(
        Row(
            110,
            (
                Panel(
                    "configurations",
                    "number",
                    "Configurations",
                    "Security configurations that are known",
                    "newest",
                    "search kind=snapshot_end NOT config_id=0 "
                    "| stats dc(config_id) AS configurations",
                    width=300,
                    link=link_to_search(
                        "`akamai_siem_names` kind=snapshot_end", "the snapshots of each"
                    ),
                ),
                Panel(
                    "spots",
                    "number",
                    "Blind spots",
                    "What Akamai does not send",
                    "newest",
                    "search kind=blind_spot | stats count AS spots",
                    width=300,
                    link=link_to_search("`akamai_siem_names` kind=blind_spot", "the blind spots"),
                ),
                Panel(
                    "left_out",
                    "number",
                    "Policies not sent",
                    "Left out, or without a match target",
                    "newest",
                    "search kind=policy (in_siem=false OR has_match_target=false) "
                    "| stats count AS policies",
                    width=300,
                    link=link_to_search(
                        "`akamai_siem_names` kind=policy (in_siem=false OR has_match_target=false)",
                        "these policies",
                    ),
                ),
                Panel(
                    "uncovered",
                    "number",
                    "Hosts not covered",
                    "By any security configuration",
                    "newest",
                    "search kind=uncovered_host status=not_covered | stats dc(id) AS hosts",
                    width=300,
                    link=link_to_search("`akamai_siem_names` kind=uncovered_host", "these hosts"),
                ),
            ),
        ),
        Row(
            340,
            (
                Panel(
                    "sent",
                    "table",
                    "Configurations",
                    "What Akamai leaves out of each, and who changed it last. Click: all that is "
                    "known of it",
                    "newest",
                    "search NOT config_id=0 "
                    '| eval id=coalesce(id,"-") | dedup config_id about id '
                    '| eval siem=case(kind="siem" AND enabled="true","on",kind="siem","OFF"), '
                    'ja4=case(kind="siem" AND ja4="true","on",kind="siem","off"), '
                    'spot=if(kind="blind_spot",name,null()), '
                    f"live=if({_ENDS},version,null()), network=if({_ENDS},network,null()), "
                    'at=if(kind="activation",tonumber(activated_at),null()) '
                    "| eventstats max(at) AS last BY config_id "
                    "| eval who=if(at=last,activated_by,null()), note=if(at=last,note,null()) "
                    "| stats first(siem) AS siem first(ja4) AS ja4 values(spot) AS spots "
                    "first(live) AS version first(network) AS network max(last) AS last "
                    "first(who) AS who first(note) AS note BY config_id "
                    f'| eval last=strftime(last,{_DAY}), left_out=coalesce(mvjoin(spots,"; "),'
                    f'"nothing") | {named("config")} | sort 200 config_id '
                    "| table config_id version network siem ja4 left_out last who note _config "
                    '| rename config_id AS Configuration, version AS "Version in use", network AS '
                    'Network, siem AS SIEM, ja4 AS "JA4 sent", left_out AS "Akamai leaves out", '
                    'last AS "Last activation", who AS By, note AS Note',
                    link=_OF_CONFIG,
                ),
            ),
        ),
        Row(
            320,
            (
                Panel(
                    "policies",
                    "table",
                    "Policies",
                    "Those that send nothing first. Click: Overview of the policy",
                    "newest",
                    "search kind=policy | dedup config_id id "
                    '| eval sent=if(in_siem="false" OR has_match_target="false","no","yes"), '
                    'why=case(in_siem="false","left out of the SIEM integration",'
                    'has_match_target="false","no match target",true(),""), _policy=id '
                    f"| {named('config')} | sort 500 sent config_id name "
                    "| table config_id name id sent why _policy | rename config_id AS "
                    "Configuration, name AS Policy, id AS Id, sent AS Sent, why AS Why",
                    width=700,
                    link=_POLICY,
                ),
                Panel(
                    "hosts",
                    "table",
                    "Hosts without protection",
                    "Not covered, or without a match target. Click: Investigation",
                    "newest",
                    "search kind=uncovered_host | dedup id "
                    '| eval why=if(status="not_covered","not covered","no match target") '
                    "| sort 500 id | table id why | rename id AS Host, why AS Why",
                    width=500,
                    link=link_to_view(
                        "investigation", "Investigation", kind="dest", value=row("Host")
                    ),
                ),
            ),
        ),
        Row(
            320,
            (
                Panel(
                    "activations",
                    "table",
                    "Activations",
                    "Who activated which version, when and why; the newest 100. Click: the "
                    "configuration",
                    "newest",
                    "search kind=activation | dedup config_id id "
                    "| eval at=tonumber(activated_at) | sort 100 -at "
                    f"| eval at=strftime(at,{_DAY}) | {named('config')} "
                    "| table at config_id version network activated_by note _config "
                    "| rename at AS Time, config_id AS Configuration, version AS Version, "
                    "network AS Network, activated_by AS By, note AS Note",
                    width=613,
                    link=_OF_CONFIG,
                ),
                Panel(
                    "changes",
                    "table",
                    "What was left out, and when",
                    "Within the time range. Click: the configuration",
                    "history",
                    "stats min(at) AS first max(at) AS last BY config_id left_out "
                    f"| sort 200 -first | eval first=strftime(first,{_DAY}), "
                    f"last=strftime(last,{_DAY}) | {named('config')} "
                    "| table config_id left_out first last _config "
                    '| rename config_id AS Configuration, left_out AS "Akamai leaves out", '
                    'first AS "First seen", last AS "Last seen"',
                    width=587,
                    link=_OF_CONFIG,
                ),
            ),
        ),
        Row(
            200,
            (
                Panel(
                    "names",
                    "table",
                    "Names",
                    "When each input asked Akamai for the last time, and what Akamai refused. "
                    "Click: its snapshots",
                    "refreshes",
                    f"eval last=strftime(last,{_DAY}) | appendpipe [stats count | where count=0 "
                    f'| eval missing="{_HINT}" | fields missing] '
                    "| table source last missing "
                    "| rename source AS Source, last AS Last, missing AS Missing",
                    link=link_to_search(
                        "`akamai_siem_names` (kind=unchanged OR kind=snapshot_end)",
                        "its snapshots",
                        source=row("Source"),
                    ),
                ),
            ),
        ),
    ),
)
