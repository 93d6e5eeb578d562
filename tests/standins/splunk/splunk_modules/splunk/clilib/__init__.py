"""`splunk.clilib`: paths below SPLUNK_HOME."""
