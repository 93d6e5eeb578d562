"""Collects Akamai's security events (SIEM API v1) as a Splunk modular input.

Reading order, each module importing only from those above it:

values     `errors`, `splunk_names`, `masking`, `settings`, `backfill_settings`, `decoding`,
           `rules`, `headers`, `event_time`, `event`, `lines`, `page`, `line_multiset`, `history`,
           `cursor`, `windows`
Akamai     `signing`, `tls`, `answers`, `akamai_session`, `api`
this host  `spool`, `progress`, `stop`, `log`
Splunk     `scheme`, `input_definition`, `no_proxy`, `kv_store`, `stored_settings`,
           `splunkd`, `event_stream`
position   `patience`, `lease`, `checkpoint`, `bulletin`
writing    `transform`, `block_pipe`, `workers`, `pace`, `delivery`, `effort`
the job    `ahead`, `fetching`, `collector`, `window_pages`, `backfiller`
assembly   `loading`, `probing`, `validation`, `last_run`, `running`, `continuous`, `finished`,
           `backfill`, `modular_input`

`pages` holds the handlers behind the setup page and the inputs page, with an order of their own.
"""
