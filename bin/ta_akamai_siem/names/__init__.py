"""The kind `akamai_siem_names`: collects names, and what Akamai does not send to Splunk.

One refresh writes a snapshot of each security configuration: one event per object, and a closing
record. docs/names.md describes the events.

Reading order: `settings`, `operations`, `values`, `answers`, `json_pieces`, `exported`,
`blind_spots`, `objects`, `kept`, `questions`, `export_task`, `export_source`, `memory`,
`snapshot`, `snapshot_writer`, `coverage`, `refresher`, `job`.
"""
