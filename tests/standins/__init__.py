"""Programs that replace Akamai, splunkd, Splunk Web and proxies in tests.

They follow the vendors' documentation and import nothing from the product.
"""
