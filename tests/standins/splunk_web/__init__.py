"""A stand-in for Splunk Web: serves an app's pages and forwards their calls to splunkd."""
