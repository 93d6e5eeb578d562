"""Programs that stand in for Akamai, for splunkd and Splunk Web, and for proxies."""
