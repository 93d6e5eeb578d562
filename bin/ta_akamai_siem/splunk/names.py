"""The app's names in Splunk. Stored data and configurations depend on them."""

APP = "TA_akamai_siem"
KIND = "akamai_siem"
BACKFILL_KIND = "akamai_siem_backfill"
CHECKPOINTS = "ta_akamai_siem_checkpoints"
LEASES = "ta_akamai_siem_leases"
RUNS = "ta_akamai_siem_runs"
CONFIGURATIONS = "ta_akamai_siem_configurations"
