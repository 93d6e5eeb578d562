"""What Splunk does when it searches: a strict emulation of a subset, for tests and previews.

See README.md for what is in it and what it refuses.
"""
