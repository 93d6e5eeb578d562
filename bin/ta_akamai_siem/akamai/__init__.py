"""Talks to Akamai's SIEM API: requests, error responses, pages.

Reading order: `request`, `signing`, `trusted_certificates`, `error_table`, `deadline`, `session`,
`lines`, `line_multiset`, `page`, `spool`, `client`, `probe`, `plan`, `fetching`,
`security_configurations`, `rate_budget`, `application_security`.
"""
