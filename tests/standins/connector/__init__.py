"""Akamai's own connector for Splunk (app `TA-Akamai_SIEM`), as its public source describes it."""
