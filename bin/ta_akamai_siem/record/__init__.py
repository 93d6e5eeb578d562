"""Turns one Akamai event into one Splunk record. No input or output; imports `volume` only.

Reading order: `masking`, `xml_text`, `decoding`, `rule_items`, `encoded_items`, `rules`, `headers`,
`event_time`, `long_line`, `event`, `source_members`, `line_ends`, `outline`, `shape`,
`known_shapes`, `header_blocks`, `recent`, `shaped_records`, `selection`.
"""
