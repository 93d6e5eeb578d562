"""The kind `akamai_siem_backfill`: collects one period, once.

Reading order: `settings`, `windows`, `window_pages`, `backfiller`, `already_collected`, `job`.
"""
