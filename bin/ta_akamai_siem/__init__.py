"""Collects Akamai's security events (SIEM API v1) as a Splunk modular input.

Another kind of input collects the names of their ids (Application Security API v1).

There is one folder for each neighbouring system, each delivery guarantee and each kind of input.
Each folder and module imports only from those above it in this list. The docstring of a folder has
the order inside it.

`errors`         everything that can end or delay a collection, grouped by what to do about it
`limits`         what Akamai's API allows, with sources, and the margins to these limits
`timestamps`     times as text for users
`volume`         what of the feed is not indexed: rules that drop events, parts that are left out
`record`         turns one event into one record
`setting_labels` the label of each setting on the forms
`settings`       checks the settings of an input, its account and its proxy
`splunk`         splunkd: settings, KV store, log, messages, signals
`akamai`         Akamai: requests, error responses, pages, retries, rate limit
`position`       the position of an input, and which host may move it
`writing`        writes a page to splunkd's pipe
`run`            one run of one input
`continuous`     the kind `akamai_siem`
`backfill`       the kind `akamai_siem_backfill`
`names`          the kind `akamai_siem_names`
`validation`     checks a stanza before splunkd saves it
`modular_input`  the entry point of the scripts
`pages`          the REST handlers behind the setup page and the inputs page

Terms:

page        one response of the API: one event per line, and a last line with `total` and `offset`
offset      Akamai's token for a place in its stream; the next request continues from it
position    what an input has collected up to: an offset, or a time if there is no offset
cursor      the position as a value, and what the next request needs (`continuous.cursor`)
window      a part of a backfill's range that fits into one page
plan        a cursor, or the plan of a backfill's windows, for fetching (`akamai.plan`)
checkpoint  the position as a document in the KV store (`position.checkpoint`)
history     earlier positions in that document, to return to after a splunkd crash
lease       which host collects the input, if several hosts could (`position.lease`)
run         from one start of the script by splunkd until nothing is left to collect
"""
