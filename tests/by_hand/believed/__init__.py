"""Checks on a real Splunk what the search side believes of it: docs/believed.md.

`search_api` asks, `beliefs` has what is believed, `__main__` runs all of them.
"""
