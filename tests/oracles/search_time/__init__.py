"""What Splunk does when it searches: a strict emulation of a subset, for tests and previews.

README.md lists what it supports and what it refuses.
"""
