"""Checks on a real Splunk what the search side assumes about it: docs/believed.md.

`search_api` runs searches, `beliefs` lists the assumptions, `__main__` checks all of them.
"""
