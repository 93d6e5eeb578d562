"""The kind `akamai_siem`: collects page after page, from now or an earlier time, until drained.

Reading order: `cursor`, `way`, `takeover`, `collector`, `job`.
"""
