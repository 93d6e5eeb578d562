"""The kind `akamai_siem_backfill`: a range of time, once.

Reading order: `settings`, `windows`, `window_pages`, `backfiller`, `already_collected`, `job`.
"""
