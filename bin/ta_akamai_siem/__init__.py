"""Collects Akamai's security events (SIEM API v1) as a Splunk modular input.

A folder for each neighbour we talk to, for each thing we promise, and for each kind of input.
Reading order; each folder and module imports only from those above it, and each folder's own
docstring has the order inside:

`errors`         everything that can end or delay a collection, by what to do about it
`limits`         what Akamai's API allows, with sources, and the margins that we keep
`timestamps`     moments as people read them
`record`         one event into one record
`setting_labels` the label of each setting on the forms
`settings`       what a stanza, its account and the settings page say, checked
`splunk`         splunkd: settings, KV store, log, messages, signals
`akamai`         Akamai: requests, refusals, pages, retries
`position`       where an input stands, and who may say so
`writing`        a page into splunkd's pipe
`run`            one run of one input
`continuous`     the kind `akamai_siem`
`backfill`       the kind `akamai_siem_backfill`
`validation`     what splunkd asks before it saves a stanza
`modular_input`  the three things that splunkd starts the script for
`pages`          the REST handlers behind the setup page and the inputs page

The words used throughout:

page        one answer of the API: events, one a line, and a last line with `total` and `offset`
offset      Akamai's token for a place in its stream; the next request goes on from it
position    where an input stands: an offset, or a time where there is none
cursor      the position as a value, with what the next request needs (`continuous.cursor`)
window      the same for a backfill: a part of its range that fits into one page
plan        either of the two, as far as fetching a page goes (`akamai.plan`)
checkpoint  the position as a document in the KV store (`position.checkpoint`)
history     earlier positions in that document, to go back to after a crash of splunkd
lease       who collects the input, where several hosts could (`position.lease`)
run         one start of the script by splunkd, until nothing is left to collect
"""
