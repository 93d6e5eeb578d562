"""Checks on a real Splunk what the search side assumes about it: docs/believed.md.

`search_api` runs searches, `belief` says what an assumption has. The assumptions are in `searches`,
`index_time`, `extractions`, `event_types`, `functions`, `lookups`, `commands` and `data_model`;
`beliefs` lists them all, `__main__` checks them.
"""
