"""Writes a complete page to splunkd's pipe, each event once.

Reading order: `event_stream`, `conversion`, `worker_protocol`, `workers`, `rate_limit`, `progress`,
`delivery`, `resources`.
"""
