"""One run of an input, whatever its kind.

Reading order: `run_time`, `surroundings`, `interval`, `report`, `prefetch`, `load_settings`, `run`.
"""
