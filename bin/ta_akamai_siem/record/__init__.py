"""One event of Akamai's into one record of Splunk's: no input or output, knows no other folder.

Reading order: `masking`, `decoding`, `rules`, `headers`, `event_time`, `event`.
"""
