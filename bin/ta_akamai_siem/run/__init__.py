"""One run of an input, whatever its kind.

Reading order: `run_time`, `surroundings`, `report`, `trail`, `prefetch`, `load_settings`, `run`.
"""
