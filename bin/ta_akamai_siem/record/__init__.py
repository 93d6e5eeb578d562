"""Turns one Akamai event into one Splunk record. No input or output; imports `volume` only.

Reading order: `masking`, `decoding`, `rules`, `headers`, `event_time`, `long_line`, `event`,
`source_members`, `outline`, `shape`, `known_shapes`, `header_blocks`, `shaped_records`,
`selection`.
"""
