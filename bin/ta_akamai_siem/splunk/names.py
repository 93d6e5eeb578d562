"""Names by which this app is known in Splunk; they are relied on from outside."""

APP = "TA_akamai_siem"
KIND = "akamai_siem"
BACKFILL_KIND = "akamai_siem_backfill"
CHECKPOINTS = "ta_akamai_siem_checkpoints"
LEASES = "ta_akamai_siem_leases"
RUNS = "ta_akamai_siem_runs"
