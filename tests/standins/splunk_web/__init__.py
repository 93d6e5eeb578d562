"""A stand-in for Splunk Web: serves an app's pages and hands their calls to splunkd."""
