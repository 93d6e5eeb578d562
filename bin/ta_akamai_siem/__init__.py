"""Collects Akamai's security events (SIEM API v1) as a Splunk modular input.

Reading order, each module importing only from those above it:

values     `errors`, `settings`, `decoding`, `event`, `page`, `cursor`
Akamai     `signing`, `tls`, `answers`, `api`
this host  `spool`, `progress`, `stop`, `log`
Splunk     `scheme`, `input_definition`, `no_proxy`, `splunkd`, `checkpoint`, `event_stream`
the job    `ahead`, `fetching`, `delivery`, `collector`
assembly   `loading`, `validation`, `running`, `modular_input`
"""
