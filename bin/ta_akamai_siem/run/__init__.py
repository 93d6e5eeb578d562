"""One run of an input of either kind.

Reading order: `run_time`, `surroundings`, `interval`, `report`, `trail`, `storing`, `prefetch`,
`load_settings`, `run`, `late_writer`.
"""
