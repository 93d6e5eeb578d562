"""Collects Akamai's security events (SIEM API v1) as a Splunk modular input.

Reading order, each module importing only from those above it:

values     `errors`, `settings`, `decoding`, `event`, `page`, `history`, `cursor`
Akamai     `signing`, `tls`, `answers`, `api`
this host  `spool`, `progress`, `written_lines`, `stop`, `log`
Splunk     `scheme`, `input_definition`, `no_proxy`, `kv_store`, `splunkd`, `event_stream`
position   `patience`, `lease`, `checkpoint`, `bulletin`
the job    `ahead`, `fetching`, `delivery`, `collector`
assembly   `loading`, `validation`, `running`, `continuous`, `modular_input`
"""
